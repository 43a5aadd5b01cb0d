// What a member must still know after a restart: everything that was durable (RF9, RF10). And what a
// leader must know: everything that was committed (RF5). Each answers what is gone, as the end of a
// sentence, or null.

import type { RecoveryCause, StrategyStatus } from '../../src/api/strategy.js'
import {
  type HardFacts,
  lastIndex,
  type LogImage,
  type Mark,
  markAt,
  same,
  type Seat,
} from './seat.js'

/** Term and vote are synced in every durability. */
function forgottenOf({ durableTerm, durableVote }: Seat, { term, vote }: HardFacts): string | null {
  const isKept =
    term > durableTerm || (term === durableTerm && (durableVote === null || vote === durableVote))
  if (isKept) return null
  return `with a vote for ${vote} in term ${term}, it gave one to ${durableVote} in term ${durableTerm}`
}

/** `committed[i]` is index i + 1. */
function missingOf(seat: Seat, found: LogImage, committed: readonly Mark[]): string | null {
  const { durable } = seat
  const { base } = found
  const replaced = markAt(durable, base.index)
  // A snapshot of another history is on the disk, though the log that it replaces was not yet reset.
  if (replaced !== undefined && replaced.term < base.term) {
    if (committed[base.index - 1]?.term === base.term) return null
    return `behind term ${base.term} index ${base.index}, which is not committed`
  }
  // A truncation that was on its way at the crash may have reached the disk.
  const last = Math.min(lastIndex(durable), seat.truncating)
  if (lastIndex(found) < last) return `with a log to ${lastIndex(found)}, ${last} was durable`
  for (let index = base.index + 1; index <= last; index++) {
    const old = markAt(durable, index)
    const now = markAt(found, index)
    if (old === undefined || now === undefined || same(old, now)) continue
    // A write that was on its way at the crash may have truncated it.
    if (now.term >= old.term) return null
    return `with term ${now.term} at index ${index}, term ${old.term} was durable`
  }
  return null
}

/** A leader's log must hold every committed entry from the terms before its own. */
export function lackingOf(log: LogImage, committed: readonly Mark[], term: number): string | null {
  for (let index = committed.length; index > log.base.index; index--) {
    const truth = committed[index - 1] as Mark
    if (truth.term > term) continue
    const mine = markAt(log, index)
    if (mine !== undefined && same(mine, truth)) return null
    return `without committed index ${index} of term ${truth.term}`
  }
  return null
}

/** The same where nothing is known of a log but its end, behind the first entry of its leader. */
export function tooShort(
  { term, last }: StrategyStatus,
  committed: readonly Mark[],
): string | null {
  if (last.index > committed.length || (committed.at(-1)?.term ?? 0) >= term) return null
  return `with a log to ${last.index}, ${committed.length} was committed`
}

/** What a member that starts has lost of what it durably had, in two sentences or nulls. */
export function goneOf(
  seat: Seat,
  log: LogImage,
  found: {
    readonly recovering: RecoveryCause | null
    readonly state: HardFacts | null
    readonly committed: readonly Mark[]
    readonly hasLogs: boolean
  },
): readonly (string | null)[] {
  const { recovering, state, committed, hasLogs } = found
  const isLost = recovering !== null || !hasLogs
  // Term and vote are synced in every durability.
  const isVoteKept = recovering === null || recovering === 'unclean-stop'
  return [
    isLost ? null : missingOf(seat, log, committed),
    state === null || !isVoteKept ? null : forgottenOf(seat, state),
  ]
}
