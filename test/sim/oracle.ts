// The one true history of one replication group, over the whole run and all members: leaders of terms,
// the committed log, and what every member's log holds in memory and on disk. Fed by the probe around
// each strategy; asserts the Raft invariants of reliability, section 2.1, as each thing happens.

import type { MemberId } from '../../src/api/ids.js'
import type { Position } from '../../src/api/position.js'
import type { StrategyStatus } from '../../src/api/strategy.js'
import type { Judge } from './judge.js'
import { forgottenOf, missingOf } from './kept.js'
import {
  freshSeat,
  type HardFacts,
  holds,
  lastIndex,
  type LogImage,
  type Mark,
  markAt,
  same,
  type Seat,
  writeMarks,
} from './seat.js'

export class GroupOracle {
  readonly #name: string
  readonly #judge: Judge
  readonly #seats: readonly Seat[]
  readonly #leaders = new Map<number, number>()
  /** committed[i] is index i + 1. */
  readonly #committed: Mark[] = []
  /** False where durability is not `always`: what is committed may be lost by design. */
  readonly #strict: boolean
  readonly #voters: number
  /** The greatest term that a member knew when a majority lost its disks; null while that did not happen. */
  #lostTerm: number | null = null
  leaderChanges = 0
  /** Told of every election, within the turn that won it. */
  onElected: ((member: MemberId) => void) | null = null
  /** Told of every campaign, within the turn in which its term begins; pre-votes are none. */
  onCampaign: ((member: MemberId) => void) | null = null

  constructor(
    name: string,
    options: { judge: Judge; members: number; learners?: number; strict: boolean },
  ) {
    this.#name = name
    this.#judge = options.judge
    this.#strict = options.strict
    this.#voters = options.members - (options.learners ?? 0)
    this.#seats = Array.from({ length: options.members }, () => freshSeat())
  }

  get isStrict(): boolean {
    return this.#strict
  }

  seat(member: MemberId): Seat {
    return this.#seats[member - 1] as Seat
  }

  get committedIndex(): number {
    return this.#committed.length
  }

  /** The disk of a member lost or altered something. */
  damaged(member: MemberId): void {
    const seat = this.seat(member)
    seat.damaged = true
    seat.damages++
  }

  /** A majority lost its disks: nobody may lead a later term, and nothing of one may be committed. */
  majorityLost(): void {
    this.#lostTerm = this.#seats.reduce((most, seat) => Math.max(most, seat.term), 0)
  }

  /** A strategy starts from what its disk holds. */
  started(
    member: MemberId,
    log: LogImage,
    found: {
      readonly recovering: boolean
      readonly state: HardFacts | null
    },
  ): void {
    const seat = this.seat(member)
    const { recovering, state } = found
    if (!seat.damaged && !recovering) {
      const loss = this.#strict ? missingOf(seat, log, this.#committed) : null
      const forgotten = state === null ? null : forgottenOf(seat, state)
      for (const what of [loss, forgotten])
        this.#hold(what === null, 'durable-kept', () => `member ${member} starts ${what}`)
    }
    this.#hold(
      !recovering || seat.damages > 0 || !this.#strict,
      'durable-kept',
      () => `member ${member} starts as recovering, though its disk is whole`,
    )
    if (recovering) {
      this.#judge.mark('recoveries')
      seat.refillTo = this.#committed.length
    }
    seat.lost = seat.damaged || recovering ? seat.durable : null
    seat.memory.base = log.base
    seat.memory.marks = log.marks
    seat.durable = { base: log.base, marks: [...log.marks] }
    if (seat.damaged || recovering) seat.durableTerm = 0
    if (state !== null) {
      seat.durableTerm = state.term
      seat.durableVote = state.vote
    }
    seat.damaged = false
    seat.truncating = Infinity
    seat.recovering = recovering
    seat.term = seat.durableTerm
    seat.role = ''
    seat.commit = 0
    seat.delivered = log.base.index
    seat.checkpoint = log.base.index
  }

  /** Entries leave for the log of a member: `from` is the index of the first. */
  written(member: MemberId, from: number, marks: readonly Mark[]): void {
    const seat = this.seat(member)
    const last = lastIndex(seat.memory)
    for (let index = from; index <= last; index++) {
      const old = markAt(seat.memory, index)
      const next = marks[index - from]
      if (old === undefined || (next !== undefined && same(old, next))) continue
      this.#judge.mark('truncations')
      seat.truncating = Math.min(seat.truncating, from - 1)
      const truth = this.#committed[index - 1]
      if (!this.#strict || seat.recovering || truth === undefined || !same(old, truth)) break
      this.#hold(
        index > seat.commit,
        'log-truncation',
        () => `member ${member} truncates committed index ${index} of term ${old.term}`,
      )
      // A member that missed the commit may obey an older leader once more: a majority has the entry.
      this.#checkQuorum(index, truth, seat)
      break
    }
    const before =
      from === seat.memory.base.index + 1 ? seat.memory.base : markAt(seat.memory, from - 1)
    let term = before?.term ?? 0
    for (const mark of marks) {
      this.#hold(mark.term >= term, 'log-order', () => `member ${member}: terms go down at ${from}`)
      term = mark.term
    }
    const fits = writeMarks(seat.memory, from, marks)
    this.#hold(
      fits,
      'log-order',
      () => `member ${member}: a gap before index ${from}, the log ends at ${last}`,
    )
  }

  /** The same entries are on the disk now. */
  durable(member: MemberId, from: number, marks: readonly Mark[]): void {
    const seat = this.seat(member)
    writeMarks(seat.durable, from, marks)
    if (from - 1 <= seat.truncating) seat.truncating = Infinity
  }

  /** A hard state is on the disk now, and all that was written with it. */
  durableState(member: MemberId, { term, vote, recovering }: HardFacts): void {
    const seat = this.seat(member)
    seat.durableTerm = term
    seat.durableVote = vote
    if (seat.refillTo !== null && !recovering) this.#checkRefilled(member, seat)
  }

  /** The log was cut up to an index, or forgotten for a snapshot at `at`. */
  cut(member: MemberId, index: number): void {
    const seat = this.seat(member)
    this.#hold(
      index <= seat.checkpoint,
      'log-truncation',
      () => `member ${member} cuts to ${index}, its checkpoint is at ${seat.checkpoint}`,
    )
    this.#judge.mark('log-cuts')
    for (const log of [seat.memory, seat.durable]) {
      const term = markAt(log, index)?.term
      if (term === undefined) continue
      log.marks.splice(0, index - log.base.index)
      log.base = { term, index }
    }
  }

  reset(member: MemberId, at: Position, durable: boolean): void {
    const seat = this.seat(member)
    const log = durable ? seat.durable : seat.memory
    log.base = at
    log.marks = []
  }

  checkpointed(member: MemberId, at: Position): void {
    this.seat(member).checkpoint = at.index
    this.#judge.mark('checkpoints')
  }

  installed(member: MemberId, at: Position): void {
    const seat = this.seat(member)
    this.#judge.mark('snapshot-installs')
    seat.delivered = at.index
    seat.installed = at
    seat.checkpoint = Math.max(seat.checkpoint, at.index)
    this.#hold(
      at.index <= this.#committed.length,
      'committed-prefix',
      () =>
        `member ${member} installs a snapshot at ${at.index}, committed is ${this.#committed.length}`,
    )
  }

  /** A member delivers an entry to its engine: it is committed. */
  delivered(member: MemberId, at: Position, hash: number): void {
    const seat = this.seat(member)
    this.#hold(
      at.index === seat.delivered + 1,
      'delivery-order',
      () => `member ${member} delivers ${at.index} after ${seat.delivered}`,
    )
    seat.delivered = at.index
    const mark: Mark = { term: at.term, hash }
    this.#hold(
      !this.#strict || holds(seat.durable, at.index, mark),
      'committed-durable',
      () => `member ${member} delivers index ${at.index} before it is on its own disk`,
    )
    const truth = this.#committed[at.index - 1]
    if (truth !== undefined) {
      this.#hold(
        !this.#strict || same(truth, mark),
        'committed-prefix',
        () =>
          `member ${member} delivers another entry at ${at.index}: term ${at.term}, was ${truth.term}`,
      )
      return
    }
    if (at.index !== this.#committed.length + 1) return
    this.#checkInvention(member, at.term, `commits index ${at.index}`)
    this.#committed.push(mark)
    if (this.#strict) this.#checkQuorum(at.index, mark)
  }

  /** The strategy's own words after it was drained. */
  status(member: MemberId, status: StrategyStatus): void {
    const seat = this.seat(member)
    this.#hold(
      status.term >= seat.term || !this.#strict,
      'monotone',
      () => `member ${member}: term ${status.term} after ${seat.term}`,
    )
    this.#hold(
      status.commit.index >= seat.commit,
      'monotone',
      () => `member ${member}: commit ${status.commit.index} after ${seat.commit}`,
    )
    this.#hold(
      status.commit.index <= status.last.index,
      'monotone',
      () =>
        `member ${member}: commit ${status.commit.index} is behind the log's end ${status.last.index}`,
    )
    if (seat.installed !== null) this.#checkInstalled(member, seat, seat.installed)
    if (status.role === 'candidate' && status.term > seat.term) this.onCampaign?.(member)
    seat.term = status.term
    seat.commit = status.commit.index
    if (status.role === seat.role) return
    seat.role = status.role
    seat.recovering = status.role === 'recovering'
    if (status.role === 'candidate') this.#judge.mark('campaigns')
    if (status.role === 'leader') this.#elected(member, status)
  }

  /** The process of a member ended. */
  ended(member: MemberId): void {
    this.seat(member).role = ''
  }

  /** The member that leads the highest term, or 0. */
  leader(): number {
    let found = 0
    let term = -1
    this.#seats.forEach((seat, at) => {
      if (seat.role !== 'leader' || seat.term <= term) return
      found = at + 1
      term = seat.term
    })
    return found
  }

  /** Whether a member has delivered all that is committed. */
  isCaughtUp(member: MemberId): boolean {
    const seat = this.seat(member)
    return seat.role !== '' && !seat.recovering && seat.delivered >= this.#committed.length
  }

  /** The lowest read index that may be granted to a read that begins now. */
  get readFloor(): number {
    return this.#committed.length
  }

  #elected(member: MemberId, status: StrategyStatus): void {
    const known = this.#leaders.get(status.term)
    this.#hold(
      known === undefined || known === member || !this.#strict,
      'leader-per-term',
      () => `members ${known} and ${member} lead term ${status.term}`,
    )
    if (known === undefined) {
      this.#judge.mark('elections')
      if (this.#leaders.size > 0) this.leaderChanges++
    }
    this.#leaders.set(status.term, member)
    this.onElected?.(member)
    this.#checkInvention(member, status.term, 'leads')
    if (!this.#strict) return
    const { memory } = this.seat(member)
    // Committed entries from terms before its own must be there.
    for (let index = this.#committed.length; index > memory.base.index; index--) {
      const truth = this.#committed[index - 1] as Mark
      if (truth.term > status.term) continue
      const mine = markAt(memory, index)
      this.#hold(
        mine !== undefined && same(mine, truth),
        'leader-completeness',
        () =>
          `member ${member} leads term ${status.term} without committed index ${index} of term ${truth.term}`,
      )
      break
    }
  }

  #checkInvention(member: MemberId, term: number, what: string): void {
    this.#hold(
      this.#lostTerm === null || term <= this.#lostTerm,
      'no-invention',
      () => `member ${member} ${what} in term ${term}, though a majority lost its disks`,
    )
  }

  /** Every quorum has a member with the entry on its disk; `but` does not count. */
  #checkQuorum(index: number, mark: Mark, but: Seat | null = null): void {
    let holders = 0
    for (const seat of this.#seats.slice(0, this.#voters)) {
      if (seat === but) continue
      // A member that lost its disk acknowledges nothing until it is refilled.
      const isHeld = !seat.recovering && holds(seat.durable, index, mark)
      if (isHeld || (seat.lost !== null && holds(seat.lost, index, mark))) holders++
    }
    this.#hold(
      holders * 2 > this.#voters,
      'committed-durable',
      () => `index ${index} is committed with ${holders} durable copies of ${this.#voters}`,
    )
  }

  /** Behind an installed snapshot there is no log, or one that goes on from it. */
  #checkInstalled(member: MemberId, seat: Seat, at: Position): void {
    seat.installed = null
    const { memory } = seat
    const mine = memory.base.index === at.index ? memory.base : markAt(memory, at.index)
    this.#hold(
      mine === undefined ? memory.base.index > at.index : mine.term === at.term,
      'log-order',
      () => `member ${member} keeps a log that does not go on from its snapshot at ${at.index}`,
    )
  }

  /** A member calls itself intact: it holds at least what was committed when it lost something. */
  #checkRefilled(member: MemberId, seat: Seat): void {
    const index = seat.refillTo ?? 0
    seat.refillTo = null
    const truth = this.#committed[index - 1]
    this.#hold(
      !this.#strict || truth === undefined || holds(seat.durable, index, truth),
      'refilled',
      () => `member ${member} calls itself intact without index ${index}, committed at its loss`,
    )
  }

  #hold(condition: boolean, check: Parameters<Judge['fail']>[0], sentence: () => string): void {
    if (!condition) this.#judge.fail(check, `${this.#name}: ${sentence()}`)
  }
}
