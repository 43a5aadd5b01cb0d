// Whole members of causal keyspaces of four groups under the simulator: sessions that move with their tokens, judged
// as one causal history; and seeded bugs found by the checks meant for them.

import test from 'ava'
import { Batch } from './batch.js'
import { seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { describeFailure } from './failure.js'
import { hunt } from './hunt.js'
import { runSeed } from './run.js'

const given = { strategy: 'eventual', level: 'causal' } as const
const shared = { turns: 5_000, factory: coreFactory, strategies: coreStrategies, given }

test('simulator: causal: 16 seeds of 5,000 turns: no violation, and all that is to happen does', (t) => {
  const batch = new Batch()
  for (let seed = 1; seed <= 16; seed++) {
    const result = runSeed({ ...shared, seed })
    batch.add(result)
    if (result.violation !== null)
      return t.fail(describeFailure(result, { ...shared, seed }).join('\n'))
  }
  // What only members that merge do is looked for in merging.test.ts.
  const own = /^(session|token|served)/
  t.deepEqual(
    batch.missingMarks('causal').filter((name) => own.test(name)),
    [],
  )
  t.true((batch.marks.get('session-operations') ?? 0) > 2_000)
})

test('simulator: causal: one seed twice: the same trace hash', (t) => {
  const run = (): string => runSeed({ ...shared, seed: 3, turns: 2_000 }).hash

  t.is(run(), run())
})

// A checkpoint was on disk before its log was: its group came back from a later turn than the others.
test('simulator: causal: seed 172, which broke: no violation', (t) => {
  const result = runSeed({ ...shared, seed: 172 })
  t.is(result.violation?.sentence ?? '', '')
})

// A group was repaired, and its member started again before the other groups had caught up with it.
test('simulator: causal: seed 90050, which broke: no violation', (t) => {
  const result = runSeed({ ...shared, seed: 90_050 })
  t.is(result.violation?.sentence ?? '', '')
})

// What only members had that were removed is lost to those who stayed, in one group (56005) and over all (7023). A token named
// what its giver had closed, which was removed before others knew of that (910016). Who recovers owes nothing of what those said
// who are not on its list (940039). What was closed counts as held, and is shown by nobody (960016).
const removed = [
  { seed: 7_023 },
  { seed: 56_005, members: true },
  { seed: 910_016, members: true },
  { seed: 940_039, members: true },
  { seed: 960_016, members: true },
] as const
for (const { seed, ...more } of removed) {
  test(`simulator: causal: seed ${seed} of durability none, which broke: no violation`, (t) => {
    const result = runSeed({ ...shared, seed, given: { ...given, durability: 'none', ...more } })
    t.is(result.violation?.sentence ?? '', '')
  })
}

// As 910016, and its giver had made entries behind what it closed.
test('simulator: causal: seed 980017 of durability always, which broke: no violation', (t) => {
  const more = { durability: 'always', members: true } as const
  const result = runSeed({ ...shared, seed: 980_017, given: { ...given, ...more } })
  t.is(result.violation?.sentence ?? '', '')
})

test('simulator: causal: seed 56005 of 7,500 turns, which broke: no violation', (t) => {
  const result = runSeed({
    ...shared,
    seed: 56_005,
    turns: 7_500,
    given: { ...given, members: true },
  })
  t.is(result.violation?.sentence ?? '', '')
})

for (const name of ['eventual-gate-open', 'eventual-serves-ahead', 'eventual-token-without-own']) {
  test(`simulator: seeded bug ${name}: found by the check meant for it`, (t) => {
    const bug = seededBugs.find((each) => each.name === name)
    if (bug === undefined) return t.fail('the bug bank has no such bug')
    const outcome = hunt(bug, { first: 1, turns: 4_000, seedsMax: 20 })
    const found = outcome.kind === 'missed' ? 'missed' : (outcome.result.violation?.sentence ?? '')
    t.is(outcome.kind, 'found', found)
  })
}
