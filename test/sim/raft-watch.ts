// Watches what a raft member does with votes and what it says to others, for the invariants that show
// only there: RF8, RF10 and RF16 of reliability, section 2.1, and the hand-over of thesis 3.10. The probe
// tells what goes in and out of the strategy; the world tells what leaves the member (`spoken`).

import { decodeHardState } from '../../plugins/raft/hard-state.js'
import { decodeMessage, type VoteRequest } from '../../plugins/raft/messages.js'
import type { MemberId, Now } from '../../src/api/ids.js'
import type { Ready, StrategyInit, StrategyStatus } from '../../src/api/strategy.js'
import type { Check, Judge } from './judge.js'
import type { GroupOracle } from './oracle.js'
import { type HardFacts, holds, lastIndex, type Mark, markAt, same } from './seat.js'
import type { Speech, Watch } from './watch.js'

/** Second byte of a message: its kind, in the order of messages.ts. */
const kinds = { vote: 0, voted: 1, append: 2, appended: 3, heartbeat: 4, timeoutNow: 8 } as const

interface Asked {
  readonly request: VoteRequest
  readonly inContact: boolean
}

interface WatchOptions {
  readonly judge: Judge
  readonly oracle: GroupOracle
}

/** Of one life of one member. */
export class RaftWatch implements Watch {
  readonly #self: MemberId
  readonly #judge: Judge
  readonly #oracle: GroupOracle
  readonly #electionMinMs: number
  /** When a leader was last heard, monotonic ms, and which. */
  #heardAt = -Infinity
  #heard: MemberId | null = null
  /** The newest request of every candidate, pre-votes and others. */
  readonly #pre = new Map<MemberId, Asked>()
  readonly #real = new Map<MemberId, Asked>()
  /** Every term in which a candidate asked: one turn may bring several requests, and grant the first. */
  readonly #terms = new Map<MemberId, Set<number>>()
  /** The vote that the last hard state held. */
  #vote: Pick<HardFacts, 'term' | 'vote'>

  constructor(init: StrategyInit, { judge, oracle }: WatchOptions) {
    this.#self = init.self
    this.#judge = judge
    this.#oracle = oracle
    const options = init.options as { readonly electionMinMs: number }
    this.#electionMinMs = options.electionMinMs
    const { durableTerm, durableVote } = oracle.seat(init.self)
    this.#vote = { term: durableTerm, vote: durableVote }
  }

  /** Whether `stepped` wants to know of a message. */
  concerns(message: Uint8Array): boolean {
    const kind = message[1]
    return kind === kinds.vote || kind === kinds.append || kind === kinds.heartbeat
  }

  /** The strategy took a message; its term before and after. */
  stepped(
    from: MemberId,
    bytes: Uint8Array,
    at: { readonly now: Now; readonly before: number; readonly after: number },
  ): void {
    const message = decodeMessage(bytes)
    if (message === null) return
    if (message.kind !== 'vote') {
      if (message.term < at.before) return
      this.#heardAt = at.now.mono
      this.#heard = from
      return
    }
    const asked = message.pre ? this.#pre : this.#real
    // The same request again, in the turn in which its first copy was granted and its candidate elected.
    const isCopy = asked.get(from)?.request.term === message.term
    const wasFree = isCopy && asked.get(from)?.inContact === false
    const inContact = !wasFree && at.now.mono - this.#heardAt < this.#electionMinMs
    // A late copy of an earlier request does not take back what was asked since, in the same turn even.
    const isLate = !message.pre && (asked.get(from)?.request.term ?? 0) > message.term
    if (!isLate) asked.set(from, { request: message, inContact })
    if (!message.pre) {
      const terms = this.#terms.get(from) ?? new Set()
      this.#terms.set(from, terms.add(message.term))
    }
    if (message.pre) {
      this.#hold(
        at.after === at.before,
        'pre-vote',
        () => `term ${at.before} became ${at.after} for a pre-vote of member ${from}`,
      )
    }
  }

  /** A closed link ends the contact: whoever it led to is dead, or soon dialled anew. */
  peerDown(peer: MemberId): void {
    if (peer === this.#heard) this.#heardAt = -Infinity
  }

  written(_from: number, _marks: readonly Mark[]): void {}
  proposed(_status: () => StrategyStatus): void {}
  told(_status: StrategyStatus): void {}

  /** A hard state goes to the disk. */
  kept(state: HardFacts): void {
    const { term, vote } = state
    const old = this.#vote
    const isOld = term === old.term && vote === old.vote
    this.#vote = state
    this.#hold(term >= old.term, 'monotone', () => `term ${term} is kept after ${old.term}`)
    this.#hold(
      term !== old.term || old.vote === null || vote === old.vote,
      'vote-once',
      () => `a vote for member ${vote} in term ${term} after one for ${old.vote}`,
    )
    if (vote === null || vote === this.#self || isOld) return
    this.#hold(
      this.#terms.get(vote)?.has(term) === true,
      'pre-vote',
      () => `a vote for member ${vote} in term ${term}, which did not ask for it`,
    )
  }

  /** The strategy's results, before they are carried out: votes granted in them. */
  drained(ready: Ready): void {
    for (const { to, message } of [...ready.sendNow, ...ready.sendAfterWrite]) {
      if (message[1] !== kinds.voted) continue
      const answer = decodeMessage(message)
      if (answer === null || answer.kind !== 'voted' || !answer.granted) continue
      const asked = (answer.pre ? this.#pre : this.#real).get(to)
      if (asked === undefined || asked.request.term !== answer.term) continue
      const isFree = !asked.inContact || asked.request.transfer || asked.request.force
      this.#hold(
        isFree,
        'contact',
        () => `a vote for member ${to} in term ${answer.term}, member ${this.#heard} still leads`,
      )
      if (!answer.pre) this.#checkCandidate(to, answer.term)
    }
  }

  /** What we knew to be committed before this turn: what came later may come from the one we voted for. */
  #checkCandidate(candidate: MemberId, term: number): void {
    const { candidacy } = this.#oracle.seat(candidate)
    if (candidacy === null || candidacy.term !== term) return
    const { memory, commit } = this.#oracle.seat(this.#self)
    for (let index = Math.min(commit, lastIndex(memory)); index > memory.base.index; index--) {
      const mine = markAt(memory, index)
      if (mine === undefined || holds(candidacy.log, index, mine)) continue
      const sentence = `a vote for member ${candidate} in term ${term}, which lacks committed index ${index}`
      this.#judge.fail('vote-justified', `member ${this.#self}: ${sentence}`)
      return
    }
  }

  #hold(condition: boolean, check: Check, sentence: () => string): void {
    this.#judge.hold(condition, check, () => `member ${this.#self}: ${sentence()}`)
  }
}

/** Of one group: messages as they leave their members. */
export class RaftSpeech implements Speech {
  readonly #judge: Judge
  readonly #oracle: GroupOracle

  constructor({ judge, oracle }: WatchOptions) {
    this.#judge = judge
    this.#oracle = oracle
  }

  /** A message leaves `from`, at the end of its turn. */
  spoken(from: MemberId, to: MemberId, bytes: Uint8Array): void {
    switch (bytes[1]) {
      case kinds.vote:
      case kinds.voted:
      case kinds.appended:
      case kinds.timeoutNow:
        this.#check(from, to, bytes)
        return
      default:
    }
  }

  #check(from: MemberId, to: MemberId, bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    switch (message?.kind) {
      case 'vote':
        if (!message.pre && !message.force) this.#asked(from, message)
        return
      case 'voted':
        if (!message.pre && message.granted) this.#checkVote(from, to, message.term)
        return
      case 'appended':
        if (message.ok) this.#acknowledged(from, to, message)
        return
      case 'timeout-now':
        this.#handedOver(from, to, message.term)
        return
      default:
    }
  }

  #asked(from: MemberId, request: VoteRequest): void {
    this.#checkVote(from, from, request.term)
    const seat = this.#oracle.seat(from)
    const { memory } = seat
    // The log may have moved on since the request was made.
    if (lastIndex(memory) !== request.last.index) return
    const log = { base: memory.base, marks: [...memory.marks] }
    seat.candidacy = { term: request.term, log }
  }

  /** Term and vote are on the disk before anybody hears of the vote. */
  #checkVote(from: MemberId, vote: MemberId, term: number): void {
    const { durableTerm, durableVote } = this.#oracle.seat(from)
    this.#judge.hold(
      durableTerm > term || (durableTerm === term && durableVote === vote),
      'vote-durable',
      () =>
        `member ${from} tells of its vote for ${vote} in term ${term}, durable is one for ${durableVote} in term ${durableTerm}`,
    )
  }

  /** Entries, and the term in which they are acknowledged, are on the disk before the leader hears of it. */
  #acknowledged(
    from: MemberId,
    to: MemberId,
    { index, term }: { readonly index: number; readonly term: number },
  ): void {
    if (!this.#oracle.isStrict) return
    const { durable, durableTerm } = this.#oracle.seat(from)
    const leader = this.#oracle.seat(to)
    const mine = markAt(durable, index)
    const theirs =
      leader.role === 'leader' && leader.term === term ? markAt(leader.memory, index) : undefined
    this.#judge.hold(
      durableTerm >= term &&
        lastIndex(durable) >= index &&
        (mine === undefined || theirs === undefined || same(mine, theirs)),
      'vote-durable',
      () => `member ${from} acknowledges index ${index} in term ${term} before it is durable`,
    )
  }

  #handedOver(from: MemberId, to: MemberId, term: number): void {
    const { memory } = this.#oracle.seat(from)
    const target = this.#oracle.seat(to)
    const index = lastIndex(memory)
    const last = markAt(memory, index)
    // A target of a later term may have another leader by now, and another log.
    if (target.term > term || last === undefined) return
    const isHeld =
      holds(target.durable, index, last) ||
      (target.lost !== null && holds(target.lost, index, last))
    this.#judge.hold(
      isHeld,
      'transfer',
      () => `member ${from} tells member ${to} to stand, which lacks index ${index}`,
    )
  }
}

/** Zeros for a member of which nothing was ever kept. */
export function factsOf(state: Uint8Array | null): HardFacts {
  const { term, vote, era, recovering, votesForgotten } = decodeHardState(state)
  const isLost = recovering !== null
  return { term, vote, epoch: term, era, recovering: isLost, forgotten: votesForgotten }
}
