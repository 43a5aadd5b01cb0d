// The keys of a segment with their values, in the order in which they came: a `Map` in what it does. While
// they are few they stand in a list, each with a print of its key, so that each step to a value (table,
// list, cells, key, value) can be gone ahead for many keys at once (see `Foresight`). A `Map` has two
// more, and goes them one key at a time.

import { known } from './key-facts.js'
import type { Value } from './values/value.js'

/** Keys up to which their prints are looked through. */
export const fewMax = 16
/** Print, key, value. */
const width = 3

type Cell = number | string | Value | undefined

const noCells: Cell[] = []

export class KeyTable {
  /** `width` cells for each key while they are few, and room for more. */
  #cells: Cell[] = noCells
  /** Cells in use. */
  #end = 0
  /** All keys, from the time on when they were more than a few. */
  #many: Map<string, Value> | null = null

  get size(): number {
    return this.#many === null ? this.#end / width : this.#many.size
  }

  get(key: string): Value | undefined {
    if (this.#many !== null) return this.#many.get(key)
    const at = this.#find(key)
    return at < 0 ? undefined : (this.#cells[at + 2] as Value)
  }

  has(key: string): boolean {
    return this.#many === null ? this.#find(key) >= 0 : this.#many.has(key)
  }

  set(key: string, value: Value): void {
    this.exchange(key, value)
  }

  /** Sets a key; what it held before. */
  exchange(key: string, value: Value): Value | undefined {
    if (this.#many !== null) return this.#exchangeInMany(this.#many, key, value)
    const at = this.#find(key)
    if (at >= 0) {
      const cells = this.#cells
      const before = cells[at + 2] as Value
      cells[at + 2] = value
      return before
    }
    this.#add(key, value)
    return undefined
  }

  delete(key: string): boolean {
    if (this.#many !== null) return this.#many.delete(key)
    const at = this.#find(key)
    if (at < 0) return false
    const cells = this.#cells
    const end = this.#end - width
    cells.copyWithin(at, at + width, end + width)
    cells.fill(undefined, end, end + width)
    this.#end = end
    return true
  }

  clear(): void {
    this.#cells = noCells
    this.#end = 0
    this.#many = null
  }

  keys(): Iterable<string> {
    return this.#many === null ? (this.#column(1) as string[]) : this.#many.keys()
  }

  values(): Iterable<Value> {
    return this.#many === null ? (this.#column(2) as Value[]) : this.#many.values()
  }

  [Symbol.iterator](): Iterator<[string, Value]> {
    if (this.#many !== null) return this.#many[Symbol.iterator]()
    const cells = this.#cells
    const pairs: [string, Value][] = []
    for (let at = 0; at < this.#end; at += width) {
      pairs.push([cells[at + 1] as string, cells[at + 2] as Value])
    }
    return pairs[Symbol.iterator]()
  }

  // For `Foresight`: the steps to a key, each of which fetches what the next one needs.

  /** Fetches the table and the head of its list; a number of no meaning. */
  touch(): number {
    return this.#cells.length
  }

  /** Fetches the cells. */
  touchCells(): number {
    const end = this.#end
    if (end === 0) return this.#many === null ? 0 : this.#many.size
    const cells = this.#cells
    return (cells[0] as number) ^ (cells[end - width] as number)
  }

  /** Finds what may be the key, by its print; -1 for none. */
  guess(print: number): number {
    const cells = this.#cells
    const end = this.#end
    for (let at = 0; at < end; at += width) if (cells[at] === print) return at
    return -1
  }

  /** Fetches the key and the value that were guessed. */
  touchEntry(at: number): number {
    const cells = this.#cells
    const key = cells[at + 1] as string
    const value = cells[at + 2] as Value
    return key.length + (typeof value === 'string' ? value.length : 0)
  }

  #find(key: string): number {
    const print = known.printOf(key)
    const cells = this.#cells
    const end = this.#end
    for (let at = 0; at < end; at += width) {
      if (cells[at] === print && cells[at + 1] === key) return at
    }
    return -1
  }

  #add(key: string, value: Value): void {
    const end = this.#end
    if (end === fewMax * width) {
      this.#toMany().set(key, value)
      return
    }
    if (end === this.#cells.length) this.#grow(end)
    const cells = this.#cells
    cells[end] = known.printOf(key)
    cells[end + 1] = key
    cells[end + 2] = value
    this.#end = end + width
  }

  /** Room for 4 keys, then 8, 12 and 16: V8's own step would be 16 cells and more. */
  #grow(end: number): void {
    const cells = new Array<Cell>(end + width * 4)
    for (let at = 0; at < end; at++) cells[at] = this.#cells[at]
    this.#cells = cells
  }

  #exchangeInMany(many: Map<string, Value>, key: string, value: Value): Value | undefined {
    const before = many.get(key)
    many.set(key, value)
    return before
  }

  #toMany(): Map<string, Value> {
    const many = new Map<string, Value>()
    for (const [key, value] of this) many.set(key, value)
    this.clear()
    this.#many = many
    return many
  }

  #column(offset: number): Cell[] {
    const cells: Cell[] = []
    for (let at = offset; at < this.#end; at += width) cells.push(this.#cells[at])
    return cells
  }
}
