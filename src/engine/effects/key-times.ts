// The effects on times to live of keys. Whoever calls has told the ledger of the segment's change.

import type { Database } from '../database.js'
import type { ExpiryItem } from '../expiry.js'
import type { Journal } from '../journal.js'
import type { Keyspace } from '../keyspace.js'
import { expiryBytes } from '../memory.js'
import { type Segment, states } from '../segment.js'

export class KeyTimes {
  readonly #keyspace: Keyspace
  readonly #journal: Journal

  constructor(keyspace: Keyspace, journal: Journal) {
    this.#keyspace = keyspace
    this.#journal = journal
  }

  /** Gives a key of a segment a time. */
  set(segment: Segment, key: string, at: number): void {
    const old = segment.expires?.get(key)
    if (this.#journal.isOpen) this.#journalTime(segment.db, key, old)
    this.#put(segment, key, at)
  }

  /** Drops the time of a key that may have one. */
  drop(segment: Segment, key: string): void {
    const item = segment.expires?.get(key)
    if (segment.expires === null || item === undefined) return
    if (this.#journal.isOpen) this.#journalTime(segment.db, key, item)
    const database = this.#keyspace.databases[segment.db] as Database
    database.expiry.remove(item)
    database.bytes -= expiryBytes
    segment.expires.delete(key)
    if (segment.expires.size === 0) segment.expires = null
  }

  #put(segment: Segment, key: string, at: number): void {
    const { expiry } = this.#keyspace.database(segment.db)
    if (segment.expires === null) segment.expires = new Map()
    const old = segment.expires.get(key)
    if (old === undefined) this.#keyspace.database(segment.db).bytes += expiryBytes
    segment.expires.set(key, old === undefined ? expiry.add(key, at) : expiry.replace(old, at))
  }

  /** A time is about to be given, changed or dropped; `item` is the one that there is. */
  #journalTime(place: number, key: string, item: ExpiryItem | undefined): void {
    this.#journal.add(() => {
      const segment = this.#keyspace.find(place, key) as Segment
      if (segment.state !== states.dirty) this.#keyspace.ledger.touch(segment)
      if (item === undefined) this.drop(segment, key)
      else this.#put(segment, key, item.at)
    })
  }
}
