// Where the keys are: per database 16,384 slot tables, made lazily, each a list of segments ordered by
// hash range. Structure only: splitting, merging, finding, counting. Values are changed by `effects`,
// and every change of structure is told to the ledger before it happens.

import { assert } from '../base/assert.js'
import { closeSlot, Database, openSlot, type SlotTable } from './database.js'
import { timesEnter } from './field-times.js'
import { known } from './key-facts.js'
import { takeBack, takeTimes, recount } from './halves.js'
import type { Ledger, Unit } from './ledger.js'
import { Journal } from './journal.js'
import { expiryBytes, keyBytes, slotBytes } from './memory.js'
import { Places } from './places.js'
import { canMerge, hashCut, hashesOf, needsSplit, Segment, states } from './segment.js'
import { CompactSizes } from './values/compact.js'
import type { Body } from './values/part.js'
import { Packed, type Stored } from './values/packed.js'
import { Unpacked } from './unpacked.js'

/** Where a row may stand; `id` is 0 for a segment's. */
export interface UnitPlace {
  readonly db: number
  readonly slot: number
  readonly id: number
  readonly start: number
}

export class Keyspace {
  /** Up to which sizes containers are compact for Redis. */
  compact = new CompactSizes()
  /** Made on first use. */
  readonly databases: (Database | undefined)[]
  /** Those of them that are there: few of many. */
  used: readonly Database[] = []
  /** Slots whose keys no client sees, because another group has them; null for none. */
  hidden: Uint8Array | null = null
  readonly ledger: Ledger
  readonly places: Places
  /** Bodies with rows of their own, by id. */
  readonly bodies = new Map<number, Body>()
  /** The greatest id that was given. Ids are this member's own: they are part of no digest. */
  lastBody = 0
  readonly #journal: Journal
  readonly unpacked: Unpacked

  constructor(
    databases: number,
    ledger: Ledger,
    journal = new Journal(),
    unpackedMax: number | undefined = undefined,
  ) {
    this.databases = new Array<Database | undefined>(databases).fill(undefined)
    this.ledger = ledger
    this.places = new Places(databases)
    this.#journal = journal
    const find = (db: number, key: string) => this.find(db, key)
    this.unpacked = new Unpacked({ find, journal, unpackedMax })
  }

  /** The slot of a key. */
  slotOf(key: string): number {
    return known.slotOf(key)
  }

  isHidden(slot: number): boolean {
    return this.hidden !== null && this.hidden[slot] === 1
  }

  /** Keys of a database that clients see. */
  visibleKeys(database: Database | undefined): number {
    if (database === undefined || this.hidden === null) return database?.keys ?? 0
    let count = 0
    for (const table of database.tables.all()) if (!this.isHidden(table.slot)) count += table.keys
    return count
  }

  /** The segment that holds a key if any does. */
  find(db: number, key: string): Segment | undefined {
    const database = this.databases[db]
    if (database === undefined) return undefined
    const slot = this.slotOf(key)
    return database.onlys.at(slot) ?? database.tables.at(slot)?.segmentOf(key)
  }

  /** The segment for a key, made if need be. */
  make(db: number, key: string): Segment {
    const slot = this.slotOf(key)
    const database = this.databases[db] ?? this.database(db)
    const found = database.onlys.at(slot) ?? database.tables.at(slot)?.segmentOf(key)
    if (found !== undefined) return found
    const segment = new Segment({ db, slot, start: 0 }, this.unpacked)
    openSlot(database, segment)
    if (this.#journal.isOpen) this.#journal.add(() => this.#unmake(segment))
    return segment
  }

  database(db: number): Database {
    let database = this.databases[db]
    if (database === undefined) {
      assert(db >= 0 && db < this.databases.length, 'a database index is in range')
      database = new Database(db)
      this.#set(db, database)
    }
    return database
  }

  #set(db: number, database: Database | undefined): void {
    this.databases[db] = database
    this.used = this.databases.filter((each) => each !== undefined)
  }

  /** Counts a key that was added to (1) or removed from (-1) a segment. */
  count(segment: Segment, change: 1 | -1): void {
    const database = this.databases[segment.db] as Database
    const table = database.tables.at(segment.slot) as SlotTable
    table.keys += change
    database.countKeys(segment.slot, change)
    this.ledger.counted(segment, change)
  }

  /** The same for its stamp, if it has one: before it goes, or once it is there again. */
  countStamp(segment: Segment, key: string, change: 1 | -1): void {
    const database = this.databases[segment.db] as Database
    if (segment.stampOf(key) > 0) database.stampedKeys += change
  }

  /** Splits a dirty segment, and its halves, while they are above the bounds. */
  split(segment: Segment): void {
    if (!needsSplit(segment)) return
    const database = this.databases[segment.db] as Database
    const table = database.tables.at(segment.slot) as SlotTable
    const index = table.indexOf(segment.start)
    const hashes = hashesOf(segment)
    const cut = hashCut(hashes, segment.start, table.starts[index + 1])
    if (cut < 0) return
    const { db, slot, start } = segment
    const left = new Segment({ db, slot, start }, this.unpacked)
    const right = new Segment({ db, slot, start: cut }, this.unpacked)
    this.#retire(segment)
    let at = 0
    for (const [key, value] of segment.map) {
      moveKey(segment, (hashes[at++] as number) < cut ? left : right, key, value)
    }
    table.segments.splice(index, 1, left, right)
    table.starts.splice(index + 1, 0, cut)
    stampsMoved(database, left)
    stampsMoved(database, right)
    database.onlys.set(slot, undefined)
    this.ledger.born(left)
    this.ledger.born(right)
    if (this.#journal.isOpen) this.#journal.add(() => this.#unsplit(segment, left, right))
    this.split(left)
    this.split(right)
  }

  /** After a removal: drops an empty segment, merges a small one with a small neighbour. */
  shrink(segment: Segment): void {
    const database = this.databases[segment.db] as Database
    const table = database.tables.at(segment.slot) as SlotTable
    if (table.segments.length === 1) {
      if (segment.map.size > 0) return
      this.#retire(segment)
      closeSlot(database, segment)
      if (this.#journal.isOpen) {
        this.#journal.add(() => {
          database.tables.set(segment.slot, table)
          database.bytes += slotBytes
          this.#revive(table, segment)
        })
      }
      return
    }
    const index = table.indexOf(segment.start)
    const right = table.segments[index + 1]
    const left = table.segments[index - 1]
    if (right !== undefined && canMerge(segment, right)) this.#merge(table, index)
    else if (left !== undefined && canMerge(left, segment)) this.#merge(table, index - 1)
    else if (segment.map.size === 0) this.#drop(table, index)
    if (table.segments.length === 1) database.onlys.set(segment.slot, table.segments[0])
  }

  /** Joins segment `index` and the one behind it, whose keys come last. */
  #merge(table: SlotTable, index: number): void {
    const left = table.segments[index] as Segment
    const right = table.segments[index + 1] as Segment
    this.ledger.touch(left)
    this.#retire(right)
    for (const [key, value] of right.map) {
      moveKey(right, left, key, value)
      this.ledger.counted(left, 1)
    }
    stampsMoved(this.databases[left.db] as Database, left)
    table.segments.splice(index + 1, 1)
    table.starts.splice(index + 1, 1)
    if (this.#journal.isOpen) {
      this.#journal.add(() => {
        table.segments.splice(index + 1, 0, right)
        table.starts.splice(index + 1, 0, right.start)
        takeBack(left, right)
        recount(left)
        this.ledger.countedKeys(left, -right.map.size)
        this.#revive(table, right)
      })
    }
  }

  /** Removes an empty segment; its range goes to the left neighbour, the first one's to the right. */
  #drop(table: SlotTable, index: number): void {
    const gone = table.segments[index] as Segment
    this.#retire(gone)
    table.segments.splice(index, 1)
    table.starts.splice(index, 1)
    const next = index === 0 ? (table.segments[0] as Segment) : null
    const start = next === null ? 0 : next.start
    if (next !== null) this.#moveStart(table, next, 0)
    if (!this.#journal.isOpen) return
    this.#journal.add(() => {
      if (next !== null) this.#moveStart(table, next, start)
      table.segments.splice(index, 0, gone)
      table.starts.splice(index, 0, gone.start)
      this.#revive(table, gone)
    })
  }

  #moveStart(table: SlotTable, segment: Segment, start: number): void {
    this.ledger.move(segment)
    segment.start = start
    table.starts[table.segments.indexOf(segment)] = start
  }

  /** Puts a segment that a checkpoint had in its place; they come in order of place. */
  restore(segment: Segment, times: ReadonlyMap<string, number>): void {
    const database = this.database(segment.db)
    const table = database.tables.at(segment.slot)
    if (table === undefined) openSlot(database, segment)
    else {
      database.onlys.set(segment.slot, undefined)
      table.segments.push(segment)
      table.starts.push(segment.start)
    }
    for (const [key, value] of segment.map) {
      segment.bytes += keyBytes(key, value)
      if (typeof value === 'string' || value instanceof Packed) continue
      this.#restoreBody(segment, value.body)
      timesEnter(this, key, value)
      this.unpacked.enter(key, value)
    }
    for (const [key, at] of times) {
      if (segment.expires === null) segment.expires = new Map()
      segment.expires.set(key, database.expiry.add(key, at))
    }
    const keys = segment.map.size
    const held = database.tables.at(segment.slot) as SlotTable
    held.keys += keys
    database.countKeys(segment.slot, keys)
    database.bytes += segment.bytes + times.size * expiryBytes
  }

  #restoreBody(segment: Segment, body: Body): void {
    body.db = segment.db
    body.slot = segment.slot
    body.isHomed = true
    if (body.id === 0) return
    body.hasRows = true
    this.bodies.set(body.id, body)
  }

  /** Gives a body rows of its own. */
  addBody(body: Body): void {
    body.id = ++this.lastBody
    body.hasRows = false
    this.bodies.set(body.id, body)
  }

  removeBody(body: Body): void {
    this.bodies.delete(body.id)
  }

  /** Forgets all keys of a database at once; what they held is left to the collector. */
  clear(db: number): void {
    const bodies = [...this.bodies.values()].filter((body) => body.db === db)
    if (this.#journal.isOpen) this.#journalClear(db, bodies)
    for (const body of bodies) {
      body.isHomed = false
      this.bodies.delete(body.id)
    }
    const back = this.unpacked.cleared(db)
    if (this.#journal.isOpen) this.#journal.add(back)
    this.#set(db, undefined)
    this.ledger.cleared(db)
  }

  // The way back (see `Journal`)

  /** A segment leaves the keyspace; one that may come back owes its image to the checkpoint now. */
  #retire(segment: Segment): void {
    if (this.#journal.isOpen) this.ledger.touch(segment)
    this.ledger.kill(segment)
  }

  /** A segment stands in its table again. */
  #revive(table: SlotTable, segment: Segment): void {
    const database = this.databases[segment.db] as Database
    const isOnly = table.segments.length === 1
    database.onlys.set(segment.slot, isOnly ? table.segments[0] : undefined)
    recount(segment)
    stampsMoved(database, segment)
    this.ledger.revive(segment)
  }

  #unmake(segment: Segment): void {
    closeSlot(this.databases[segment.db] as Database, segment)
    if (segment.state !== states.clean) this.ledger.kill(segment)
  }

  #unsplit(segment: Segment, left: Segment, right: Segment): void {
    const database = this.databases[segment.db] as Database
    const table = database.tables.at(segment.slot) as SlotTable
    const index = table.indexOf(left.start)
    this.ledger.kill(left)
    this.ledger.kill(right)
    takeTimes(segment, [left, right])
    table.segments.splice(index, 2, segment)
    table.starts.splice(index + 1, 1)
    this.#revive(table, segment)
  }

  #journalClear(db: number, bodies: readonly Body[]): void {
    const database = this.databases[db] as Database
    const tables = [...database.tables.all()]
    // What may come back owes its image to the checkpoint now.
    for (const table of tables) {
      for (const segment of table.segments) {
        if (segment.state === states.frozen) this.ledger.touch(segment)
      }
    }
    for (const body of bodies) {
      for (const part of body.parts) {
        if (part.state === states.frozen) this.ledger.touchPart(part)
      }
    }
    this.#journal.add(() => {
      this.#set(db, database)
      for (const body of bodies) {
        body.isHomed = true
        body.hasRows = false
        this.bodies.set(body.id, body)
        for (const part of body.parts) this.ledger.revivePart(part)
      }
      for (const table of tables) {
        for (const segment of table.segments) this.ledger.revive(segment)
      }
    })
  }

  /** The segment or part with exactly this place. */
  at(place: UnitPlace): Unit | undefined {
    if (place.id !== 0) {
      const body = this.bodies.get(place.id)
      // It may have gone to another database with its key.
      if (body?.db !== place.db || body.slot !== place.slot) return undefined
      const part = body.parts[body.indexOf(place.start)]
      return part?.start === place.start ? part : undefined
    }
    const table = this.databases[place.db]?.tables.at(place.slot)
    if (table === undefined) return undefined
    const index = table.indexOf(place.start)
    return table.starts[index] === place.start ? table.segments[index] : undefined
  }
}

function moveKey(from: Segment, to: Segment, key: string, value: Stored): void {
  to.map.set(key, value)
  to.bytes += keyBytes(key, value)
  if (from.hasStamps) to.map.setStamp(key, from.stampOf(key))
  const item = from.expires?.get(key)
  if (item === undefined) return
  if (to.expires === null) to.expires = new Map()
  to.expires.set(key, item)
}

/** Stamps came to a segment with the keys of another one. */
function stampsMoved(database: Database, segment: Segment): void {
  if (segment.hasStamps) database.stampedSegments.push(segment)
}
