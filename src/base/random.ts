// A seeded source of integers (xoshiro128**): the only chance that pure floors may know. Integer
// operations only, so that Node 20 and Node 24 draw the same numbers from the same seed.

/** A deterministic stream of random integers. */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  /** `seed` and `seedHigh` are any two integers; their low 32 bits count. */
  constructor(seed: number, seedHigh = 0) {
    let state = (seed ^ Math.imul(seedHigh, 0x85ebca6b)) | 0
    const next = (): number => {
      state = (state + 0x9e3779b9) | 0
      let z = state
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      return (z ^ (z >>> 15)) | 0
    }
    this.#a = next()
    this.#b = next()
    this.#c = next() ^ seedHigh
    this.#d = next() | 1
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const b = this.#b
    const t = b << 9
    const scrambled = Math.imul(b, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9)
    this.#c ^= this.#a
    this.#d ^= b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result >>> 0
  }

  /** An integer in [0, bound), bound in [1, 2^32]; without bias that matters below 2^20. */
  below(bound: number): number {
    // 21 high bits times the bound stay below 2^53, so the product is exact.
    if (bound <= 0x200000) return Math.floor(((this.uint32() >>> 0) * bound) / 0x100000000)
    return this.uint32() % bound
  }

  /** An integer in [min, max], both included. */
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }

  /** True in `numerator` of `denominator` cases. */
  chance(numerator: number, denominator: number): boolean {
    return this.below(denominator) < numerator
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** A new independent stream, drawn from this one. */
  fork(): Random {
    return new Random(this.uint32(), this.uint32())
  }
}
