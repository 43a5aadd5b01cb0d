// The one place per slot that admits, holds, redirects or refuses commands: CLIENT PAUSE today;
// draining, migration, a change of strategy and cross-shard locks use it later. Driven by the
// router, which asks `isOpen` per command and the rest only when that is false.

import { assert } from '../base/assert.js'
import { slotCount } from '../base/keyslot.js'

export type Verdict = 'admit' | 'hold' | 'redirect' | 'refuse'
type PauseMode = 'write' | 'all'

interface Bar {
  readonly verdict: Verdict
  /** Only writes are barred; reads pass. */
  readonly writesOnly: boolean
}

const admitted: Verdict = 'admit'

/** Bars per slot and one pause over all slots. */
export class Gate {
  #isOpen = true
  /** Counts changes that may let held commands go on. */
  #openings = 0
  #pause: PauseMode | null = null
  /** Monotonic milliseconds at which the pause ends. */
  #pauseUntil = 0
  readonly #bars = new Map<number, Bar>()

  /** Nothing is barred anywhere. */
  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Grows whenever something was opened: whoever holds commands asks again then. */
  get openings(): number {
    return this.#openings
  }

  /** Monotonic milliseconds at which the pause ends, or null without one. */
  get pauseUntil(): number | null {
    return this.#pause === null ? null : this.#pauseUntil
  }

  /** A second pause may only extend and tighten the first, as in Redis. */
  pause(mode: PauseMode, until: number): void {
    if (this.#pause === null || mode === 'all') this.#pause = mode
    if (until > this.#pauseUntil) this.#pauseUntil = until
    this.#settle()
  }

  unpause(): void {
    if (this.#pause === null) return
    this.#pause = null
    this.#pauseUntil = 0
    this.#openings++
    this.#settle()
  }

  /** Ends a pause whose time is over. */
  expire(mono: number): void {
    if (this.#pause !== null && mono >= this.#pauseUntil) this.unpause()
  }

  bar(slot: number, verdict: Verdict, writesOnly: boolean): void {
    assert(slot >= 0 && slot < slotCount, 'a slot is in [0, 16383]')
    if (verdict === admitted) this.open(slot)
    else this.#bars.set(slot, { verdict, writesOnly })
    this.#settle()
  }

  open(slot: number): void {
    if (this.#bars.delete(slot)) this.#openings++
    this.#settle()
  }

  /** What happens to a command on `slot` (-1: it has no key). */
  verdict(slot: number, write: boolean): Verdict {
    if (this.#pause === 'all' || (this.#pause === 'write' && write)) return 'hold'
    const bar = slot < 0 ? undefined : this.#bars.get(slot)
    if (bar === undefined || (bar.writesOnly && !write)) return admitted
    return bar.verdict
  }

  #settle(): void {
    this.#isOpen = this.#pause === null && this.#bars.size === 0
  }
}
