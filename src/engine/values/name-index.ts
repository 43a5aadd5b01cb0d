// A map from names to values that grows without a stall: linear hashing over Maps of a few hundred
// entries, one of which is split at a time. For lookups only: its order is nobody's state.

import { hashString } from '../../base/hash.js'

const bucketEntries = 256

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

  #bucket(name: string): Map<string, V> {
    if (this.#buckets.length === 1) return this.#buckets[0] as Map<string, V>
    const hash = hashString(name)
    let at = hash % this.#round
    if (at < this.#split) at = hash % (this.#round * 2)
    return this.#buckets[at] as Map<string, V>
  }

  #grow(): void {
    const old = this.#buckets[this.#split] as Map<string, V>
    const stays = new Map<string, V>()
    const goes = new Map<string, V>()
    const at = this.#split
    for (const [name, value] of old) {
      if (hashString(name) % (this.#round * 2) === at) stays.set(name, value)
      else goes.set(name, value)
    }
    this.#buckets[at] = stays
    this.#buckets.push(goes)
    this.#split++
    if (this.#split < this.#round) return
    this.#round *= 2
    this.#split = 0
  }
}
