// Whole members that merge under the simulator: seeds without a violation, which met what such worlds are
// about; one seed is one run; and some seeded bugs found by the checks meant for them.

import test from 'ava'
import { Batch } from './batch.js'
import { seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { describeFailure } from './failure.js'
import { hunt } from './hunt.js'
import { runSeed } from './run.js'

const turns = 5_000
const given = { strategy: 'eventual' } as const
const shared = { turns, factory: coreFactory, strategies: coreStrategies, given }

test('simulator: eventual: 25 seeds of 5,000 turns: no violation, and all that is to happen does', (t) => {
  const batch = new Batch()
  for (let seed = 1; seed <= 25; seed++) {
    const result = runSeed({ ...shared, seed })
    batch.add(result)
    if (result.violation !== null)
      return t.fail(describeFailure(result, { ...shared, seed }).join('\n'))
  }
  // Rare ones are of larger batches.
  const rare = [
    'keys-evicted',
    'unknown-results',
    'later-engines',
    'starts-with-loss',
    'stops',
    'waited-for-anti-entropy',
  ]
  t.deepEqual(
    batch.missingMarks('eventual').filter((name) => !rare.includes(name)),
    [],
  )
  t.true(batch.medians.operations >= 200, `median operations ${batch.medians.operations}`)
})

test('simulator: eventual: one seed twice: the same trace hash', (t) => {
  const run = (): string => runSeed({ ...shared, seed: 3, turns: 2_000 }).hash

  t.is(run(), run())
})

// An entry of a script that is refused must not be tried in each turn: 351 never came to rest. The end of a
// repair was on the disk before it was executed: 95635.
for (const seed of [351, 363, 95_635]) {
  test(`simulator: eventual: seed ${seed}, which broke: no violation`, (t) => {
    const result = runSeed({ ...shared, seed })
    t.is(result.violation?.sentence ?? '', '')
  })
}

// Who holds no group had lost its disk, and was asked while it was not told yet what groups there are.
test('simulator: eventual: seed 930035 of placed groups, which broke: no violation', (t) => {
  const result = runSeed({ ...shared, seed: 930_035, given: { ...given, placed: true } })
  t.is(result.violation?.sentence ?? '', '')
})

for (const name of [
  'eventual-seen-ignored',
  'eventual-stable-too-early',
  'eventual-slots-ahead',
  'shard-script-overtaken',
]) {
  test(`simulator: seeded bug ${name}: found by the check meant for it`, (t) => {
    const bug = seededBugs.find((each) => each.name === name)
    if (bug === undefined) return t.fail('the bug bank has no such bug')
    const outcome = hunt(bug, { first: 1, turns: 4_000, seedsMax: 40 })
    const found = outcome.kind === 'missed' ? 'missed' : (outcome.result.violation?.sentence ?? '')
    t.is(outcome.kind, 'found', found)
  })
}
