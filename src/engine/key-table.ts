// The keys of a segment with their values, in the order in which they came: a `Map` in what it does. They stand
// in a list, each with a print of its key, so that each step to a value (table, list, cells, key, value) can be
// gone ahead for many keys at once (see `Foresight`). A few are found by looking through their prints, more by an
// index behind the list: words that hold three places each. So many as only a flood of equal prints can bring
// together stand in a `Map`. Beside each key may stand the stamp of the write that made it (see `merge/`).

import { assert } from '../base/assert.js'
import { Stamps } from './key-stamps.js'
import { known } from './key-facts.js'
import { churnedRoomFor, fewMax, listMax, roomFor, slackOf, wordOf } from './key-room.js'
import { Packed, type Stored } from './values/packed.js'
import type { Container, Value } from './values/value.js'

/** Print, key, value. */
const width = 3
/** Bits of a place in a word of the index: the number of an entry plus one, 0 for none. */
const placeBits = 10
const placeMask = 1023
/** In the place of an entry that was deleted: what comes behind it is looked at, too. */
const gone = 1023
/** From which on all three places of a word are in use. */
const fullWord = 1 << (2 * placeBits)
/** Entries for each word of the index. */
const perWord = 1.6

type Cell = number | string | Stored | undefined

const noCells: Cell[] = []

/** Of a list of more than a few. An object of its own, so that small tables are small. */
interface Index {
  /** Cells for entries: there the words begin. */
  readonly room: number
  readonly words: number
  /** Deleted entries. */
  holes: number
}

export class KeyTable {
  /** `width` cells for each entry, room for more, and the words of the index. */
  #cells: Cell[] = noCells
  /** Cells of entries in use, deleted ones in between included. */
  #end = 0
  /** Null while they are few. */
  #index: Index | null = null
  /** All keys, from the time on when they were too many for a list. */
  #many: Map<string, Stored> | null = null
  #stamps: Stamps | null = null

  get size(): number {
    if (this.#many !== null) return this.#many.size
    const entries = this.#end / width
    return this.#index === null ? entries : entries - this.#index.holes
  }

  /** What a key holds, unpacked. */
  get(key: string): Value | undefined {
    const stored = this.look(key)
    return stored instanceof Packed ? this.open(key, stored) : stored
  }

  /** The same; what is packed stays so. */
  look(key: string): Stored | undefined {
    const stored = this.raw(key)
    if (typeof stored !== 'object' || stored instanceof Packed) return stored
    return this.touched(key, stored)
  }

  /** The same as it stands. */
  raw(key: string): Stored | undefined {
    if (this.#many !== null) return this.#many.get(key)
    const at = this.#find(key)
    return at < 0 ? undefined : (this.#cells[at + 2] as Stored)
  }

  /** Puts the same value in another shape in the place of what a key holds. */
  replace(key: string, stored: Stored): void {
    if (this.#many !== null) this.#many.set(key, stored)
    else this.#cells[this.#find(key) + 2] = stored
  }

  /** A packed container of a key was asked for: it stands there unpacked from here on. */
  protected open(_key: string, _packed: Packed): Container {
    assert(false, 'only keys of a keyspace hold packed containers')
  }

  /** The same of one that is not packed. */
  protected touched(_key: string, value: Container): Container {
    return value
  }

  has(key: string): boolean {
    return this.#many === null ? this.#find(key) >= 0 : this.#many.has(key)
  }

  set(key: string, value: Stored): void {
    this.exchange(key, value)
  }

  /** Sets a key; what it held before. */
  exchange(key: string, value: Stored): Stored | undefined {
    if (this.#many !== null) {
      const before = this.#many.get(key)
      this.#many.set(key, value)
      return before
    }
    const at = this.#find(key)
    if (at >= 0) {
      const cells = this.#cells
      const before = cells[at + 2] as Stored
      cells[at + 2] = value
      return before
    }
    this.#add(key, value)
    return undefined
  }

  delete(key: string): boolean {
    if (this.#many !== null) {
      this.#stamps?.deleteOf(key)
      return this.#many.delete(key)
    }
    const at = this.#find(key)
    if (at < 0) return false
    if (this.#index !== null) this.#deleteIndexed(this.#index, at)
    else {
      const cells = this.#cells
      const end = this.#end - width
      cells.copyWithin(at, at + width, end + width)
      cells.fill(undefined, end, end + width)
      this.#stamps?.remove(at / width, end / width)
      this.#end = end
    }
    return true
  }

  clear(): void {
    this.#empty()
    this.#many = null
    this.#stamps = null
  }

  #empty(): void {
    this.#cells = noCells
    this.#end = 0
    this.#index = null
  }

  keys(): Iterable<string> {
    return this.#many === null ? (this.#column(1) as string[]) : this.#many.keys()
  }

  values(): Iterable<Stored> {
    return this.#many === null ? (this.#column(2) as Stored[]) : this.#many.values()
  }

  [Symbol.iterator](): Iterator<[string, Stored]> {
    if (this.#many !== null) return this.#many[Symbol.iterator]()
    const cells = this.#cells
    const pairs: [string, Stored][] = []
    for (let at = 0; at < this.#end; at += width) {
      const key = cells[at + 1] as string | undefined
      if (key !== undefined) pairs.push([key, cells[at + 2] as Stored])
    }
    return pairs[Symbol.iterator]()
  }

  // Stamps: 0 for none

  get hasStamps(): boolean {
    return this.#stamps !== null
  }

  /** The greatest that stands here, or stood. */
  get lastStamp(): number {
    return this.#stamps === null ? 0 : this.#stamps.last
  }

  stampOf(key: string): number {
    const stamps = this.#stamps
    if (stamps === null) return 0
    if (this.#many !== null) return stamps.of(key)
    const at = this.#find(key)
    return at < 0 ? 0 : stamps.at(at / width)
  }

  /** By how much it changes the number of keys with a stamp; nothing where the key is not there. */
  setStamp(key: string, stamp: number): number {
    if (stamp === 0 && this.#stamps === null) return 0
    const many = this.#many
    const at = many === null ? this.#find(key) : 0
    if (at < 0 || (many !== null && !many.has(key))) return 0
    this.#stamps ??= new Stamps(many === null ? this.#room / width : 0)
    if (many !== null) return this.#stamps.setOf(key, stamp)
    return this.#stamps.set(at / width, stamp)
  }

  /** Forgets all; how many keys had one. */
  dropStamps(): number {
    const count = this.#stamps?.count ?? 0
    this.#stamps = null
    return count
  }

  *stamped(): Iterable<readonly [string, number]> {
    if (this.#stamps === null) return
    for (const key of this.keys()) {
      const stamp = this.stampOf(key)
      if (stamp > 0) yield [key, stamp]
    }
  }

  /** Fetches the table; a number of no meaning. This and the next steps are for `Foresight`. */
  touch(): number {
    return this.#end
  }

  /** Fetches the head of its list. */
  touchList(): number {
    return this.#cells.length
  }

  /** Fetches the cells, by three of their prints, or the word of the index that leads to the key. */
  touchCells(print: number): number {
    const end = this.#end
    const cells = this.#cells
    const index = this.#index
    if (end === 0) return 0
    if (index !== null) return cells[index.room + wordOf(print, index.words)] as number
    const ends = (cells[0] as number) ^ (cells[end - width] as number)
    return ends ^ (cells[(end >> 3) * width] as number)
  }

  /** Finds what may be the key, by its print; -1 for none. */
  guess(print: number): number {
    const cells = this.#cells
    const index = this.#index
    if (index !== null) {
      let places = cells[index.room + wordOf(print, index.words)] as number
      for (; places > 0; places >>>= placeBits) {
        const place = places & placeMask
        if (place === gone) continue
        const at = (place - 1) * width
        if (cells[at] === print) return at
      }
      return -1
    }
    const end = this.#end
    for (let at = 0; at < end; at += width) if (cells[at] === print) return at
    return -1
  }

  /** Fetches the key and the value that were guessed. */
  touchEntry(at: number): number {
    if (at < 0) return 0
    const cells = this.#cells
    const value = cells[at + 2]
    return (cells[at + 1] as string).length + (typeof value === 'string' ? value.length : 0)
  }

  /** Cells for entries. */
  get #room(): number {
    return this.#index === null ? this.#cells.length : this.#index.room
  }

  #find(key: string): number {
    const print = known.printOf(key)
    if (this.#index !== null) return this.#findIndexed(this.#index, key, print)
    const cells = this.#cells
    const end = this.#end
    for (let at = 0; at < end; at += width) {
      if (cells[at] === print && cells[at + 1] === key) return at
    }
    return -1
  }

  #findIndexed({ room, words }: Index, key: string, print: number): number {
    const cells = this.#cells
    let word = wordOf(print, words)
    for (let left = words; left > 0; left--) {
      const places = cells[room + word] as number
      for (let rest = places; rest > 0; rest >>>= placeBits) {
        const place = rest & placeMask
        if (place === gone) continue
        const at = (place - 1) * width
        if (cells[at] === print && cells[at + 1] === key) return at
      }
      if (places < fullWord) return -1
      word = word + 1 === words ? 0 : word + 1
    }
    return -1
  }

  #add(key: string, value: Stored): void {
    if (this.#end === this.#room && !this.#grow()) {
      this.#toMany().set(key, value)
      return
    }
    const at = this.#end
    const cells = this.#cells
    const print = known.printOf(key)
    cells[at] = print
    cells[at + 1] = key
    cells[at + 2] = value
    this.#end = at + width
    if (this.#index !== null) this.#enter(this.#index, print, at)
  }

  /** Puts an entry into the index. */
  #enter({ room, words }: Index, print: number, at: number): void {
    const cells = this.#cells
    const place = at / width + 1
    for (let word = wordOf(print, words); ; word++) {
      if (word === words) word = 0
      const places = cells[room + word] as number
      for (let shift = 0; shift < 3 * placeBits; shift += placeBits) {
        const held = (places >>> shift) & placeMask
        if (held !== 0 && held !== gone) continue
        cells[room + word] = places + ((place - held) << shift)
        return
      }
    }
  }

  #deleteIndexed(index: Index, at: number): void {
    const { room, words } = index
    const cells = this.#cells
    const place = at / width + 1
    for (let word = wordOf(cells[at] as number, words), isFound = false; !isFound; word++) {
      if (word === words) word = 0
      const places = cells[room + word] as number
      for (let shift = 0; shift < 3 * placeBits; shift += placeBits) {
        if (((places >>> shift) & placeMask) !== place) continue
        cells[room + word] = places + ((gone - place) << shift)
        isFound = true
      }
    }
    cells.fill(undefined, at, at + width)
    this.#stamps?.set(place - 1, 0)
    index.holes++
    const { size } = this
    if (index.holes > 8 + size / 4) this.#rebuild(roomFor(size))
  }

  /** Makes room for one more; false where there are too many for a list. */
  #grow(): boolean {
    const { size } = this
    if (size >= listMax) return false
    const index = this.#index
    // Where keys go as others come little room is enough: theirs is found again soon.
    const isChurned = index !== null && index.holes * 4 > slackOf(size)
    this.#rebuild(isChurned ? churnedRoomFor(size) : roomFor(size))
    return true
  }

  /** A list with room for so many entries, and without deleted ones. */
  #rebuild(entries: number): void {
    const old = this.#cells
    const oldEnd = this.#end
    const room = entries * width
    const words = entries > fewMax ? Math.ceil(entries / perWord) : 0
    const cells = new Array<Cell>(room + words)
    cells.fill(0, room)
    const index = words > 0 ? { room, words, holes: 0 } : null
    this.#cells = cells
    this.#index = index
    const kept = this.#stamps === null ? null : new Stamps(entries)
    let end = 0
    for (let at = 0; at < oldEnd; at += width) {
      if (old[at + 1] === undefined) continue
      cells[end] = old[at]
      cells[end + 1] = old[at + 1]
      cells[end + 2] = old[at + 2]
      if (kept !== null) kept.set(end / width, (this.#stamps as Stamps).at(at / width))
      if (index !== null) this.#enter(index, old[at] as number, end)
      end += width
    }
    this.#end = end
    this.#stamps = kept
  }

  #toMany(): Map<string, Stored> {
    const many = new Map<string, Stored>()
    const kept = this.#stamps === null ? null : new Stamps(0)
    for (const [key, stamp] of this.stamped()) kept?.setOf(key, stamp)
    for (const [key, value] of this) many.set(key, value)
    this.#empty()
    this.#many = many
    this.#stamps = kept
    return many
  }

  #column(offset: number): Cell[] {
    const cells: Cell[] = []
    for (let at = 0; at < this.#end; at += width) {
      if (this.#cells[at + 1] !== undefined) cells.push(this.#cells[at + offset])
    }
    return cells
  }
}
