// The patience of a clean stop: for how long a member looks for a successor, and for how long its clients
// wait for answers. Where all members stop at once there is no successor and no answer comes any more.

import type { Now } from '../api/ids.js'

/** Milliseconds for which a stopping leader tries to hand over, and between two tries. */
const handOverMsMax = 1_500
const handOverEveryMs = 500

export class Stopping {
  /** Monotonic ms. */
  #until = Number.MAX_SAFE_INTEGER
  #againAt = 0

  begin(now: Now): void {
    this.#until = now.mono + handOverMsMax
    this.#againAt = now.mono + handOverEveryMs
  }

  /** Whether a leader still waits for a successor; calls `handOver` when it is time to try again. */
  waits(now: Now, handOver: () => void): boolean {
    if (now.mono >= this.#until) return false
    if (now.mono < this.#againAt) return true
    this.#againAt = now.mono + handOverEveryMs
    handOver()
    return true
  }

  /** The time by which requests are judged: once patience has ended all are past their deadline. */
  judge(now: Now): Now {
    return now.mono < this.#until ? now : { wall: now.wall, mono: Number.MAX_SAFE_INTEGER }
  }
}
