// Seeds of what broke when members stop: kept as they were found.

import test from 'ava'
import { seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { runSeed } from './run.js'

test('simulator: all members stop at once: leadership is not passed round for ever (seed 71)', (t) => {
  const hint = seededBugs.find((bug) => bug.name === 'raft-transfer-skips-catchup')?.hint
  t.truthy(hint)
  const options = { seed: 71, turns: 5_000, factory: coreFactory, strategies: coreStrategies }

  const result = runSeed(hint === undefined ? options : { ...options, hint })

  t.is(result.violation, null)
})
