// The simulator with a toy in the place of the core: its checks see what is wrong and nothing else, and
// one seed is one run.

import test from 'ava'
import type { Check } from './judge.js'
import type { ProfileHint } from './profile.js'
import { type RunResult, runSeed } from './run.js'
import { type ToyFlaw, toyFactory } from './toy-core.js'

const alone: ProfileHint = {
  with: { members: 1 },
  faults: ['crash-kill', 'crash-power', 'client-reset'],
}

function runToy(seed: number, flaw: ToyFlaw): RunResult {
  return runSeed({ seed, turns: 3_000, factory: toyFactory(flaw), strategies: [], hint: alone })
}

test('simulator: an honest toy: no violation over 40 seeds, operations and faults in each', (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const result = runToy(seed, 'none')
    t.is(result.violation, null, `seed ${seed}: ${result.violation?.sentence ?? ''}`)
    t.true(result.outcomes.executed > 50, `seed ${seed}`)
    t.true(result.faults.size > 0)
  }
})

const flaws: Readonly<Record<Exclude<ToyFlaw, 'none'>, readonly Check[]>> = {
  'answers-early': ['exactly-once', 'linearizable', 'digest'],
  'loses-answers': ['answered', 'reply-order', 'linearizable', 'exactly-once'],
  doubles: ['exactly-once', 'linearizable'],
  'stale-reads': ['linearizable', 'exactly-once'],
  throws: ['assertion'],
}

for (const [flaw, expected] of Object.entries(flaws)) {
  test(`simulator: a toy that ${flaw}: found within 40 seeds by the check meant for it`, (t) => {
    for (let seed = 1; seed <= 40; seed++) {
      const { violation } = runToy(seed, flaw as ToyFlaw)
      if (violation === null) continue
      t.true(expected.includes(violation.check), violation.sentence)
      return
    }
    t.fail('no seed found it')
  })
}

test('simulator: one seed twice: the same trace hash; another seed: another one', (t) => {
  const first = runToy(5, 'none')
  const second = runToy(5, 'none')
  const other = runToy(6, 'none')

  t.is(first.hash, second.hash)
  t.is(first.turns, second.turns)
  t.not(first.hash, other.hash)
})
