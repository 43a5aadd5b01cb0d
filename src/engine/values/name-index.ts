// A map from names to values that grows without a stall: linear hashing over Maps of a few hundred
// entries, one of which is split at a time. For lookups only: its order is nobody's state.

import { hashString } from '../../base/hash.js'

const bucketEntries = 256
/** Behind the last place, see `page`. */
export const placeEnd = 0x100000000

export class NameIndex<V> {
  #buckets: Map<string, V>[] = [new Map()]
  /** Buckets of the last whole doubling; those below `#split` are split for the next one. */
  #round = 1
  #split = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  get(name: string): V | undefined {
    return this.#bucket(name).get(name)
  }

  has(name: string): boolean {
    return this.#bucket(name).has(name)
  }

  set(name: string, value: V): void {
    const bucket = this.#bucket(name)
    const before = bucket.size
    bucket.set(name, value)
    if (bucket.size === before) return
    this.#size++
    if (this.#size > this.#buckets.length * bucketEntries) this.#grow()
  }

  delete(name: string): boolean {
    if (!this.#bucket(name).delete(name)) return false
    this.#size--
    return true
  }

  /**
   * The names from a place on, at least `countMax` of them where there are as many: a function of the
   * names alone, whatever the buckets are. Places are the hashes with their bits reversed, so that the
   * names of a bucket stand together; names of equal place are never parted.
   */
  page(from: number, countMax: number): { readonly names: string[]; readonly next: number } {
    const names: string[] = []
    let place = from
    while (place < placeEnd) {
      const end = this.#behindBucket(place)
      const found: { readonly name: string; readonly at: number }[] = []
      for (const name of this.#bucketOf(reverse(place)).keys()) {
        const at = reverse(hashString(name))
        if (at >= place) found.push({ name, at })
      }
      found.sort((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
      let i = 0
      for (; i < found.length; i++) {
        const { name, at } = found[i] as (typeof found)[number]
        if (names.length >= countMax && at !== found[i - 1]?.at) return { names, next: at }
        names.push(name)
      }
      place = end
      if (names.length >= countMax) break
    }
    return { names, next: place }
  }

  /** Behind the last place of the bucket that holds `place`. */
  #behindBucket(place: number): number {
    const hash = reverse(place)
    const isSplit = hash % this.#round < this.#split
    const width = placeEnd / (isSplit ? this.#round * 2 : this.#round)
    return (Math.floor(place / width) + 1) * width
  }

  #bucket(name: string): Map<string, V> {
    if (this.#buckets.length === 1) return this.#buckets[0] as Map<string, V>
    return this.#bucketOf(hashString(name))
  }

  #bucketOf(hash: number): Map<string, V> {
    let at = hash % this.#round
    if (at < this.#split) at = hash % (this.#round * 2)
    return this.#buckets[at] as Map<string, V>
  }

  #grow(): void {
    const old = this.#buckets[this.#split] as Map<string, V>
    const stays = new Map<string, V>()
    const goes = new Map<string, V>()
    const at = this.#split
    const round = this.#round * 2
    old.forEach((value, name) => {
      if (hashString(name) % round === at) stays.set(name, value)
      else goes.set(name, value)
    })
    this.#buckets[at] = stays
    this.#buckets.push(goes)
    this.#split++
    if (this.#split < this.#round) return
    this.#round *= 2
    this.#split = 0
  }
}

/** 32 bits in reverse order. */
function reverse(value: number): number {
  let bits = value
  bits = ((bits >>> 1) & 0x55555555) | ((bits & 0x55555555) << 1)
  bits = ((bits >>> 2) & 0x33333333) | ((bits & 0x33333333) << 2)
  bits = ((bits >>> 4) & 0x0f0f0f0f) | ((bits & 0x0f0f0f0f) << 4)
  bits = ((bits >>> 8) & 0x00ff00ff) | ((bits & 0x00ff00ff) << 8)
  return ((bits >>> 16) | (bits << 16)) >>> 0
}
