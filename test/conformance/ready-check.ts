// What is true of every Ready of one life of a strategy: numbers without a gap, and no cut of the log
// without leave.

import type { Ready } from 'quorate/plugin'

export class ReadyCheck {
  readonly #member: number
  #batch = 0
  /** Index up to which `checkpointed` gave leave to cut the log. */
  #mayCutTo: number

  constructor(member: number, base: number) {
    this.#member = member
    this.#mayCutTo = base
  }

  /** A checkpoint, or a snapshot in its place, holds everything up to `index`. */
  allow(index: number): void {
    this.#mayCutTo = index
  }

  hold({ batch, write }: Ready): void {
    if (batch !== this.#batch + 1)
      throw new Error(`member ${this.#member}: Ready ${batch} follows ${this.#batch}`)
    this.#batch = batch
    const cutTo = write?.cutTo ?? 0
    if (cutTo <= this.#mayCutTo) return
    const end = this.#mayCutTo
    throw new Error(
      `member ${this.#member} cuts its log up to ${cutTo}; its checkpoint ends at ${end}`,
    )
  }
}
