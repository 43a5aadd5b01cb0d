// A leader whose clock is far from the others' hands over: its stamps would move every expiry.

import type { MemberId, Now } from '../api/ids.js'
import type { Output } from '../api/io.js'
import type { Clocks } from './clocks.js'

const lookMs = 1_000

export class SkewWatch {
  readonly #clocks: Clocks
  readonly #allowedMs: number
  #lookedAt = 0

  constructor(clocks: Clocks, allowedMs: number) {
    this.#clocks = clocks
    this.#allowedMs = allowedMs
  }

  turn({ mono }: Now, out: Output[], handOver: (to: MemberId | null) => void): void {
    if (mono - this.#lookedAt < lookMs) return
    this.#lookedAt = mono
    const deviation = Math.abs(this.#clocks.offset())
    if (deviation <= this.#allowedMs) return
    handOver(this.#clocks.nearest())
    const fields = { deviation, allowed: this.#allowedMs }
    out.push({ kind: 'trace', event: { level: 'warn', event: 'clock.skewed', fields } })
  }
}
