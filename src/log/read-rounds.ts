// Reads outside the log of a total-order strategy. A leader notes its commit index, lets a majority
// confirm that it still leads, and grants all reads that waited at that index. A follower asks its
// leader; each try has an id of its own and no answer serves another try.

import type { MemberId, Token } from '../api/ids.js'
import { type Position, positionZero } from '../api/position.js'
import type { Dropped } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Progress } from './progress.js'
import { quorumIndex } from './quorum.js'

/** Rounds under way at a leader; further reads wait for the next one. */
const roundsMax = 4
/** Requests of followers that wait at a leader, and tries of a follower under way. */
const requestsMax = 1024
const triesMax = 8
/** Milliseconds for which a round waits for the few peers that were asked. */
const hurryAfterMs = 5
/** Reads that wait at one member. */
const waitingMax = 65_536
const never = Number.MAX_SAFE_INTEGER

type Drop = (token: Token, reason: Dropped['reason'], definite: boolean) => void

/** A follower's try that waits at its leader. */
export interface ReadRequest {
  readonly from: MemberId
  readonly id: number
}

export interface ReadRound {
  readonly number: number
  readonly at: Position
  readonly sentAt: number
  readonly tokens: readonly Token[]
  readonly requests: readonly ReadRequest[]
}

/** The leader's side. */
export class ReadRounds {
  /** Number of the newest round; unique within the term. */
  round = 0
  #rounds: ReadRound[] = []
  #tokens: Token[] = []
  #requests: ReadRequest[] = []
  /** Newest round that everybody was asked in. */
  #askedAll = 0
  /** Commit position of the newest round. */
  #lastAt: Position = positionZero

  get isFull(): boolean {
    return this.#tokens.length >= waitingMax
  }

  /** Rounds are under way. */
  get isOpen(): boolean {
    return this.#rounds.length > 0
  }

  /** Reads wait, and one more round may begin. */
  get mayBegin(): boolean {
    return this.#tokens.length + this.#requests.length > 0 && !this.isBusy
  }

  /** As many rounds are under way as may be. */
  get isBusy(): boolean {
    return this.#rounds.length >= roundsMax
  }

  add(token: Token): void {
    this.#tokens.push(token)
  }

  request(request: ReadRequest): void {
    if (this.#requests.length < requestsMax) this.#requests.push(request)
  }

  /** A round of all that wait. It is not under way until `ask`. */
  take(commit: Position, mono: number): ReadRound {
    const round: ReadRound = {
      number: this.round + 1,
      at: hasBug('raft-read-at-old-commit') ? this.#lastAt : commit,
      sentAt: mono,
      tokens: this.#tokens,
      requests: this.#requests,
    }
    this.#tokens = []
    this.#requests = []
    this.#lastAt = commit
    return round
  }

  /** A round that nobody waits for. */
  takeEmpty(commit: Position, mono: number): ReadRound {
    return { number: this.round + 1, at: commit, sentAt: mono, tokens: [], requests: [] }
  }

  ask(round: ReadRound): void {
    this.round = round.number
    this.#rounds.push(round)
  }

  /** Everybody was asked in the newest round. */
  askedAll(): void {
    this.#askedAll = this.round
  }

  /** A majority of intact voters answered the round with this number: it and all older ones hold. */
  confirmed(number: number): ReadRound[] {
    const held: ReadRound[] = []
    while (this.#rounds.length > 0 && (this.#rounds[0] as ReadRound).number <= number)
      held.push(this.#rounds.shift() as ReadRound)
    return held
  }

  /** It leads no more: its reads were never answered, so they may be asked again. */
  drop(drop: Drop): void {
    for (const round of this.#rounds)
      for (const token of round.tokens) drop(token, 'not-leader', true)
    for (const token of this.#tokens) drop(token, 'not-leader', true)
    this.#rounds = []
    this.#tokens = []
  }

  /** Monotonic ms at which a round that asked few is slow, and asks everybody. */
  wakeAt(): number {
    const oldest = this.#rounds[0]
    const waits = oldest !== undefined && oldest.number > this.#askedAll
    return waits ? oldest.sentAt + hurryAfterMs : never
  }
}

/** The newest round that a majority of intact voters answered; who has no progress is this member. */
export function confirmedRound(
  voters: readonly MemberId[],
  progress: ReadonlyMap<MemberId, Progress>,
  own: number,
): number {
  const answered: number[] = []
  for (const id of voters) {
    const peer = progress.get(id)
    if (peer === undefined) answered.push(own)
    else answered.push(peer.recovering && !hasBug('raft-recovering-acks-count') ? 0 : peer.round)
  }
  return quorumIndex(answered)
}

/**
 * The `needed` intact voters that were heard last, none before `since`: asking them alone saves every other
 * follower a message and us its answer. Null where not enough were heard lately. Safe whoever is
 * asked: a round counts only the answers that it gets.
 */
export function likelyQuorum(
  voters: readonly MemberId[],
  progress: ReadonlyMap<MemberId, Progress>,
  { needed, since }: { readonly needed: number; readonly since: number },
): MemberId[] | null {
  const fresh: MemberId[] = []
  for (const id of voters) {
    const peer = progress.get(id)
    if (peer !== undefined && !peer.recovering && peer.activeAt >= since) fresh.push(id)
  }
  if (fresh.length < needed) return null
  const heardAt = (id: MemberId): number => progress.get(id)?.activeAt ?? 0
  return fresh.sort((a, b) => heardAt(b) - heardAt(a) || a - b).slice(0, needed)
}

interface Try {
  readonly id: number
  readonly tokens: readonly Token[]
  readonly deadline: number
}

/** The follower's side. */
export class ReadTries {
  #tokens: Token[] = []
  #tries: Try[] = []
  #nextId: number

  /** `firstId` is drawn by chance: an answer to an earlier run of this member fits no try of this one. */
  constructor(firstId: number) {
    this.#nextId = firstId
  }

  get isFull(): boolean {
    return this.#tokens.length >= waitingMax
  }

  /** Reads wait that may be asked for now. */
  get mayAsk(): boolean {
    return this.#tokens.length > 0 && this.#tries.length < triesMax
  }

  /** An id that no other try has. */
  nextId(): number {
    return this.#nextId++
  }

  add(token: Token): void {
    this.#tokens.push(token)
  }

  /** One try for all reads that wait; answers its id. */
  ask(deadline: number): number {
    const id = hasBug('raft-stale-read-index-reuse') ? 1 : this.nextId()
    this.#tries.push({ id, tokens: this.#tokens, deadline })
    this.#tokens = []
    return id
  }

  /** The reads of the try with this id. */
  answered(id: number): readonly Token[] {
    const at = this.#tries.findIndex((one) => one.id === id)
    return at < 0 ? [] : (this.#tries.splice(at, 1)[0] as Try).tokens
  }

  /** Tries without an answer are given back. */
  expire(mono: number, drop: Drop): void {
    while (this.#tries.length > 0) {
      const oldest = this.#tries[0] as Try
      if (oldest.deadline > mono) break
      this.#tries.shift()
      for (const token of oldest.tokens) drop(token, 'timeout', true)
    }
  }

  /** The leader changed or is gone: what was asked of it is given back. */
  drop(drop: Drop): void {
    for (const one of this.#tries) for (const token of one.tokens) drop(token, 'not-leader', true)
    for (const token of this.#tokens) drop(token, 'not-leader', true)
    this.#tries = []
    this.#tokens = []
  }

  /** When the oldest try runs out. */
  wakeAt(): number {
    return this.#tries[0]?.deadline ?? never
  }
}
