// What the oracle knows of one member of one group: its log in memory and on the disk, its term and
// vote, and how far it committed. A log entry is known by its term and a hash of its bytes.

import type { MemberId } from '../../src/api/ids.js'
import type { Position } from '../../src/api/position.js'
import type { StrategyStatus } from '../../src/api/strategy.js'
import type { Hash64 } from '../../src/base/hash.js'

/** One log entry: its term and a hash of its bytes. */
export interface Mark {
  readonly term: number
  readonly hash: number
  /** Hash of the log up to here, where that is known. */
  readonly chain?: Hash64 | null
}

/** A log as far as it is known: `base` is the position before its first entry. */
export interface LogImage {
  base: Position
  marks: Mark[]
}

export function lastIndex(log: LogImage): number {
  return log.base.index + log.marks.length
}

export function markAt(log: LogImage, index: number): Mark | undefined {
  return log.marks[index - log.base.index - 1]
}

/** Replaces everything from the first new entry on; false where that leaves a gap. */
export function writeMarks(log: LogImage, from: number, marks: readonly Mark[]): boolean {
  const at = from - log.base.index - 1
  if (at > log.marks.length) return false
  if (at < 0) return true
  log.marks.length = at
  for (const mark of marks) log.marks.push(mark)
  return true
}

/** What a hard state says. */
export interface HardFacts {
  readonly term: number
  readonly vote: MemberId | null
  /** The epoch that it works in, where that differs from the one it accepted. */
  readonly epoch: number
  readonly era: number
  readonly recovering: boolean
  /** It does not know which votes it gave. */
  readonly forgotten: boolean
}

export interface Seat {
  readonly memory: LogImage
  durable: LogImage
  /** The least index that a truncation on its way to the disk leaves, Infinity for none. */
  truncating: number
  /** What a damaged disk held: acknowledged once, and counted until the leader hears of the loss. */
  lost: LogImage | null
  /** The disk lost something since `durable` was written; the next start may know less. */
  damaged: boolean
  /** How often that happened in the whole run. */
  damages: number
  role: StrategyStatus['role'] | ''
  /** The history that it follows. */
  era: number
  term: number
  /** Where it says that its log ends. */
  last: Position
  /** Term, and the vote in it, that a restart must know. */
  durableTerm: number
  durableVote: MemberId | null
  durableEpoch: number
  /** The disk says that the member is intact and knows its votes: a crash does not take that back. */
  isDurablyWhole: boolean
  commit: number
  delivered: number
  checkpoint: number
  recovering: boolean
  /** What was committed when it began to recover: intact again only once it holds that. Null for intact. */
  refillTo: number | null
  /** A snapshot installed in this turn. */
  installed: Position | null
  /** Its log as it stood when it last asked for votes. */
  candidacy: { readonly term: number; readonly log: LogImage } | null
}

export function holds(log: LogImage, index: number, mark: Mark): boolean {
  const mine = markAt(log, index)
  return log.base.index >= index || (mine !== undefined && same(mine, mark))
}

/** It has an entry on its disk, or had it when it acknowledged it. */
export function isHolder(seat: Seat, index: number, mark: Mark): boolean {
  // A member that lost its disk acknowledges nothing until it is refilled.
  const isHeld = !seat.recovering && holds(seat.durable, index, mark)
  return isHeld || (seat.lost !== null && holds(seat.lost, index, mark))
}

/** The member that leads the highest term, or 0. */
export function leaderOf(seats: readonly Seat[]): number {
  let found = 0
  let term = -1
  seats.forEach((seat, at) => {
    if (seat.role !== 'leader' || seat.term <= term) return
    found = at + 1
    term = seat.term
  })
  return found
}

/** Behind a snapshot at this position there is no log, or one that goes on from it. */
export function continues({ base, marks }: LogImage, at: Position): boolean {
  const mine = base.index === at.index ? base : markAt({ base, marks }, at.index)
  return mine === undefined ? base.index > at.index : mine.term === at.term
}

export function same(a: Mark, b: Mark): boolean {
  return a.term === b.term && a.hash === b.hash
}

export function freshSeat(): Seat {
  const empty = (): LogImage => ({ base: { term: 0, index: 0 }, marks: [] })
  return {
    memory: empty(),
    durable: empty(),
    lost: null,
    truncating: Infinity,
    damaged: false,
    damages: 0,
    role: '',
    era: 1,
    term: 0,
    last: { term: 0, index: 0 },
    durableTerm: 0,
    durableVote: null,
    durableEpoch: 0,
    isDurablyWhole: true,
    commit: 0,
    delivered: 0,
    checkpoint: 0,
    recovering: false,
    refillTo: null,
    installed: null,
    candidacy: null,
  }
}

/** A hard state is on the disk. */
export function keepFacts(
  seat: Seat,
  { term, vote, epoch, recovering, forgotten }: HardFacts,
): void {
  seat.durableTerm = term
  seat.durableVote = vote
  seat.durableEpoch = epoch
  seat.isDurablyWhole = !recovering && !forgotten
}

/** The member starts from what its disk holds. */
export function restartSeat(
  seat: Seat,
  log: LogImage,
  { recovering, state }: { recovering: boolean; state: HardFacts | null },
): void {
  seat.lost = seat.damaged || recovering ? seat.durable : null
  seat.memory.base = log.base
  seat.memory.marks = log.marks
  seat.durable = { base: log.base, marks: [...log.marks] }
  seat.last = { term: log.marks.at(-1)?.term ?? log.base.term, index: lastIndex(log) }
  if (seat.damaged || recovering) seat.durableTerm = 0
  if (seat.damaged || recovering) seat.durableEpoch = 0
  if (state !== null) {
    seat.isDurablyWhole = !recovering && !state.recovering && !state.forgotten
    seat.durableTerm = state.term
    seat.durableVote = state.vote
    seat.durableEpoch = state.epoch
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

export function damageSeat(seat: Seat): void {
  seat.damaged = true
  seat.damages++
  seat.isDurablyWhole = false
}

/** Forgets everything up to an index. */
export function cutMarks(log: LogImage, index: number): void {
  const term = markAt(log, index)?.term
  if (term === undefined) return
  log.marks.splice(0, index - log.base.index)
  log.base = { term, index }
}
