// Stamps beside the keys of a table, by the place of an entry, or by name where keys stand in a `Map`. A list of
// doubles alone: V8 keeps those without an object for each.

/** Of keys in a `Map`: made where there are any. */
type Named = Map<string, number>

export class Stamps {
  /** The greatest that was set, then one for each entry; 0 for none. */
  readonly #list: number[]
  #named: Named | null = null

  constructor(entries: number) {
    // A fraction makes it a list of doubles from the start.
    this.#list = new Array<number>(entries + 1).fill(0.5)
    this.#list.fill(0)
  }

  get last(): number {
    return this.#list[0] as number
  }

  /** Keys that have one. */
  get count(): number {
    let count = this.#named === null ? 0 : this.#named.size
    const list = this.#list
    for (let i = 1; i < list.length; i++) if (list[i] !== 0) count++
    return count
  }

  at(entry: number): number {
    return this.#list[entry + 1] as number
  }

  /** By how much that changes `count`. */
  set(entry: number, stamp: number): number {
    const list = this.#list
    const before = list[entry + 1] as number
    list[entry + 1] = stamp
    if (stamp > (list[0] as number)) list[0] = stamp
    return (stamp > 0 ? 1 : 0) - (before > 0 ? 1 : 0)
  }

  /** An entry is gone, and those behind it up to `end` move up. */
  remove(entry: number, end: number): void {
    const list = this.#list
    for (let i = entry + 1; i <= end; i++) list[i] = list[i + 1] as number
    list[end + 1] = 0
  }

  of(key: string): number {
    return this.#named?.get(key) ?? 0
  }

  setOf(key: string, stamp: number): number {
    if (stamp === 0) return this.deleteOf(key) ? -1 : 0
    this.#named ??= new Map()
    const before = this.#named.size
    this.#named.set(key, stamp)
    if (stamp > this.last) this.#list[0] = stamp
    return this.#named.size - before
  }

  deleteOf(key: string): boolean {
    return this.#named?.delete(key) === true
  }
}
