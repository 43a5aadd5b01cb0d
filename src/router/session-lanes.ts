// The order of one connection within each group that it has used.

import type { Caller, Group, Lane } from '../api/group.js'

export class SessionLanes {
  readonly #caller: Caller
  readonly #lanes: (Lane | undefined)[] = []
  readonly #groups: (Group | undefined)[] = []

  constructor(caller: Caller) {
    this.#caller = caller
  }

  of(index: number, group: Group): Lane {
    const lane = this.#lanes[index]
    return lane === undefined ? this.#make(index, group) : lane
  }

  /** Whether the connection used the group. */
  has(index: number): boolean {
    return this.#lanes[index] !== undefined
  }

  known(index: number): Lane | undefined {
    return this.#lanes[index]
  }

  /** Index of the group of a lane. */
  indexOf(lane: Lane): number {
    return this.#lanes.indexOf(lane)
  }

  /** The connection is gone. */
  leave(): void {
    this.#lanes.forEach((lane, index) => {
      if (lane !== undefined) this.#groups[index]?.leave(lane)
    })
  }

  #make(index: number, group: Group): Lane {
    const lane = group.lane(this.#caller)
    this.#lanes[index] = lane
    this.#groups[index] = group
    return lane
  }
}
