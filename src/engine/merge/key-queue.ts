// Keys in the order in which they came, taken out from the front. In lists of moderate length: a list that is
// still young takes young keys without a note for the collector, and most are gone before they grow old.

const listKeys = 1_024

const none: string[] = []

export class KeyQueue {
  #lists: string[][] = []
  /** The list that is filled, and up to where. */
  #last: string[] = none
  #end = listKeys
  /** Place of the first key in the first list. */
  #head = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The key that came first; asked only where there is one. */
  get first(): string {
    return (this.#lists[0] as string[])[this.#head] as string
  }

  /** The key that came last, undefined where there is none. */
  get last(): string | undefined {
    return this.#size === 0 ? undefined : this.#last[this.#end - 1]
  }

  push(key: string): void {
    if (this.#end === listKeys) {
      this.#last = new Array<string>(listKeys)
      this.#lists.push(this.#last)
      this.#end = 0
    }
    this.#last[this.#end++] = key
    this.#size++
  }

  /** Takes out so many. The list that is filled stays where it is: others are made only for more keys. */
  drop(count: number): void {
    this.#size -= count
    this.#head += count
    if (this.#head < listKeys) return
    this.#lists.splice(0, Math.floor(this.#head / listKeys))
    this.#head %= listKeys
  }
}
