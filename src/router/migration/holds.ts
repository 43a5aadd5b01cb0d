// Writes of this member's clients to keys that change while they are moved: they wait for a while, as all of
// Redis does. It only helps to come to an end: that nothing is lost does not depend on it.

import type { Gate } from '../../slots/gate.js'

interface Hold {
  count: number
  /** Monotonic milliseconds at which the slot opens in any case. */
  readonly until: number
}

export class Holds {
  readonly #gate: Gate
  readonly #slots = new Map<number, Hold>()

  constructor(gate: Gate) {
    this.#gate = gate
  }

  /** Whoever was there first says how long it may last. */
  hold(slots: ReadonlySet<number>, until: number): void {
    for (const slot of slots) {
      const hold = this.#slots.get(slot)
      if (hold !== undefined) hold.count++
      else {
        this.#slots.set(slot, { count: 1, until })
        this.#gate.bar(slot, 'hold', true)
      }
    }
  }

  release(slots: ReadonlySet<number>): void {
    for (const slot of slots) {
      const hold = this.#slots.get(slot)
      if (hold !== undefined && --hold.count <= 0) this.#open(slot)
    }
  }

  /** Opens what was held long enough. */
  turn(mono: number): void {
    if (this.#slots.size === 0) return
    for (const [slot, { until }] of this.#slots) if (mono >= until) this.#open(slot)
  }

  wakeAt(): number {
    let least = Number.POSITIVE_INFINITY
    for (const { until } of this.#slots.values()) least = Math.min(least, until)
    return least
  }

  #open(slot: number): void {
    this.#slots.delete(slot)
    this.#gate.open(slot)
  }
}
