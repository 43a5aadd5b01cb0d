// Times to live of one database: an indexed heap, earliest first, ties by key, so that what comes out
// depends on the content only. An item knows its place, so a changed or removed time is mended there:
// no stale item is left behind, and nothing is ever rebuilt (a rebuild of millions would be a stall).

/** A key's time to live. `at` never changes: a new time is a new item in the old one's place. */
export interface ExpiryItem {
  readonly key: string
  /** Wall milliseconds from which on the key is gone. */
  readonly at: number
  /** Place in the heap, moved by the heap only. */
  place: number
}

/** Latest time that is kept; a later one counts as this one (the year 287396). Rows store it plus one. */
export const expiryMax = Number.MAX_SAFE_INTEGER - 1

function isBefore(a: ExpiryItem, b: ExpiryItem): boolean {
  return a.at < b.at || (a.at === b.at && a.key < b.key)
}

export class ExpiryHeap {
  readonly #items: ExpiryItem[] = []

  get size(): number {
    return this.#items.length
  }

  /** The key that is due first. */
  peek(): ExpiryItem | undefined {
    return this.#items[0]
  }

  /** An item by its place, for sampling. */
  item(place: number): ExpiryItem | undefined {
    return this.#items[place]
  }

  /** Adds a key that is not in the heap. */
  add(key: string, at: number): ExpiryItem {
    const item: ExpiryItem = { key, at, place: this.#items.length }
    this.#items.push(item)
    this.#rise(item)
    return item
  }

  /** Gives a key in the heap another time; answers the item that stands for it from now on. */
  replace(old: ExpiryItem, at: number): ExpiryItem {
    const item: ExpiryItem = { key: old.key, at, place: old.place }
    this.#items[item.place] = item
    this.#rise(item)
    this.#sink(item)
    return item
  }

  remove(item: ExpiryItem): void {
    const last = this.#items.pop() as ExpiryItem
    if (last === item) return
    last.place = item.place
    this.#items[last.place] = last
    this.#rise(last)
    this.#sink(last)
  }

  /** All at once: their keys have gone elsewhere. */
  clear(): void {
    this.#items.length = 0
  }

  #rise(item: ExpiryItem): void {
    const items = this.#items
    let at = item.place
    while (at > 0) {
      const parent = items[(at - 1) >> 1] as ExpiryItem
      if (!isBefore(item, parent)) break
      items[at] = parent
      const above = parent.place
      parent.place = at
      at = above
    }
    items[at] = item
    item.place = at
  }

  #sink(item: ExpiryItem): void {
    const items = this.#items
    const count = items.length
    let at = item.place
    for (;;) {
      let below = 2 * at + 1
      if (below >= count) break
      if (
        below + 1 < count &&
        isBefore(items[below + 1] as ExpiryItem, items[below] as ExpiryItem)
      ) {
        below++
      }
      const child = items[below] as ExpiryItem
      if (!isBefore(child, item)) break
      items[at] = child
      child.place = at
      at = below
    }
    items[at] = item
    item.place = at
  }
}
