// Parts of a session's commands, each with a ticket of its own below zero.

import { assert } from '../base/assert.js'
import type { Part } from './session-init.js'

export class Parts {
  readonly #open = new Map<number, Part>()
  #next = -2

  open(part: Part): number {
    const ticket = this.#next--
    this.#open.set(ticket, part)
    return ticket
  }

  get(ticket: number): Part | undefined {
    return this.#open.get(ticket)
  }

  /** It is answered, or refused. */
  take(ticket: number): Part {
    const part = this.#open.get(ticket)
    assert(part !== undefined, 'a part is answered once')
    this.#open.delete(ticket)
    return part
  }

  clear(): void {
    this.#open.clear()
  }
}
