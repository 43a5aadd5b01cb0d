// Slots and prints of keys, each computed once: of the keys that are foreseen, in the order in which they will
// be asked for, and of the last other one. What it answers does not depend on what it remembers.

import { hashString } from '../base/hash.js'
import { keySlot } from '../base/keyslot.js'

export class Known {
  #keys: readonly string[] = []
  #slots: Int32Array = new Int32Array(0)
  #prints: Int32Array = new Int32Array(0)
  /** Where the last foreseen key stood. */
  #at = 0
  #end = 0
  #lastKey = ''
  #lastSlot = keySlot('')
  #lastPrint = hashString('') | 0

  /** The slot of a key. */
  slotOf(key: string): number {
    const at = this.#find(key)
    if (at >= 0) return this.#slots[at] as number
    this.#keep(key)
    return this.#lastSlot
  }

  /** A hash of a key, of 32 bits with a sign. */
  printOf(key: string): number {
    const at = this.#find(key)
    if (at >= 0) return this.#prints[at] as number
    this.#keep(key)
    return this.#lastPrint
  }

  /** Keys that will be asked for in this order: their slots and prints. */
  foresee(
    keys: readonly string[],
    facts: { slots: Int32Array; prints: Int32Array },
    count: number,
  ): void {
    this.#keys = keys
    this.#slots = facts.slots
    this.#prints = facts.prints
    this.#at = 0
    this.#end = count
  }

  /** What was foreseen is not true any more. */
  forget(): void {
    this.#end = 0
  }

  /** The same key again, or the next one. */
  #find(key: string): number {
    const at = this.#at
    if (at >= this.#end) return -1
    if (this.#keys[at] === key) return at
    const next = at + 1
    if (next >= this.#end || this.#keys[next] !== key) return -1
    this.#at = next
    return next
  }

  #keep(key: string): void {
    if (key === this.#lastKey) return
    this.#lastKey = key
    this.#lastSlot = keySlot(key)
    this.#lastPrint = hashString(key) | 0
  }
}

/** Of all engines of this thread. */
export const known = new Known()
