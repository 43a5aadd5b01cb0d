// Members whose wall clock is a real one take steps as fast as they can. Their own time must not run away from it:
// stamps go on by members' time where that is ahead, and keys would end minutes too early in a long run.

import type { Now } from '../../src/api/ids.js'

/** Milliseconds that members' time may be ahead by: behind that one step in four counts. */
export const aheadMs = 5_000

export class Pace {
  readonly #began: Now
  #steps = 0

  constructor(began: Now) {
    this.#began = began
  }

  /** Whether the next step is a millisecond of members' time. */
  counts({ mono, wall }: Now): boolean {
    const ahead = mono - this.#began.mono - (wall - this.#began.wall)
    return ahead <= aheadMs || ++this.#steps % 4 === 0
  }
}
