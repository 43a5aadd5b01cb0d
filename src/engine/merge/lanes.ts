// A hash of two lanes that is fed with texts and numbers: without bytes in between, as it sees all data.

import type { Hash64 } from '../../base/hash.js'

const double = new DataView(new ArrayBuffer(8))

export class Lanes {
  #a = 0
  #b = 0

  get value(): Hash64 {
    return { high: this.#a >>> 0, low: this.#b >>> 0 }
  }

  begin(): this {
    this.#a = 0x9e3779b9 | 0
    this.#b = 0x7f4a7c15
    return this
  }

  /** Its length first, so that what follows is no part of it. */
  text(text: string): this {
    return this.span(text, 0, text.length)
  }

  /** A part of a text, as if it were one. */
  span(text: string, from: number, length: number): this {
    let a = this.#a ^ length
    let b = this.#b
    const end = from + length
    for (let i = from; i < end; i++) {
      const code = text.charCodeAt(i)
      a = Math.imul(a ^ code, 0xcc9e2d51)
      b = (Math.imul(((b << 13) | (b >>> 19)) + code, 0x1b873593) ^ a) | 0
    }
    this.#a = a
    this.#b = b
    return this.#word(length)
  }

  number(value: number): this {
    double.setFloat64(0, value)
    return this.#word(double.getUint32(0)).#word(double.getUint32(4))
  }

  /** A double that stands in a text as eight bytes. */
  doubleAt(text: string, from: number): this {
    for (let i = 0; i < 8; i++) double.setUint8(i, text.charCodeAt(from + i))
    return this.score(double.getFloat64(0))
  }

  /** A listpack knows no negative zero, and when a sorted set is one hangs on its past. */
  score(score: number): this {
    return this.number(score === 0 ? 0 : score)
  }

  hash(hash: Hash64): this {
    return this.#word(hash.high).#word(hash.low)
  }

  end(): Hash64 {
    return { high: mix(this.#a + this.#b), low: mix(this.#b ^ (this.#a << 1)) }
  }

  /** Adds a hash to a sum: in any order to the same. */
  add({ high, low }: Hash64): void {
    this.#a = (this.#a + high) | 0
    this.#b = (this.#b + low) | 0
  }

  #word(word: number): this {
    this.#a = Math.imul((this.#a ^ word) + (this.#b >>> 15), 0xcc9e2d51)
    this.#b = (Math.imul(((this.#b << 13) | (this.#b >>> 19)) + word, 0x1b873593) ^ this.#a) | 0
    return this
  }
}

function mix(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
