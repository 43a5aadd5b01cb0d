// Majority arithmetic over a set of voters: sizes, the index that a majority has reached and the
// outcome of a vote. Pure leaves; test/log/quorum.test.ts holds them against a slow obvious twin.

/** Members of the smallest majority of `voterCount` voters. */
export function quorumSize(voterCount: number): number {
  return Math.floor(voterCount / 2) + 1
}

/** Whether more than half of the voters are ones for which this holds. */
export function isMajority<T>(voters: readonly T[], holds: (voter: T) => boolean): boolean {
  let count = 0
  for (const voter of voters) if (holds(voter)) count++
  return count >= quorumSize(voters.length)
}

/** The greatest index that a majority has reached; `matches` has one element per voter. 0 for no voters. */
export function quorumIndex(matches: readonly number[]): number {
  const needed = quorumSize(matches.length)
  let best = 0
  for (const candidate of matches) {
    if (candidate <= best) continue
    let reached = 0
    for (const match of matches) if (match >= candidate) reached++
    if (reached >= needed) best = candidate
  }
  return best
}

export type VoteOutcome = 'won' | 'lost' | 'open'

/** `lost` once a majority can no longer be reached. */
export function voteOutcome(voterCount: number, granted: number, refused: number): VoteOutcome {
  const needed = quorumSize(voterCount)
  if (granted >= needed) return 'won'
  if (voterCount - refused < needed) return 'lost'
  return 'open'
}
