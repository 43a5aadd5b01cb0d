// Takes in the operations of an entry, one after the other: changes the value that clients see and what is
// kept of the key. An operation takes the place of what its origin had seen; what it had not seen stays
// beside it, and `fold`, `rebuild` say what both come to.

import type { MergedEntry } from '../../api/engine.js'
import { ByteReader } from '../../base/bytes.js'
import { Foresight } from '../foresight.js'
import { type Amount, insert, KeyCell, type Kind, kinds } from './cell.js'
import { decodeAmountText, decodePayload, decodeTime, decodeUntil } from './decode.js'
import { Elements, type Opened } from './elements.js'
import { Keys, type MergerInit, type OpenEntry } from './keys.js'
import { storedAt } from './open.js'
import { codes, sameKey } from './operations.js'
import { isPlace, placeAt, placeLeft, placeRight, placeWhole } from './places.js'

export class Merger {
  readonly #init: MergerInit
  readonly #keys: Keys
  readonly #elements: Elements
  readonly #entry: OpenEntry
  readonly #foresight: Foresight
  #seen: MergedEntry['seen'] = { covers: () => false }
  /** Elements of lists made in the entry. */
  #index = 0
  /** The key while its elements are changed. */
  #opened: Opened | null = null

  constructor(init: MergerInit) {
    this.#init = init
    const sees = (stamp: number): boolean =>
      stamp <= this.#entry.stable || stamp === this.#entry.stamp || this.#seen.covers(stamp)
    this.#entry = { stamp: 0, stable: 0, sees, seesStamps: false, holds: null }
    this.#keys = new Keys(init, this.#entry)
    this.#foresight = new Foresight(init.keyspace)
    this.#elements = new Elements(init, sees)
  }

  merge(bytes: Uint8Array, entry: MergedEntry): boolean {
    this.#entry.stamp = entry.stamp
    this.#entry.seesStamps = this.#init.cells.areStampsSeen(entry.seen)
    this.#entry.holds = entry.holds === undefined ? null : (slot) => entry.holds?.(slot) === true
    this.#keys.dbMax = 0
    this.#opened = null
    this.#seen = entry.seen
    this.#index = 0
    const reader = new ByteReader(bytes)
    let isFirst = true
    while (reader.left > 0 && reader.ok) {
      const code = reader.byte()
      if (code === codes.put) {
        this.#close()
        if (!this.#puts(reader)) return false
      } else if (code < sameKey) {
        this.#close()
        if (!this.#keys.enter(reader.varint(), reader.text())) return false
      } else if (isFirst) return false
      isFirst = false
      if (!reader.ok) return false
      if (code !== codes.put && !this.#one(code % sameKey, reader)) return false
    }
    this.#close()
    return reader.ok
  }

  /** Texts written to one key after the other: where those keys are is looked up together. */
  #puts(reader: ByteReader): boolean {
    const dbs: number[] = []
    const keys: string[] = []
    const texts: string[] = []
    let hasRoom = true
    do {
      const db = reader.varint()
      const key = reader.text()
      dbs.push(db)
      keys.push(key)
      texts.push(reader.text())
      if (!reader.ok) return false
      hasRoom = this.#foresight.addKey(db, key)
    } while (hasRoom && reader.skip(codes.put))
    this.#foresight.look()
    for (let i = 0; i < keys.length; i++) {
      if (!this.#keys.enter(dbs[i] as number, keys[i] as string)) return false
      this.#keys.put(texts[i] as string)
    }
    return true
  }

  /** Whether the last entry changed a database of this index or above. */
  changed(db: number): boolean {
    return this.#keys.dbMax >= db
  }

  #one(code: number, reader: ByteReader): boolean {
    if (code < codes.write) this.#close()
    switch (code) {
      case codes.clear:
        this.#keys.clear()
        return true
      case codes.clearAll:
        this.#keys.clearAll()
        return true
      case codes.put:
        this.#keys.put(reader.text())
        return true
      case codes.replace:
        this.#keys.replace(reader.text())
        return true
      case codes.add:
        this.#keys.add(reader.signed())
        return true
      case codes.addText:
        this.#keys.add(decodeAmountText(reader))
        return true
      case codes.make:
        this.#keys.make(reader.byte())
        return true
      case codes.expire:
        this.#keys.expire(decodeTime(reader))
        return true
      case codes.persist:
        this.#keys.expire(-1)
        return true
      case codes.meetTime:
        this.#keys.meetTime(decodeTime(reader))
        return true
      case codes.putWhole:
        return this.#putWhole(reader)
      default:
        return this.#element(code, reader)
    }
  }

  #element(code: number, reader: ByteReader): boolean {
    switch (code) {
      case codes.write:
      case codes.erase: {
        const kind = reader.byte()
        if (kind < kinds.hash || kind > kinds.stream) return false
        const name = reader.text()
        if (kind === kinds.list && !isPlace(name)) return false
        if (code === codes.erase) this.#erase(kind, name)
        else {
          const payload = decodePayload(reader, kind, name)
          if (payload === null) return false
          const dot = { stamp: this.#entry.stamp, isWhole: false, payload }
          const at = this.#open(kind)
          if (at === null) return true
          this.#elements.write(at, name, dot, true)
          this.#changed(at)
        }
        return true
      }
      case codes.rewrite: {
        if (reader.byte() !== kinds.hash) return false
        const name = reader.text()
        const dot = { stamp: this.#entry.stamp, isWhole: false, payload: reader.text() }
        const at = this.#open(kinds.hash)
        if (at === null) return true
        this.#elements.write(at, name, dot, false)
        this.#changed(at)
        return true
      }
      case codes.addElement:
      case codes.addElementText: {
        const name = reader.text()
        const amount = code === codes.addElement ? reader.signed() : decodeAmountText(reader)
        this.#addElement(kinds.hash, name, amount)
        return true
      }
      case codes.addScore: {
        const name = reader.text()
        const by = reader.double()
        if (Number.isNaN(by)) return false
        this.#addElement(kinds.zset, name, by)
        return true
      }
      case codes.expireElement:
      case codes.persistElement: {
        const name = reader.text()
        const until = code === codes.expireElement ? decodeTime(reader) : -1
        const time = { stamp: this.#entry.stamp, until, isWeak: false }
        const at = this.#open(kinds.hash)
        if (at === null) return true
        this.#elements.expire(at, name, time)
        this.#changed(at)
        return true
      }
      default:
        return this.#push(code, reader)
    }
  }

  #push(code: number, reader: ByteReader): boolean {
    const stamp = this.#entry.stamp
    let place = ''
    if (code === codes.pushLeft) place = placeLeft(stamp, this.#index++)
    else if (code === codes.pushRight) place = placeRight(stamp, this.#index++)
    else if (code === codes.insert || code === codes.insertLast) {
      const hook = { place: reader.text(), isLast: code === codes.insertLast }
      if (!isPlace(hook.place)) return false
      place = placeAt(hook, stamp, this.#index++)
    } else return false
    const dot = { stamp, isWhole: false, payload: reader.text() }
    const at = this.#open(kinds.list)
    if (at === null) return true
    this.#elements.write(at, place, dot, true)
    this.#changed(at)
    return true
  }

  #addElement(kind: Kind, name: string, amount: Amount): void {
    const delta = { stamp: this.#entry.stamp, amount }
    const at = this.#open(kind)
    if (at === null) return
    this.#elements.add(at, name, delta)
    this.#changed(at)
  }

  /** The key, for changes of its elements; null where it has ended meanwhile. */
  #open(kind: Kind): Opened | null {
    const opened = this.#opened
    if (opened !== null && opened.kind === kind) return opened
    this.#close()
    if (this.#keys.isPast || this.#keys.isHeld) return null
    const { db, key } = this.#keys
    this.#opened = this.#elements.open({ db, key, kind, stamp: this.#entry.stamp })
    return this.#opened
  }

  /** An element of the open key was changed; clients may see something else of it then. */
  #changed({ value }: Opened): void {
    if (value !== undefined) return
    this.#opened = null
    this.#keys.settleKind()
  }

  #close(): void {
    const opened = this.#opened
    if (opened === null) return
    this.#opened = null
    this.#elements.close(opened)
  }

  #erase(kind: Kind, name: string): void {
    this.#close()
    if (this.#keys.isHeld) return
    const { cells } = this.#init
    const { db, key } = { db: this.#keys.db, key: this.#keys.key }
    if (cells.object(db, key) === undefined && storedAt(this.#init, db, key) === undefined) return
    if (!this.#elements.erase({ db, key, kind, stamp: this.#entry.stamp }, name))
      this.#keys.settleKind()
  }

  #putWhole(reader: ByteReader): boolean {
    const kind = reader.byte()
    if (kind < kinds.hash || kind > kinds.stream) return false
    const stamp = this.#entry.stamp
    const cell = this.#keys.left() ?? new KeyCell()
    cell.bases = insert(cell.bases, { stamp, kind, text: '' })
    this.#keys.addTime(cell, { stamp, until: -1, isWeak: false })
    const count = reader.varint()
    for (let i = 0; i < count && reader.ok; i++) {
      const name = kind === kinds.list ? placeWhole(stamp, this.#index++) : reader.text()
      const payload = decodePayload(reader, kind, name)
      if (payload === null) return false
      const dot = { stamp, isWhole: true, payload }
      const until = kind === kinds.hash ? decodeUntil(reader) : -1
      this.#elements.place(cell, { kind, name }, dot, { stamp, until, isWeak: false })
    }
    if (!reader.ok) return false
    if (this.#keys.isHeld) return true
    this.#keys.become(cell)
    this.#elements.forgetRest(cell, kind)
    return true
  }
}
