// A bounded first-in-first-out queue on a ring that doubles up to its bound.

import { assert } from './assert.js'

/** `push` answers false, and changes nothing, when the queue holds `countMax` elements. */
export class Queue<T> {
  readonly countMax: number
  #ring: (T | undefined)[] = new Array<T | undefined>(16).fill(undefined)
  #head = 0
  #count = 0

  constructor(countMax: number) {
    assert(countMax > 0, 'a queue has room for one element at least')
    this.countMax = countMax
  }

  get count(): number {
    return this.#count
  }

  push(item: T): boolean {
    if (this.#count === this.countMax) return false
    if (this.#count === this.#ring.length) this.#grow()
    this.#ring[(this.#head + this.#count) & (this.#ring.length - 1)] = item
    this.#count++
    return true
  }

  /** The element `offset` places behind the head. */
  peek(offset = 0): T | undefined {
    if (offset >= this.#count) return undefined
    return this.#ring[(this.#head + offset) & (this.#ring.length - 1)]
  }

  shift(): T | undefined {
    if (this.#count === 0) return undefined
    const item = this.#ring[this.#head]
    this.#ring[this.#head] = undefined
    this.#head = (this.#head + 1) & (this.#ring.length - 1)
    this.#count--
    return item
  }

  clear(): void {
    this.#ring = new Array<T | undefined>(16).fill(undefined)
    this.#head = 0
    this.#count = 0
  }

  #grow(): void {
    const old = this.#ring
    const grown = new Array<T | undefined>(old.length * 2).fill(undefined)
    for (let i = 0; i < this.#count; i++) grown[i] = old[(this.#head + i) & (old.length - 1)]
    this.#ring = grown
    this.#head = 0
  }
}
