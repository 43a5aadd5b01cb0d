// What is true of one group whose members merge: every entry that was made, what its maker had seen, and what
// each member holds in memory and on its disk. Fed by the probe around each strategy; asserts EV1, EV3, EV4
// and EV6 of reliability, section 2.1, as each thing happens.

import type { MemberId } from '../../../src/api/ids.js'
import { msOfStamp } from '../../../src/log/stamps.js'
import type { Vector } from '../../../src/log/vector.js'
import type { Check } from '../judge.js'
import { Entries, type Entry, hashOf, type Written } from './entries.js'
import { Held } from './held.js'
import { latestStamp } from './latest-stamp.js'
import { Muddle } from './muddle.js'
import type { MergingOracleOptions } from './oracle-options.js'
import { freshSeat, isAloneWith, isTold, lacksForgotten, type MergingSeat } from './seat.js'
import { Shown } from './shown.js'

export class MergingOracle {
  readonly name: string
  readonly seats: readonly MergingSeat[]
  readonly entries = new Entries()
  readonly #options: MergingOracleOptions
  readonly #shown: Shown
  /** The greatest wall clock that a member had. */
  wall = 0
  /** The member that made the last entry. */
  latest = 0
  readonly muddle: Muddle
  isForgotten = false
  /** Members that were removed have them, and who stayed took them for lost. */
  readonly closed = new Held()

  constructor(name: string, options: MergingOracleOptions) {
    this.name = name
    this.#options = options
    this.#shown = new Shown(name, options.judge)
    this.muddle = new Muddle(options.judge, this.entries)
    this.seats = Array.from({ length: options.members }, () => freshSeat())
  }

  /** Those of members. */
  get present(): readonly MergingSeat[] {
    return this.seats.filter((_, at) => this.#options.isPresent((at + 1) as MemberId))
  }

  seat(member: MemberId): MergingSeat {
    return this.seats[member - 1] as MergingSeat
  }

  /** A crash loses nothing that was acknowledged. */
  get isStrict(): boolean {
    return this.#options.durability === 'always'
  }

  /** What a vector covers of all entries that somebody has. */
  coveredBy(vector: Vector): Held {
    const found = new Held()
    for (const number of this.entries.coveredBy(vector).lackedBy(found))
      if (!this.isLost(number)) found.add(number)
    return found
  }

  /** An entry is on its way to the engine of a member: its number, -1 for none that was made. */
  handed(member: MemberId, stamp: number): number {
    const entry = this.entries.of(stamp)
    if (entry !== undefined) this.seat(member).handed.add(entry.number)
    return entry?.number ?? -1
  }

  /** The process of a member ended. */
  ended(member: MemberId, power: boolean): void {
    const seat = this.seat(member)
    seat.isUp = false
    seat.power ||= power
  }

  damaged(member: MemberId): void {
    Object.assign(this.seat(member), { damaged: true, wasDamaged: true })
  }

  /** A strategy starts: `held` by its checkpoint, `logged` behind that on its disk. */
  started(
    member: MemberId,
    of: { readonly held: Held; readonly logged: Held; readonly recovering: boolean },
  ): void {
    const seat = this.seat(member)
    const { durability } = this.#options
    const after = of.held.copy()
    after.addAll(of.logged)
    const isKept = durability === 'always' || (durability === 'everysec' && !seat.power)
    const lack = seat.damaged || !isKept ? -1 : after.firstLack(seat.durable)
    this.#hold(
      lack < 0,
      'durable-kept',
      () => `member ${member} starts without ${this.entries.describe(lack)}, which was on its disk`,
    )
    this.#hold(
      !of.recovering || seat.wasDamaged || !this.isStrict,
      'durable-kept',
      () => `member ${member} starts as recovering, though its disk is whole`,
    )
    const isAlone = isAloneWith(member, this.#options.all())
    this.isForgotten ||= of.recovering && (isAlone || !isTold(seat, this.present, this.isStrict))
    if (of.recovering) this.#options.judge.mark('recoveries')
    if (of.recovering && !seat.damaged) this.#options.judge.mark('unclean-starts')
    if (after.firstLack(seat.durable) >= 0) this.#options.judge.mark('starts-with-loss')
    for (const number of seat.handed.lackedBy(after)) seat.missing.add(number)
    Object.assign(seat, { isLate: false, isJoining: false, isAlone: false })
    seat.held = of.held.copy()
    seat.handed = of.held.copy()
    seat.durable = after
    seat.top = this.entries.topOf(seat.held)
    seat.stable = 0
    // It may have been in the middle of a repair.
    seat.isAhead = true
    seat.isUp = true
    seat.recovering = of.recovering
    seat.isBlind ||= of.recovering
    // Stamps begin farther above what others know of.
    if (of.recovering && seat.damaged) seat.starts++
    seat.power = false
    seat.starts++
    this.forgetGone()
  }

  /** A clock was looked at. */
  clock(wall: number): void {
    if (wall > this.wall) this.wall = wall
  }

  /** A member made an entry. `seen`: what the entry says that its maker had seen. */
  made(member: MemberId, { stamp, seen, ops, shown }: Written): number {
    const seat = this.seat(member)
    const before = this.entries.of(stamp)
    // Who lost its disk forgot which stamps it used; nobody may have what stood there.
    const isForgotten = seat.wasDamaged && before !== undefined && this.isLost(before.number)
    if (isForgotten) this.#options.judge.mark('stamps-of-lost')
    this.#hold(
      before === undefined || isForgotten,
      'stamps',
      () => `member ${member} uses stamp ${stamp} again`,
    )
    this.#hold(
      stamp > seat.top,
      'stamps',
      () => `member ${member} makes ${stamp}, not above ${seat.top} that it holds`,
    )
    const early = msOfStamp(stamp) - latestStamp(this.#options.all())
    this.#hold(
      early <= 0,
      'stamps',
      () => `member ${member} makes ${stamp}, ${early} ms further ahead than any clock allows`,
    )
    const number = this.entries.all.length
    const causes = seat.held.copy()
    const keys = this.#options.keysOf(ops)
    const isBlind = this.#isBlind(seat)
    if (isBlind) this.muddle.writtenBlind(keys)
    if (shown !== null)
      this.muddle.writtenAhead(keys, this.entries.coveredBy(shown).lackedBy(causes))
    const entry = { number, stamp, maker: member, causes, isBlind, hash: hashOf(ops), keys }
    this.#judgeSeen(member, entry, seen)
    this.entries.add(entry)
    seat.made.push(number)
    this.latest = member
    this.#holds(seat, entry)
    return number
  }

  /** A member merged an entry: of another one, or an own one again. */
  merged(
    member: MemberId,
    of: {
      readonly stamp: number
      readonly seen: Vector
      readonly ops: Uint8Array
      /** Some slots hold it already. */
      readonly isPartlyHeld: boolean
      /** Its own clock, for an entry that came over a link. */
      readonly wall: number | null
    },
  ): number {
    const { stamp, seen, ops } = of
    const seat = this.seat(member)
    const entry = this.entries.of(stamp)
    if (entry === undefined) {
      this.#hold(false, 'merged', () => `member ${member} merges ${stamp}, which was never made`)
      return -1
    }
    const { number } = entry
    this.#hold(
      !seat.held.has(number),
      'merged',
      () => `member ${member} merges ${this.entries.describe(number)} again`,
    )
    this.#hold(
      hashOf(ops) === entry.hash,
      'merged',
      () => `member ${member} merges ${this.entries.describe(number)} with other operations`,
    )
    const isDue = (each: number): boolean => !this.isLost(each) && !this.closed.has(each)
    const lack = entry.causes.lackedBy(seat.held).find(isDue) ?? -1
    this.#hold(
      lack < 0,
      'causal-order',
      () =>
        `member ${member} merges ${this.entries.describe(number)} before ${this.entries.describe(lack)}, which it had seen`,
    )
    this.#judgeSeen(member, entry, seen)
    if (!entry.isBlind && this.#options.isPresent(member)) this.#judgeStable(member, seat, entry)
    const ahead = of.wall === null ? 0 : msOfStamp(stamp) - of.wall
    this.#hold(
      ahead <= this.#options.skewMs,
      'stamps',
      () => `member ${member} takes ${stamp}, ${ahead} ms ahead of its clock`,
    )
    this.#options.judge.mark('merged')
    if (of.isPartlyHeld) this.#options.judge.mark('merged-in-part')
    this.#holds(seat, entry)
    return number
  }

  /** A repair ended, or ranges were closed: the member holds what `vector` covers; `lost`: without their entries. */
  repaired(member: MemberId, vector: Vector, lost: Vector): Held {
    const seat = this.seat(member)
    const found = this.coveredBy(vector)
    for (const number of found.numbers())
      if (lost.covers(this.entries.at(number).stamp) && this.isGone(number)) this.closed.add(number)
    if (seat.held.firstLack(found) >= 0) this.#options.judge.mark('repairs')
    for (const number of found.lackedBy(seat.held)) this.#holds(seat, this.entries.at(number))
    return found
  }

  /** The engine was replaced by what a mark stands for. */
  installed(member: MemberId, mark: Uint8Array): void {
    const seat = this.seat(member)
    const held = this.entries.markOf(mark)
    this.#options.judge.mark('snapshot-installs')
    const lack = seat.recovering ? -1 : held.firstLack(seat.held)
    this.#hold(
      lack < 0,
      'durable-kept',
      () =>
        `member ${member} takes a snapshot without ${this.entries.describe(lack)}, which it holds`,
    )
    seat.held = held.copy()
    seat.handed = held.copy()
    // Its rows are on the disk before it takes the engine's place.
    seat.durable.addAll(held)
    seat.top = Math.max(seat.top, this.entries.topOf(held))
    this.forgetGone()
  }

  /** A checkpoint or a snapshot begins: what it says is what is held. */
  marked(member: MemberId, bytes: Uint8Array, vector: Vector): void {
    const { held } = this.seat(member)
    if (!this.entries.mark(bytes, held)) return
    this.#judgeVector(`a mark of member ${member}`, held, vector)
  }

  /** Entries are on the disk of a member; one of its own in this run says that it recovered. */
  persisted(member: MemberId, numbers: readonly number[], isOwn: boolean): void {
    const seat = this.seat(member)
    for (const number of numbers) seat.durable.add(number)
    if (isOwn) seat.damaged = false
  }

  /** A member answers its clients for an entry, or sends it. */
  released(member: MemberId, number: number, how: 'answers' | 'sends'): void {
    if (!this.isStrict) return
    this.#hold(
      this.seat(member).durable.has(number),
      'released',
      () => `member ${member} ${how} ${this.entries.describe(number)} before it is on its disk`,
    )
  }

  /** A member tells others what it holds. */
  told(member: MemberId, vector: Vector): void {
    const { handed, durable } = this.seat(member)
    const known = this.isStrict ? durable : handed
    for (const { number, stamp } of this.entries.recent())
      this.#hold(
        known.has(number) || !vector.covers(stamp) || this.isLost(number),
        'released',
        () => `member ${member} says that it holds ${this.entries.describe(number)}`,
      )
  }

  /** EV8: up to a stamp all is with all. */
  stable(member: MemberId, upTo: number): void {
    const seat = this.seat(member)
    this.#hold(
      upTo >= seat.stable,
      'stability',
      () => `member ${member}: ${upTo} is stable after ${seat.stable}`,
    )
    seat.stable = upTo
    seat.forgotten = Math.max(seat.forgotten, upTo)
    if (!this.#options.isPresent(member)) return
    for (const other of this.present) {
      if (!other.isUp || other.recovering || other === seat) continue
      if (this.#isBlind(other) || this.#isBlind(seat)) continue
      this.#judgeBelow(seat.held, other.handed, { upTo, member })
      this.#judgeBelow(other.held, seat.handed, { upTo, member })
    }
  }

  /** EV1: who holds the same shows the same. */
  shows(member: MemberId, digests: ReadonlyMap<string, string>): void {
    // Of what counts as held it shows nothing, or had it before that was closed: in the end all are compared by their slots.
    const closed = new Set(this.closed.numbers().flatMap((each) => this.entries.at(each).keys))
    const judged = [...digests].filter(([key]) => !this.muddle.has(key) && !closed.has(key))
    this.#shown.shows(member, this.seat(member).held, new Map(judged))
  }

  /** It lost what somebody else holds and cannot tell apart any more. */
  #isBlind(seat: MergingSeat): boolean {
    seat.isBlind &&= lacksForgotten(seat, this.seats, this.entries)
    return seat.isBlind
  }

  /** Nobody holds it, member or not: who is removed may still give it to who did not hear of that. */
  isLost(number: number): boolean {
    return !this.seats.some(({ held, durable }) => held.has(number) || durable.has(number))
  }

  /** No member holds it. */
  isGone(number: number): boolean {
    return !this.present.some(({ held, durable }) => held.has(number) || durable.has(number))
  }

  /** Of what is gone slots may show a part. */
  forgetGone(): void {
    this.muddle.forget((number) => this.isGone(number) || this.closed.has(number))
  }

  #holds(seat: MergingSeat, { number, stamp }: Entry): void {
    seat.held.add(number)
    seat.handed.add(number)
    if (stamp > seat.top) seat.top = stamp
  }

  /** An entry says exactly what its maker held, as far as it is anywhere. */
  #judgeSeen(member: MemberId, { number, causes }: Entry, seen: Vector): void {
    for (const each of this.entries.recent()) {
      const isSeen = causes.has(each.number)
      if (each.number === number || seen.covers(each.stamp) === isSeen) continue
      this.#hold(
        !isSeen && this.isLost(each.number),
        'causal-order',
        () =>
          `member ${member}: an entry says that it had ${isSeen ? 'not ' : ''}seen ${this.entries.describe(each.number)}`,
      )
    }
  }

  /** What comes has seen all that is stable. */
  #judgeStable(member: MemberId, seat: MergingSeat, entry: Entry): void {
    for (const number of seat.held.lackedBy(entry.causes)) {
      const { stamp } = this.entries.at(number)
      this.#hold(
        stamp > seat.stable,
        'stability',
        () =>
          `member ${member} merges ${this.entries.describe(entry.number)}, which had not seen ${this.entries.describe(number)}, stable for it`,
      )
    }
  }

  #judgeBelow(
    some: Held,
    others: Held,
    { upTo, member }: { readonly upTo: number; readonly member: MemberId },
  ): void {
    for (const number of some.lackedBy(others)) {
      const { stamp } = this.entries.at(number)
      this.#hold(
        stamp > upTo,
        'stability',
        () => `${this.entries.describe(number)} is stable for member ${member} and not with all`,
      )
    }
  }

  #judgeVector(what: string, held: Held, vector: Vector): void {
    for (const { number, stamp } of this.entries.all) {
      const covers = vector.covers(stamp)
      if (covers === held.has(number)) continue
      this.#hold(
        covers && this.isLost(number),
        'causal-order',
        () => `${what} ${covers ? 'covers' : 'lacks'} ${this.entries.describe(number)}`,
      )
    }
  }

  #hold(condition: boolean, check: Check, sentence: () => string): void {
    if (!condition) this.#options.judge.fail(check, `${this.name}: ${sentence()}`)
  }
}
