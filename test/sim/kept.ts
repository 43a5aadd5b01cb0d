// What a member must still know after a restart: everything that was durable (RF9, RF10). Each answers
// what is gone, as the end of a sentence, or null.

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
export function forgottenOf(
  { durableTerm, durableVote }: Seat,
  { term, vote }: HardFacts,
): string | null {
  const isKept =
    term > durableTerm || (term === durableTerm && (durableVote === null || vote === durableVote))
  if (isKept) return null
  return `with a vote for ${vote} in term ${term}, it gave one to ${durableVote} in term ${durableTerm}`
}

/** `committed[i]` is index i + 1. */
export function missingOf(seat: Seat, found: LogImage, committed: readonly Mark[]): string | null {
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
