// The world's time: a queue of events, earliest first, ties in the order they were made. Nothing else
// in the simulator waits or wakes.

import { Heap } from '../../src/base/heap.js'
import { assert } from '../../src/base/assert.js'

interface Event {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Events that may wait at once. */
const eventsMax = 1_000_000

export class Schedule {
  readonly #events = new Heap<Event>((a, b) => a.at - b.at || a.order - b.order)
  #order = 0
  #now = 0

  /** Microseconds since the world's start. */
  get now(): number {
    return this.#now
  }

  get size(): number {
    return this.#events.size
  }

  /** Runs `run` when `delayUs` have passed. */
  after(delayUs: number, run: () => void): void {
    assert(this.#events.size < eventsMax, 'the world has a bounded number of events')
    this.#events.push({ at: this.#now + Math.max(0, delayUs), order: this.#order++, run })
  }

  /** Runs `run` at a world time, now if it has passed. */
  at(us: number, run: () => void): void {
    this.after(us - this.#now, run)
  }

  /** Runs the next event; false when there is none. */
  next(): boolean {
    const event = this.#events.pop()
    if (event === undefined) return false
    this.#now = event.at
    event.run()
    return true
  }
}
