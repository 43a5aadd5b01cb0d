// What waits for an answer, by number. Numbers are given in order, and answers come in nearly the same. A ring and not a
// `Map`: that makes a new table every few changes, the one before names the next, and once a dead one stands among
// old objects the collector of young ones keeps all that follow, with what waited there, until the next full collection.

export class Awaited<T extends object> {
  #ring: (T | undefined)[] = new Array<T | undefined>(16).fill(undefined)
  /** All below it were answered. */
  #first = 1
  #next = 1
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Its number. */
  add(item: T): number {
    if (this.#next - this.#first === this.#ring.length) this.#grow()
    this.#ring[this.#next & (this.#ring.length - 1)] = item
    this.#size++
    return this.#next++
  }

  /** What has a number waits no more; undefined where nothing does. */
  take(number: number): T | undefined {
    if (number < this.#first || number >= this.#next) return undefined
    const mask = this.#ring.length - 1
    const item = this.#ring[number & mask]
    if (item === undefined) return undefined
    this.#ring[number & mask] = undefined
    this.#size--
    while (this.#first < this.#next && this.#ring[this.#first & mask] === undefined) this.#first++
    return item
  }

  #grow(): void {
    const old = this.#ring
    const grown = new Array<T | undefined>(old.length * 2).fill(undefined)
    for (let number = this.#first; number < this.#next; number++) {
      grown[number & (grown.length - 1)] = old[number & (old.length - 1)]
    }
    this.#ring = grown
  }
}
