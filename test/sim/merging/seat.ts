// What is known of one member of a group whose members merge.

import type { MemberId } from '../../../src/api/ids.js'
import type { Entries } from './entries.js'
import { Held } from './held.js'

export interface MergingSeat {
  /** Executed, in this run of the member. */
  held: Held
  /** Some slots show more than is held: a repair runs, or what it brought is still to come. */
  isAhead: boolean
  /** Grows while that is so. */
  aheadSteps: number
  /** Handed out for execution. */
  handed: Held
  /** What ends a repair is handed out, and not executed yet: what it brings counts from there on. */
  isJoining: boolean
  /** On its disk. */
  durable: Held
  /** What it had once and lost, and did not get back. */
  missing: Held
  /** It opened, and nobody had told it what it has to hold. */
  isAlone: boolean
  /** Nobody told it in time what it lost: it goes on without that. */
  isLate: boolean
  /** The greatest stamp that is held. */
  top: number
  stable: number
  /** The greatest stamp that was ever stable for it: what it held up to there it cannot tell apart any more. */
  forgotten: number
  recovering: boolean
  /** Of whom it takes entries: the members of the list that it works by, itself among them. */
  follows: readonly MemberId[]
  isUp: boolean
  /** It lost entries, and opened before it held again what is stable for others: what it writes has not seen that. */
  isBlind: boolean
  /** Its disk lost or altered something, and nothing of its own is on it since. */
  damaged: boolean
  /** That ever happened. */
  wasDamaged: boolean
  /** The last end was a loss of power. */
  power: boolean
  /** How often it began to make stamps above a reserve. */
  starts: number
  /** Entries of its making, ascending. */
  readonly made: number[]
}

export function freshSeat(): MergingSeat {
  return {
    held: new Held(),
    isAhead: false,
    aheadSteps: 0,
    handed: new Held(),
    isJoining: false,
    durable: new Held(),
    missing: new Held(),
    isAlone: false,
    isLate: false,
    top: 0,
    stable: 0,
    forgotten: 0,
    recovering: false,
    follows: [],
    isUp: false,
    isBlind: false,
    damaged: false,
    wasDamaged: false,
    power: false,
    starts: 0,
    made: [],
  }
}

/**
 * Whether a member lacks what another one holds and has forgotten the stamps of, or may forget before it hears of the
 * loss: what this one told that it holds. What it writes then has not seen that, and nobody who merges it can tell.
 */
export function lacksForgotten(
  { held, missing, isAlone }: MergingSeat,
  seats: readonly MergingSeat[],
  entries: Entries,
): boolean {
  const told = isAlone ? missing.lackedBy(held) : []
  return seats.some(
    (other) =>
      told.some((number) => other.held.has(number) || other.durable.has(number)) ||
      other.held.lackedBy(held).some((number) => entries.at(number).stamp <= other.forgotten),
  )
}

/** Whether somebody is there who lost nothing when a member comes back that did. `isStrict`: disks keep everything. */
export function isTold(
  seat: MergingSeat,
  seats: readonly MergingSeat[],
  isStrict: boolean,
): boolean {
  return seats.some((other) => other !== seat && !other.recovering && (other.isUp || isStrict))
}

/** It made something, in whatever group, that nobody else heard of: nobody can tell what else it made then, and lost. */
export function isAloneWith(
  member: number,
  groups: readonly { readonly seats: readonly MergingSeat[] }[],
): boolean {
  return groups.some(({ seats }) => {
    const own = seats[member - 1] as MergingSeat
    const last = own.made.at(-1)
    if (last === undefined) return false
    return !seats.some((each) => each !== own && (each.held.has(last) || each.durable.has(last)))
  })
}
