// For how long clients wait for answers that may not come: of a member that stops, where there may be no
// successor, and of a group that nobody leads. Also for how long who stops looks for a successor.

import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'

/** Milliseconds for which a stopping leader tries to hand over, and between two tries. */
export const handOverMsMax = 1_500
const handOverEveryMs = 500
/** Milliseconds after which a leader that was asked to stop at the same time has no clients any more. */
const othersMsMax = 3_500
/** Milliseconds between two turns that a halted replica asks for. */
export const haltedMs = 100

export class Patience {
  /** Monotonic ms. */
  #until = Number.MAX_SAFE_INTEGER
  #othersUntil = Number.MAX_SAFE_INTEGER
  #againAt = 0
  /** Since when nobody is known to lead; null where somebody is. */
  #leaderlessAt: number | null = null

  begin(now: Now): void {
    this.#until = now.mono + handOverMsMax
    this.#othersUntil = now.mono + othersMsMax
    this.#againAt = now.mono + handOverEveryMs
  }

  /** Whoever else stops with this member has seen its clients off. */
  isOver(now: Now): boolean {
    return now.mono >= this.#othersUntil
  }

  /** The member stops. */
  get isEnding(): boolean {
    return this.#until < Number.MAX_SAFE_INTEGER
  }

  /** Whether a leader still waits for a successor; calls `handOver` when it is time to try again. */
  waits(now: Now, handOver: () => void): boolean {
    if (now.mono >= this.#until) return false
    if (now.mono < this.#againAt) return true
    this.#againAt = now.mono + handOverEveryMs
    handOver()
    return true
  }

  /** The time by which requests are judged, once per turn: when patience has ended all are past their deadline. */
  judge(now: Now, isLed: boolean): Now {
    const { wall, mono } = now
    this.#leaderlessAt = isLed ? null : (this.#leaderlessAt ?? mono)
    return mono < this.#giveUpAt ? now : { wall, mono: Number.MAX_SAFE_INTEGER }
  }

  /** When to judge next, where no request's own deadline comes before. */
  wakeAt({ mono }: Now): number {
    return mono < this.#giveUpAt ? this.#giveUpAt : Number.MAX_SAFE_INTEGER
  }

  get #giveUpAt(): number {
    const since = this.#leaderlessAt
    return since === null ? Number.MAX_SAFE_INTEGER : since + limits.leaderlessMs
  }
}
