// How one command changes the times of a hash's fields, told of once at its end.

import type { Context } from '../../context.js'
import type { HashValue } from '../../values/hash.js'

/** What is done to fields' times, and what is told of it once. */
export class FieldChanges {
  readonly #context: Context
  readonly #key: string
  #expired = 0
  #removed = 0
  #persisted = 0

  constructor(context: Context, key: string) {
    this.#context = context
    this.#key = key
  }

  /** Gives a field a time: 1, or 2 where it is past and the field is removed. */
  expire(hash: HashValue, field: string, at: number): 1 | 2 {
    const { hashes } = this.#context.effects
    if (at > this.#context.clock) {
      hashes.expire({ key: this.#key, hash }, field, at)
      this.#expired++
      return 1
    }
    hashes.remove(this.#key, hash, field)
    this.#removed++
    return 2
  }

  persist(hash: HashValue, field: string): void {
    if (this.#context.effects.hashes.persist(this.#key, hash, field)) this.#persisted++
  }

  settle(hash: HashValue): void {
    const { effects } = this.#context
    if (this.#expired > 0) effects.notify('hexpire', this.#key)
    if (this.#persisted > 0) effects.notify('hpersist', this.#key)
    if (this.#removed > 0) effects.settle(this.#key, hash, 'hdel')
  }
}
