// The one true history of one replication group, over the whole run and all members: leaders of terms,
// the committed log, and what every member's log holds in memory and on disk. Fed by the probe around
// each strategy; asserts the Raft invariants of reliability, section 2.1, as each thing happens.

import type { MemberId } from '../../src/api/ids.js'
import type { Position } from '../../src/api/position.js'
import type { RecoveryCause, StrategyStatus } from '../../src/api/strategy.js'
import type { Durability } from '../../src/api/config.js'
import { isMajority } from '../../src/log/quorum.js'
import { Eras, firstEra, type Founding, type OracleOptions } from './eras.js'
import type { Judge } from './judge.js'
import type { MemberWatch } from './members.js'
import { goneOf, lackingOf, tooShort } from './kept.js'
import {
  continues,
  cutMarks,
  damageSeat,
  freshSeat,
  type HardFacts,
  isHolder,
  keepFacts,
  holds,
  lastIndex,
  leaderOf,
  type LogImage,
  type Mark,
  markAt,
  restartSeat,
  same,
  type Seat,
  writeMarks,
} from './seat.js'
import { Terms } from './terms.js'

export class GroupOracle {
  readonly #name: string
  readonly #judge: Judge
  readonly #seats: readonly Seat[]
  readonly #terms: Terms
  readonly #eras: Eras
  readonly #durability: Durability
  readonly #voters: readonly Seat[]
  /** Where members change. */
  readonly members: MemberWatch | null
  /** Told of every election, within the turn that won it. */
  onElected: ((member: MemberId) => void) | null = null
  /** Told of every campaign, within the turn in which its term begins; pre-votes are none. */
  onCampaign: ((member: MemberId) => void) | null = null

  constructor(name: string, options: OracleOptions) {
    this.#name = name
    this.#judge = options.judge
    this.#terms = new Terms(name, options.judge)
    this.#durability = options.durability
    this.members = options.changing ?? null
    this.#eras = new Eras(name, options)
    this.members?.follow(this.#eras)
    this.#seats = Array.from({ length: options.members }, () => freshSeat())
    this.#voters = options.voters.map((id) => this.seat(id as MemberId))
  }

  /** A crash loses nothing: what is committed stays, and no era ends by itself. */
  get isStrict(): boolean {
    return this.#durability === 'always'
  }

  /** Members keep their logs on a disk, so that it is known what is in them. */
  get hasLogs(): boolean {
    return this.#durability !== 'none'
  }

  /** The newest history that a member follows. */
  get era(): number {
    return this.#seats.reduce((most, seat) => Math.max(most, seat.era), firstEra)
  }

  /** The era that a member is in; 0 where a newer one has begun, or its process is down. */
  eraOf(member: MemberId): number {
    const { era } = this.seat(member)
    return era === this.era ? era : 0
  }

  get #committed(): Mark[] {
    return this.#eras.of(this.era).committed
  }

  get leaderChanges(): number {
    return this.#terms.leaderChanges
  }

  seat(member: MemberId): Seat {
    return this.#seats[member - 1] as Seat
  }

  get committedIndex(): number {
    return this.#committed.length
  }

  /** The disk of a member lost or altered something. */
  damaged(member: MemberId): void {
    damageSeat(this.seat(member))
  }

  /** A majority lost its disks: nobody may lead a later term, and nothing of one may be committed. */
  majorityLost(): void {
    this.#terms.majorityLost(this.#seats)
  }

  /** The operator accepts that writes are lost. */
  lossAccepted(): void {
    this.#eras.isLossAccepted = true
    this.#terms.lossAccepted()
  }

  /** A strategy starts from what its disk holds. */
  started(
    member: MemberId,
    log: LogImage,
    found: { readonly recovering: RecoveryCause | null; readonly state: HardFacts | null },
  ): void {
    const seat = this.seat(member)
    const { state } = found
    const recovering = found.recovering !== null
    if (!seat.damaged) {
      const { committed } = this.#eras.of(state?.era ?? firstEra)
      for (const what of goneOf(seat, log, { ...found, committed, hasLogs: this.hasLogs }))
        this.#hold(what === null, 'durable-kept', () => `member ${member} starts ${what}`)
    }
    this.#hold(
      !recovering || seat.damages > 0 || !this.isStrict || this.#eras.isLossAccepted,
      'durable-kept',
      () => `member ${member} starts as recovering, though its disk is whole`,
    )
    seat.era = state?.era ?? firstEra
    if (recovering) {
      this.#judge.mark('recoveries')
      if (!seat.damaged) this.#judge.mark('unclean-starts')
      seat.refillTo = this.#eras.of(seat.era).committed.length
    }
    restartSeat(seat, log, { recovering, state })
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
      const truth = this.#eras.of(seat.era).committed[index - 1]
      if (seat.recovering || seat.era < this.era || truth === undefined || !same(old, truth)) break
      this.#hold(
        index > seat.commit,
        'log-truncation',
        () => `member ${member} truncates committed index ${index} of term ${old.term}`,
      )
      // A member that missed the commit may obey an older leader once more: a majority has the entry.
      this.#checkQuorum(index, truth, { member, but: seat })
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
  durableState(member: MemberId, facts: HardFacts): void {
    const { recovering } = facts
    const seat = this.seat(member)
    keepFacts(seat, facts)
    if (seat.refillTo !== null && !recovering && this.hasLogs) this.#checkRefilled(member, seat)
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
    for (const log of [seat.memory, seat.durable]) cutMarks(log, index)
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
    // Joining another era, the engine may go back.
    if (seat.recovering) seat.commit = Math.min(seat.commit, at.index)
    this.#hold(
      this.#eras.knows(at),
      'committed-prefix',
      () => `member ${member} installs a snapshot at ${at.term}/${at.index}, never committed`,
    )
  }

  /** A member delivers an entry to its engine: it is committed. */
  delivered(member: MemberId, at: Position, mark: Mark): void {
    const seat = this.seat(member)
    this.#hold(
      at.index === seat.delivered + 1,
      'delivery-order',
      () => `member ${member} delivers ${at.index} after ${seat.delivered}`,
    )
    seat.delivered = at.index
    this.#hold(
      !this.hasLogs || holds(seat.durable, at.index, mark),
      'committed-durable',
      () => `member ${member} delivers index ${at.index} before it is on its own disk`,
    )
    const { committed } = this.#eras.of(seat.era)
    const truth = committed[at.index - 1]
    if (truth !== undefined) {
      this.#hold(
        same(truth, mark),
        'committed-prefix',
        () =>
          `member ${member} delivers another entry at ${at.index}: term ${at.term}, was ${truth.term}`,
      )
      return
    }
    if (at.index !== committed.length + 1) return
    this.#terms.checkInvention(member, at.term, `commits index ${at.index}`)
    committed.push(mark)
    // Who hears late that it is committed is not proven wrong by those who began a new era since.
    if (this.hasLogs && seat.era === this.era) this.#checkQuorum(at.index, mark, { member })
  }

  /** The first word of a Ready: era and health, which what it writes and delivers belong to. */
  look(member: MemberId, status: StrategyStatus, chainAt: Founding['chainAt']): void {
    const seat = this.seat(member)
    if (status.era !== seat.era) this.#changeEra(member, status, chainAt)
    const isRefilled = seat.recovering && status.recovering === null
    seat.recovering = status.recovering !== null
    seat.last = status.last
    if (isRefilled && !this.hasLogs) this.#checkRefilled(member, seat)
  }

  #changeEra(member: MemberId, status: StrategyStatus, chainAt: Founding['chainAt']): void {
    const seat = this.seat(member)
    const { era } = status
    this.#hold(era > seat.era, 'monotone', () => `member ${member}: era ${era} after ${seat.era}`)
    this.#hold(
      status.loss !== '',
      'era-said',
      () => `member ${member}: era ${era}, no word of a loss`,
    )
    if (!this.#eras.has(era)) {
      this.#hold(
        status.role === 'leader',
        'era-justified',
        () => `member ${member} is in era ${era}, which nobody founded`,
      )
      const [seats, before] = [this.#voters, this.era]
      const decide: Founding['decide'] = (holds) =>
        this.members?.decidesEra(before, (id) => holds(this.seat(id))) ?? isMajority(seats, holds)
      this.#eras.found(era, { decide, seats, founder: seat, before, chainAt })
    }
    this.#judge.mark('eras-joined')
    seat.era = era
    seat.commit = 0
    seat.refillTo = null
    seat.lost = null
  }

  /** The strategy's own words after it was drained. */
  status(member: MemberId, status: StrategyStatus): void {
    const seat = this.seat(member)
    this.#hold(
      status.term >= seat.term,
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
    if (status.role === 'candidate') this.#judge.mark('campaigns')
    if (status.role === 'leader') this.#elected(member, status)
  }

  /** The process of a member ended. */
  ended(member: MemberId): void {
    this.seat(member).role = ''
    this.members?.ended(member)
  }

  leader(): number {
    return leaderOf(this.#seats)
  }

  /** The lowest read index that may be granted to a read of this member that begins now, in its era. */
  readFloor(member: MemberId): { readonly era: number; readonly index: number } {
    const { era } = this.seat(member)
    return { era, index: this.#eras.of(era).committed.length }
  }

  #elected(member: MemberId, status: StrategyStatus): void {
    this.#terms.elected(member, status.term)
    this.onElected?.(member)
    const seat = this.seat(member)
    const { committed } = this.#eras.of(seat.era)
    const lack = this.hasLogs
      ? lackingOf(seat.memory, committed, status.term)
      : tooShort(status, committed)
    this.#hold(
      lack === null,
      'leader-completeness',
      () => `member ${member} leads term ${status.term} ${lack}`,
    )
  }

  /** Every quorum has a member with the entry on its disk; `but` does not count. */
  #checkQuorum(index: number, mark: Mark, of: { member: MemberId; but?: Seat }): void {
    const isHeld = (seat: Seat): boolean => seat !== of.but && isHolder(seat, index, mark)
    const isSafe = this.members?.decides(of.member, (id) => isHeld(this.seat(id)))
    this.#hold(
      isSafe ?? isMajority(this.#voters, isHeld),
      'committed-durable',
      () => `index ${index} is committed without durable copies at a majority`,
    )
  }

  #checkInstalled(member: MemberId, seat: Seat, at: Position): void {
    seat.installed = null
    this.#hold(
      continues(seat.memory, at),
      'log-order',
      () => `member ${member} keeps a log that does not go on from its snapshot at ${at.index}`,
    )
  }

  /** A member calls itself intact: it holds at least what was committed when it lost something. */
  #checkRefilled(member: MemberId, seat: Seat): void {
    const index = seat.refillTo ?? 0
    seat.refillTo = null
    const truth = this.#eras.of(seat.era).committed[index - 1]
    const isLong = this.hasLogs || seat.last.index >= index
    this.#hold(
      truth === undefined || (isLong && (!this.hasLogs || holds(seat.durable, index, truth))),
      'refilled',
      () => `member ${member} calls itself intact without index ${index}, committed at its loss`,
    )
  }

  #hold(condition: boolean, check: Parameters<Judge['fail']>[0], sentence: () => string): void {
    if (!condition) this.#judge.fail(check, `${this.#name}: ${sentence()}`)
  }
}
