// An origin without a replica asks the group what it knows of it: before its first batch, when somebody else leads,
// and now and then while its clients' commands wait. So it hears of later lives of its own, of answered batches
// that a forced recovery lost, and of answers to waiting commands that did not reach it.

import { type Caller, type GroupCall, type Lane, makeLane } from '../api/group.js'
import type { Now } from '../api/ids.js'
import type { Reply } from '../api/reply.js'
import type { ReadLevel } from '../api/strategy.js'
import type { Blocked } from './blocked.js'
import type { LateAnswers } from './late-answers.js'
import type { Origin } from './origin.js'
import {
  type OriginState,
  originStateName,
  originStateSpec,
  readOriginState,
} from './origin-state.js'

export interface InquiryInit {
  readonly self: number
  readonly origin: Origin
  readonly blocked: Blocked
  readonly late: LateAnswers
  /** 1 or more, by chance. */
  readonly leap: () => number
  /** A read outside the log. */
  readonly ask: (lane: Lane, call: GroupCall) => void
  readonly level: ReadLevel
}

/** Milliseconds between two questions while commands wait, and after one that failed. */
const everyMs = 1_000
const failedMs = 100

interface Asked {
  readonly incarnation: number
  readonly acknowledged: number
}

export class Inquiry implements Caller {
  readonly #init: InquiryInit
  readonly #lane: Lane
  #isWanted = true
  #asked: Asked | null = null
  /** Monotonic ms of the last question, or before which none is asked. */
  #askedAt = -everyMs
  #notBefore = 0
  /** The group was asked in this life: what it knows of earlier ones is known here. */
  isDone = false
  #mono = 0

  constructor(init: InquiryInit) {
    this.#init = init
    this.#lane = makeLane(this)
  }

  want(): void {
    this.#isWanted = true
  }

  /** Another replica is asked, which knows nothing of what the one before knew. */
  anew(): void {
    this.isDone = false
    this.#isWanted = true
  }

  /** The group knows a later life of this origin. */
  outlive(known: number): void {
    const { origin, late, leap } = this.#init
    if (!origin.isOutlived(known)) return
    origin.outlive(known, leap())
    late.reset()
  }

  turn({ mono }: Now): void {
    this.#mono = mono
    const { origin, blocked, late } = this.#init
    const isDue = blocked.count > 0 && mono - this.#askedAt >= everyMs
    if (this.#asked !== null || mono < this.#notBefore || !(this.#isWanted || isDue)) return
    this.#isWanted = false
    this.#askedAt = mono
    const { incarnation, acknowledged } = origin
    this.#asked = { incarnation, acknowledged }
    const numbers = [this.#init.self, incarnation, late.heard].map(String)
    const args = [originStateName, ...numbers]
    const call = { spec: originStateSpec, write: false, db: 0, args, ticket: 0 }
    this.#lane.reads++
    this.#init.ask(this.#lane, { ...call, level: this.#init.level })
  }

  wakeAt(now: Now): number {
    if (this.#asked !== null) return Number.MAX_SAFE_INTEGER
    if (this.#isWanted) return Math.max(this.#notBefore, now.mono + 1)
    return this.#init.blocked.count > 0 ? this.#askedAt + everyMs : Number.MAX_SAFE_INTEGER
  }

  answer(_ticket: number, reply: Reply): void {
    const asked = this.#asked as Asked
    this.#asked = null
    const { self, origin } = this.#init
    const state = readOriginState(reply, { origin: self, incarnation: asked.incarnation })
    if (state === null) {
      this.#isWanted = true
      this.#notBefore = this.#mono + failedMs
      return
    }
    if (asked.incarnation !== origin.incarnation) return this.want()
    this.#learn(state, asked)
  }

  #learn(state: OriginState, { acknowledged }: Asked): void {
    const { origin, blocked, late } = this.#init
    this.isDone = true
    if (origin.isOutlived(state.incarnation)) return this.outlive(state.incarnation)
    if (state.applied < acknowledged) {
      // Of what was answered, some is lost.
      origin.holds(state.applied)
      late.reset()
      return
    }
    if (origin.isUnheard && !origin.isSending && state.isHaunted) blocked.tell()
    const isCut = late.skipTo(state.lateFrom)
    for (const answer of state.late) late.came(answer)
    if (late.isStalled || late.heard < state.lateTo) return this.want()
    const waits = (name: string): boolean => state.waiting.has(name)
    blocked.resolve({ upTo: state.applied, waits, isWhole: !isCut })
  }
}
