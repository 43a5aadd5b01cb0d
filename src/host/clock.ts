// The two clocks and the stopwatch: the only place of the host that asks what time it is.

import type { Now } from '../api/ids.js'
import type { Stopwatch } from '../api/stopwatch.js'

/** Both clocks at once, whole milliseconds. */
export function readClock(): Now {
  return { wall: Date.now(), mono: Math.floor(performance.now()) }
}

export const stopwatch: Stopwatch = {
  microseconds: () => Math.floor(performance.now() * 1000),
}
