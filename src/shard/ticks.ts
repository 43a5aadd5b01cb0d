// When the leader proposes an entry without commands: keys are due, or something waits for an entry.

import type { Engine } from '../api/engine.js'
import type { Payload } from '../api/entry.js'
import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Proposer } from './proposer.js'

/** Milliseconds until keys are looked at again that are due by the wall clock but not by the stamps. */
const againMs = 25

export class Ticks {
  /** DEBUG SET-ACTIVE-EXPIRE: keys expire without being asked for. */
  isExpiring = true
  /**
   * An own entry was executed in this run. Where members merge, automatic ids are above all stamps of earlier runs
   * from then on, of which some may be lost here and held by others.
   */
  hasRun = false
  readonly #proposer: Proposer
  readonly #engine: () => Engine
  /** Monotonic ms of the last tick. */
  #tickedAt = 0
  #isOwing = false
  /** The turn for which the time is known, and that. */
  #timed: Now | null = null
  #time = 0

  constructor(proposer: Proposer, engine: () => Engine) {
    this.#proposer = proposer
    this.#engine = engine
  }

  /** An entry is wanted, whatever is in it. */
  owes(): void {
    this.#isOwing = true
  }

  /**
   * Scripts run before their entry has a stamp: by a clock of old they would make ids of streams anew that an
   * earlier run made. Asks for the entry that moves them.
   */
  get mayRunScripts(): boolean {
    if (this.#engine().merging === undefined || this.hasRun) return true
    this.owes()
    return hasBug('shard-script-old-clock')
  }

  /** More keys are due than one tick expires: the next one need not wait. */
  hurry(): void {
    this.#tickedAt = -limits.tickEntryMs
  }

  /** Proposes a tick where it is time; `propose` says whether it was taken. */
  turn(now: Now, propose: (tick: Payload) => boolean): void {
    const engine = this.#engine()
    const due = this.isExpiring ? engine.nextExpiry() : null
    const isDue = due !== null && due <= this.#proposer.stampAt(engine.clock, now)
    const isTime = isDue && now.mono - this.#tickedAt >= limits.tickEntryMs
    if (!isTime && !this.#isOwing) return
    if (isTime) this.#tickedAt = now.mono
    if (propose(this.#proposer.tick(engine.clock, now))) this.#isOwing = false
  }

  /** What the group's time is by now, whether or not anybody writes. */
  timeAt(now: Now): number {
    if (now === this.#timed) return this.#time
    this.#timed = now
    this.#time = this.#proposer.stampAt(this.#engine().clock, now)
    return this.#time
  }

  /** Monotonic milliseconds at which the next one is due. */
  wakeAt(now: Now): number {
    const engine = this.#engine()
    const due = this.isExpiring ? engine.nextExpiry() : null
    if (due === null) return Number.MAX_SAFE_INTEGER
    // Stamps may be ahead of the wall, and behind it.
    const ahead = Math.max(now.wall, this.#proposer.stampAt(engine.clock, now))
    const wait = due > ahead ? due - ahead : againMs
    return Math.max(now.mono + wait, this.#tickedAt + limits.tickEntryMs)
  }
}
