// How long commands took, for INFO, SLOWLOG and LATENCY, and for the end of a turn: a value of it never
// reaches an entry or a digest. Groups tell, the router keeps.

import type { Caller } from './group.js'
import type { Stopwatch } from './stopwatch.js'

export interface SlowCall {
  /** As executed: args[0] is the canonical lower-case name. */
  readonly args: readonly string[]
  readonly microseconds: number
  /** Who asked for it; null where that is another member's client. */
  readonly caller: Caller | null
}

export interface Times {
  readonly stopwatch: Stopwatch
  /** Microseconds from which a call is told as slow; Infinity for never. */
  readonly slowFrom: number
  /** Calls of one command ended; their microseconds together. */
  executed(name: string, calls: number, microseconds: number): void
  slow(call: SlowCall): void
}

/** Keeps nothing: for tests that do not ask. */
export const noTimes: Times = {
  stopwatch: { microseconds: () => 0 },
  slowFrom: Number.POSITIVE_INFINITY,
  executed: () => {},
  slow: () => {},
}
