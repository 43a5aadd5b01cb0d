// Where cells are: of a key that was written whole, once, only the stamp is kept; what is more than that is an
// object.

import { keySlot } from '../../base/keyslot.js'
import type { Seen } from '../../api/engine.js'
import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import type { Keyspace } from '../keyspace.js'
import type { KeyCell } from './cell.js'
import { bytesOfCell, partsOfCell } from './cell-bytes.js'
import { SlotIndex } from './slot-index.js'
import { WholeWrites } from './whole-writes.js'

const none: readonly never[] = []

/** Objects that are looked at each time something is stable. */
const sweptLeast = 4096
/** Objects that changed and were not weighed since. */
const touchedMax = 256

export class Cells {
  readonly #objects: (Map<string, KeyCell> | undefined)[] = []
  readonly #writes: WholeWrites
  /** Stable as far as it was told here: slots that were not taken show what was there when this was stable. */
  #told = 0
  /** Slots that were taken since, and what is stable in them. */
  readonly #taken = new Map<number, number>()
  #objectCount = 0
  /** Objects that came since the last sweep, and where that stands. */
  #born = 0
  #swept: Iterator<readonly [number, string, KeyCell]> | null = null
  /** Bytes of all objects, by database, as far as they were weighed; of the others what they were before. */
  readonly #bytes: number[] = []
  readonly #touched: KeyCell[] = []
  readonly #touchedDbs: number[] = []
  #touchedCount = 0
  readonly #bySlot = new SlotIndex(() => this.objects())

  constructor(keyspace: Keyspace) {
    this.#writes = new WholeWrites(keyspace)
  }

  /** Keys with a cell, at most. */
  get size(): number {
    return this.#objectCount + this.#writes.size
  }

  /** Up to which stamp what a slot shows is stable. */
  stableOf(slot: number): number {
    return Math.max(this.#told, this.#taken.get(slot) ?? 0)
  }

  /** The same, of the slot of a key: entries of before may still come to slots that were not taken. */
  stableAt(key: string): number {
    return this.#taken.size === 0 ? this.#told : this.stableOf(keySlot(key))
  }

  /** A slot shows what another member gave, too: `upTo` is stable there. */
  took(slot: number, upTo: number): void {
    if (upTo > this.#told) this.#taken.set(slot, upTo)
  }

  get told(): number {
    return this.#told
  }

  encodeStable(writer: ByteWriter): void {
    writer.varint(this.#told).varint(this.#taken.size)
    for (const [slot, upTo] of this.#taken) writer.varint(slot).varint(upTo)
  }

  /** Where they end without it, all slots show what is stable. */
  decodeStable(stable: number, reader: ByteReader): void {
    this.#told = reader.left === 0 ? stable : reader.varint()
    this.#taken.clear()
    for (let count = reader.left === 0 ? 0 : reader.varint(); count > 0 && reader.ok; count--)
      this.#taken.set(reader.varint(), reader.varint())
  }

  object(db: number, key: string): KeyCell | undefined {
    return this.#objectCount === 0 ? undefined : this.#objects[db]?.get(key)
  }

  /** The same, about to be changed. */
  changing(db: number, key: string): KeyCell | undefined {
    const cell = this.object(db, key)
    if (cell !== undefined) this.#touch(db, cell)
    return cell
  }

  /** Bytes of what is kept of keys beside their values and their stamps. */
  get bytes(): number {
    this.#weighAll()
    let sum = 0
    for (let db = 0; db < this.#bytes.length; db++) sum += this.#bytes[db] as number
    return sum
  }

  /** Those that a key takes. */
  bytesOf(db: number, key: string): number {
    return this.object(db, key)?.bytes ?? 0
  }

  #touch(db: number, cell: KeyCell): void {
    if (cell.isTouched) return
    if (this.#touchedCount === touchedMax) this.#weighAll()
    cell.isTouched = true
    this.#touched[this.#touchedCount] = cell
    this.#touchedDbs[this.#touchedCount++] = db
  }

  #weighAll(): void {
    for (let i = 0; i < this.#touchedCount; i++) {
      this.#weigh(this.#touchedDbs[i] as number, this.#touched[i] as KeyCell)
    }
    this.#touchedCount = 0
  }

  /** One that was dropped meanwhile is not touched any more. A part more or less of many is left for later. */
  #weigh(db: number, cell: KeyCell): void {
    if (!cell.isTouched) return
    cell.isTouched = false
    const parts = partsOfCell(cell)
    if (cell.bytes > 0 && Math.abs(parts - cell.parts) * 16 < parts) return
    cell.parts = parts
    this.#count(db, cell, bytesOfCell(cell))
  }

  #count(db: number, cell: KeyCell, bytes: number): void {
    while (this.#bytes.length <= db) this.#bytes.push(0)
    this.#bytes[db] = (this.#bytes[db] as number) + bytes - cell.bytes
    cell.bytes = bytes
  }

  setObject(db: number, key: string, cell: KeyCell): void {
    let objects = this.#objects[db]
    if (objects === undefined) {
      objects = new Map()
      this.#objects[db] = objects
    }
    const before = objects.get(key)
    if (before !== cell && before !== undefined) this.#dropped(db, before)
    this.#touch(db, cell)
    if (before === cell) return
    objects.set(key, cell)
    if (before !== undefined) return
    this.#objectCount++
    this.#born++
    this.#bySlot.add(db, key)
    this.#writes.drop(db, key)
  }

  /** Stamp of the one write of a key, undefined where there is none, or an object. */
  stampOf(db: number, key: string): number | undefined {
    return this.#writes.stampOf(db, key)
  }

  /** The key was written whole, and nothing else is known of it. */
  setStamp(db: number, key: string, stamp: number): void {
    if (this.#objectCount > 0) this.#dropObject(db, key)
    this.#writes.set(db, key, stamp)
  }

  /** Whether no stamp is left that `seen` does not cover: nobody need ask for one then. */
  areStampsSeen(seen: Seen): boolean {
    const { lastOf } = this.#writes
    for (let seat = 0; seat < lastOf.length; seat++) {
      const last = lastOf[seat] as number
      if (last > this.#told && (seen.wholeTo?.(seat) ?? 0) < last) return false
    }
    return true
  }

  /** Nothing is known of a key any more. */
  forget(db: number, key: string): void {
    if (this.#objectCount > 0) this.#dropObject(db, key)
    this.#writes.drop(db, key)
  }

  forgetAll(db: number): void {
    this.#weighAll()
    if (db < this.#bytes.length) this.#bytes[db] = 0
    this.#objectCount -= this.#objects[db]?.size ?? 0
    this.#objects[db] = undefined
    this.#bySlot.forget()
    this.#writes.dropAll(db)
  }

  /** All that are objects. */
  *objects(): Iterable<readonly [number, string, KeyCell]> {
    for (let db = 0; db < this.#objects.length; db++) {
      for (const [key, cell] of this.#objects[db] ?? []) yield [db, key, cell]
    }
  }

  /** Database and key of those of a slot. */
  objectsIn(slot: number): readonly (readonly [number, string])[] {
    return this.#objectCount === 0 ? none : this.#bySlot.in(slot)
  }

  hasObjectIn(slot: number): boolean {
    return this.#objectCount > 0 && this.#bySlot.has(slot)
  }

  /** The first slot from `from` to before `to` with an object, `to` for none. */
  nextObjectSlot(from: number, to: number): number {
    return this.#objectCount === 0 ? to : this.#bySlot.next(from, to)
  }

  objectsOf(db: number): Iterable<readonly [string, KeyCell]> {
    return this.#objects[db] ?? []
  }

  /** All that are stamps, each key once, the youngest of each. */
  *stamps(): Iterable<readonly [number, string, number]> {
    for (const each of this.#writes.all()) {
      if (this.object(each[0], each[1]) === undefined) yield each
    }
  }

  /** Drops what is stable; `trim` says whether an object is. */
  settle(upTo: number, trim: (db: number, key: string, cell: KeyCell) => boolean): void {
    // Also where slots that were taken said so before: nothing was dropped then.
    if (upTo <= this.#told) return
    this.#told = upTo
    this.#bySlot.settled()
    for (const [slot, taken] of this.#taken) if (taken <= upTo) this.#taken.delete(slot)
    this.#writes.settle(upTo)
    this.#sweep(trim)
  }

  /** Looks at some objects, twice as many as came since the last time and then some: in the end at all. */
  #sweep(trim: (db: number, key: string, cell: KeyCell) => boolean): void {
    let left = sweptLeast + 2 * this.#born
    this.#born = 0
    let isAnew = false
    for (; left > 0 && this.#objectCount > 0; left--) {
      this.#swept ??= this.objects()[Symbol.iterator]()
      const { done, value } = this.#swept.next()
      if (done === true) {
        this.#swept = null
        if (isAnew) return
        isAnew = true
        continue
      }
      const [db, key, cell] = value
      // Maps are walked while they change, and may be of the past.
      if (this.#objects[db]?.get(key) !== cell) continue
      if (trim(db, key, cell)) this.#dropObject(db, key)
      else this.#touch(db, cell)
    }
  }

  #dropObject(db: number, key: string): void {
    const objects = this.#objects[db]
    const cell = objects?.get(key)
    if (objects === undefined || cell === undefined) return
    objects.delete(key)
    this.#dropped(db, cell)
    this.#objectCount--
    this.#bySlot.drop(db, key)
  }

  #dropped(db: number, cell: KeyCell): void {
    cell.isTouched = false
    this.#count(db, cell, 0)
  }
}
