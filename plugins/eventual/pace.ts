// When the groups of one keyspace speak to the others: together, so that what all of them say to a member is one
// frame and one turn of its. Whoever has something to say after a pause says it at once; what the others have to say
// soon behind that waits, and all of it leaves with the first turn that is due. One member's; decides nothing.

import type { StrategyInit } from 'quorate/plugin'
import type { EventualOptions } from './options.js'

/** Between two turns in which groups tell what they hold there is this part of the time between two notes of one. */
const notesApart = 5

export class Pace {
  readonly #shipMs: number
  readonly #noteMs: number
  /** Milliseconds at which a group last sent own entries, or told what it holds. */
  #shippedAt = Number.NEGATIVE_INFINITY
  #toldAt = Number.NEGATIVE_INFINITY

  constructor({ shipMs, noteMs }: EventualOptions) {
    this.#shipMs = shipMs
    this.#noteMs = Math.ceil(noteMs / notesApart)
  }

  shipped(mono: number): void {
    this.#shippedAt = mono
  }

  /** Milliseconds from which on own entries may be sent; where another group sent some at `mono`, then. */
  shipsFrom(mono: number | null): number {
    return this.#shippedAt === mono ? mono : this.#shippedAt + this.#shipMs
  }

  told(mono: number): void {
    this.#toldAt = mono
  }

  /** The same for telling others what changed. */
  tellsFrom(mono: number | null): number {
    return this.#toldAt === mono ? mono : this.#toldAt + this.#noteMs
  }
}

/** What the groups of a keyspace share; null for a group that is the only one. */
export function paceOf({ keyspace, options }: StrategyInit<EventualOptions>): Pace | null {
  return keyspace?.beside?.(() => new Pace(options)) ?? null
}
