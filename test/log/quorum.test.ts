// Majority arithmetic against slow obvious twins.

import test from 'ava'
import { quorumIndex, quorumSize, Random, voteOutcome } from 'quorate/plugin'

/** Sorts and takes the middle: what a majority has reached. */
function slowQuorumIndex(matches: readonly number[]): number {
  const sorted = [...matches].sort((a, b) => b - a)
  return sorted[Math.floor(matches.length / 2)] ?? 0
}

test('quorum: 20,000 random sets of matches: the same index as by sorting', (t) => {
  const random = new Random(7)
  let differing = 0
  for (let i = 0; i < 20_000; i++) {
    const matches = Array.from({ length: random.below(8) }, () => random.below(12))
    if (quorumIndex(matches) !== slowQuorumIndex(matches)) differing++
  }

  t.is(differing, 0)
})

test('quorum: all sizes to nine: two majorities always meet', (t) => {
  for (let count = 1; count <= 9; count++) t.true(quorumSize(count) * 2 > count)
})

test('quorum: every split of up to seven votes: won, lost and open as by trying all outcomes', (t) => {
  for (let voters = 1; voters <= 7; voters++) {
    for (let granted = 0; granted <= voters; granted++) {
      for (let refused = 0; granted + refused <= voters; refused++) {
        const open = voters - granted - refused
        const expected =
          granted * 2 > voters ? 'won' : (granted + open) * 2 > voters ? 'open' : 'lost'
        t.is(voteOutcome(voters, granted, refused), expected)
      }
    }
  }
})
