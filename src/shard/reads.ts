// Reads outside the log. All reads of a turn share one read index; a grant for a round holds for every
// earlier round too, so reads of one connection never overtake each other.

import type { GroupCall, Lane } from '../api/group.js'
import type { Now, Token } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { ErrorReply } from '../api/reply.js'
import type { Level } from '../api/config.js'
import type { ReadLevel } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'

/** What a level promises of reads: strong ones see every write that was answered before they began. */
export function readLevelOf(level: Level): ReadLevel {
  switch (level) {
    case 'strong':
      return 'linearizable'
    case 'eventual':
      return 'local'
    case 'sequential':
    case 'causal':
      return level
  }
}

/** The reads of one turn. Parallel arrays. */
export interface ReadRound {
  readonly reads: Reads
  readonly lanes: Lane[]
  readonly calls: GroupCall[]
  token: Token | null
  deadline: number
  /** Index that the engine must have applied, or null while not granted. */
  index: number | null
  /** Next read to execute. */
  next: number
  /** The engine has begun with it, perhaps with a read that takes long: it is answered, not refused. */
  isBegun: boolean
}

export type RefuseRead = (lane: Lane, call: GroupCall, reply: ErrorReply) => void

export class Reads {
  readonly level: ReadLevel
  readonly #requestMs: number
  #open: ReadRound | null = null
  /** Asked for, oldest first. */
  #rounds: ReadRound[] = []
  #retryAt = 0
  /** Monotonic ms at which the newest round was asked for. */
  #askedAt = 0
  readonly counters = { rounds: 0, retries: 0, refused: 0 }

  constructor(requestMs: number, level: ReadLevel = 'linearizable') {
    this.#requestMs = requestMs
    this.level = level
  }

  /** They are served from what this member applied: the engine's clock, never the wall's, says what expired. */
  get isLocal(): boolean {
    return this.level !== 'linearizable'
  }

  /** For the bug bank only: reads pass writes of their own connection. */
  get overtakes(): boolean {
    if (hasBug('shard-read-ignores-own-writes')) return true
    return this.isLocal && hasBug('shard-local-read-overtakes')
  }

  get pending(): number {
    let count = this.#open === null ? 0 : this.#open.calls.length
    for (const round of this.#rounds) count += round.calls.length - round.next
    return count
  }

  /** Reads came that are not asked for yet, and the round before them is answered or takes long. */
  mayAsk(now: Now): boolean {
    if (this.#open === null) return false
    const last = this.#rounds.at(-1)
    if (last === undefined || last.index !== null || last.token === null) return true
    return now.mono - this.#askedAt >= limits.batchPatienceMs
  }

  add(lane: Lane, call: GroupCall, now: Now): void {
    this.#open ??= {
      reads: this,
      lanes: [],
      calls: [],
      token: null,
      deadline: now.mono + this.#requestMs,
      index: null,
      next: 0,
      isBegun: false,
    }
    this.#open.lanes.push(lane)
    this.#open.calls.push(call)
  }

  /** Asks for the open round, and again for the newest one that got lost. `ask` answers a token, or null when refused. */
  flush(now: Now, ask: (level: ReadLevel) => Token | null): void {
    const open = this.#open
    if (open !== null && this.mayAsk(now)) {
      const token = ask(this.level)
      this.#askedAt = now.mono
      this.#open = null
      open.token = token
      this.counters.rounds++
      this.#rounds.push(open)
      if (token === null) this.#retryAt = now.mono + 20
      return
    }
    const last = this.#rounds.at(-1)
    if (last === undefined || last.token !== null || last.index !== null) return
    if (now.mono < this.#retryAt) return
    this.counters.retries++
    last.token = ask(this.level)
    if (last.token === null) this.#retryAt = now.mono + 20
  }

  /** Gives away all rounds that have not begun: another member serves them. */
  takeAll(): ReadRound[] {
    const taken = this.#rounds.filter((round) => !round.isBegun)
    this.#rounds = this.#rounds.filter((round) => round.isBegun)
    if (this.#open !== null) taken.push(this.#open)
    this.#open = null
    return taken
  }

  /** Takes rounds back that another member did not serve: older than all here but one that has begun. */
  restore(rounds: readonly ReadRound[]): void {
    for (const round of rounds) {
      round.token = null
      round.index = null
    }
    this.#rounds.splice(this.#rounds[0]?.isBegun === true ? 1 : 0, 0, ...rounds)
    this.#retryAt = 0
  }

  granted(token: Token, index: number): void {
    const at = this.#rounds.findIndex((round) => round.token === token)
    for (let i = 0; i <= at; i++) {
      const round = this.#rounds[i] as ReadRound
      if (round.index === null) round.index = hasBug('shard-read-before-applied') ? 0 : index
    }
  }

  /**
   * The strategy lost the request: ask again if it was the newest round, else a later one serves it.
   * False where the token is of no round.
   */
  dropped(token: Token): boolean {
    const round = this.#rounds.find((each) => each.token === token)
    if (round === undefined) return false
    round.token = null
    this.#retryAt = 0
    return true
  }

  /** Leader changed: what is not granted is asked for again. */
  retryAll(): void {
    for (const round of this.#rounds) if (round.index === null) round.token = null
    this.#retryAt = 0
  }

  /** The oldest round if it may be executed at `applied`, else null. */
  due(applied: number): ReadRound | null {
    const first = this.#rounds[0]
    return first !== undefined && first.index !== null && first.index <= applied ? first : null
  }

  /** The oldest round is done. */
  finish(): void {
    this.#rounds.shift()
  }

  /** Refuses reads past their deadline, oldest first; they have no effect, so the refusal is definite. */
  expire(now: Now, refuse: RefuseRead, why: () => ErrorReply): void {
    while (this.#rounds.length > 0) {
      const round = this.#rounds[0] as ReadRound
      if (round.deadline > now.mono || round.isBegun) return
      this.#rounds.shift()
      this.#refuse(round, refuse, why())
    }
    const open = this.#open
    if (open === null || open.deadline > now.mono) return
    this.#open = null
    this.#refuse(open, refuse, why())
  }

  wakeAt(): number {
    const first = this.#rounds[0]
    if (first === undefined) return this.#open?.deadline ?? Number.MAX_SAFE_INTEGER
    const last = this.#rounds[this.#rounds.length - 1] as ReadRound
    let at = first.deadline
    if (last.token === null && last.index === null) at = Math.min(at, this.#retryAt)
    else if (this.#open !== null) at = Math.min(at, this.#askedAt + limits.batchPatienceMs)
    return at
  }

  #refuse(round: ReadRound, refuse: RefuseRead, reply: ErrorReply): void {
    this.counters.refused += round.calls.length
    for (let i = 0; i < round.calls.length; i++) {
      refuse(round.lanes[i] as Lane, round.calls[i] as GroupCall, reply)
    }
  }
}
