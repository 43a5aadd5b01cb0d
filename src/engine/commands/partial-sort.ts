// Sorts the first items of a list, in the way of Bentley and McIlroy ("Engineering a sort function"),
// as Redis does where only some are wanted: which of equal ones come first shows in its replies. Parts
// that hold none of the wanted items are left alone.

export type Compare<T> = (a: T, b: T) => number

/** Brings the least `count` items to the front, in order. The rest follows in any order. */
export function sortFirst<T>(items: T[], count: number, compare: Compare<T>): void {
  new PartialSort(items, count, compare).sort(0, items.length)
}

class PartialSort<T> {
  readonly #items: T[]
  readonly #count: number
  readonly #compare: Compare<T>

  constructor(items: T[], count: number, compare: Compare<T>) {
    this.#items = items
    this.#count = count
    this.#compare = compare
  }

  sort(start: number, size: number): void {
    let from = start
    let length = size
    for (;;) {
      if (length < 7) {
        this.#insert(from, from + length)
        return
      }
      this.#swap(from, this.#pivot(from, length))
      const { less, greater } = this.#part(from, length)
      if (less > 1 && from < this.#count) this.sort(from, less)
      if (greater <= 1 || from + length - greater >= this.#count) return
      from = from + length - greater
      length = greater
    }
  }

  #insert(from: number, end: number): void {
    for (let i = from + 1; i < end; i++) {
      for (let j = i; j > from && this.#order(j - 1, j) > 0; j--) this.#swap(j, j - 1)
    }
  }

  /** Of three, or of three times three where there are many, the one in the middle. */
  #pivot(from: number, length: number): number {
    const middle = from + (length >> 1)
    if (length === 7) return middle
    const last = from + length - 1
    if (length <= 40) return this.#median(from, middle, last)
    const d = length >> 3
    return this.#median(
      this.#median(from, from + d, from + 2 * d),
      this.#median(middle - d, middle, middle + d),
      this.#median(last - 2 * d, last - d, last),
    )
  }

  #median(a: number, b: number, c: number): number {
    if (this.#order(a, b) < 0) {
      return this.#order(b, c) < 0 ? b : this.#order(a, c) < 0 ? c : a
    }
    return this.#order(b, c) > 0 ? b : this.#order(a, c) < 0 ? a : c
  }

  /** Around the item at `from`: what is equal goes to both ends first, then to the middle. */
  #part(from: number, length: number): { readonly less: number; readonly greater: number } {
    const end = from + length
    let equalLeft = from
    let left = from
    let right = end - 1
    let equalRight = end - 1
    for (;;) {
      while (left <= right) {
        const order = this.#order(left, from)
        if (order > 0) break
        if (order === 0) this.#swap(equalLeft++, left)
        left++
      }
      while (left <= right) {
        const order = this.#order(right, from)
        if (order < 0) break
        if (order === 0) this.#swap(right, equalRight--)
        right--
      }
      if (left > right) break
      this.#swap(left++, right--)
    }
    const atLeft = Math.min(equalLeft - from, left - equalLeft)
    this.#swapRuns(from, left - atLeft, atLeft)
    const atRight = Math.min(equalRight - right, end - equalRight - 1)
    this.#swapRuns(left, end - atRight, atRight)
    return { less: left - equalLeft, greater: equalRight - right }
  }

  #swapRuns(a: number, b: number, count: number): void {
    for (let i = 0; i < count; i++) this.#swap(a + i, b + i)
  }

  #order(a: number, b: number): number {
    return this.#compare(this.#items[a] as T, this.#items[b] as T)
  }

  #swap(a: number, b: number): void {
    const items = this.#items
    const kept = items[a] as T
    items[a] = items[b] as T
    items[b] = kept
  }
}
