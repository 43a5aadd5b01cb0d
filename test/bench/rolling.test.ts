// The question about restarts in turn in its tiny form, so that it cannot rot: its answers do not hang on the time.

import test from 'ava'
import { benchRolling, describeRolling } from './rolling.bench.js'

test('rolling bench: every member restarted once: no plain client sees an error, nothing is lost', async (t) => {
  const result = await benchRolling({ rounds: 1, clientsPerMember: 1 })

  t.log(describeRolling(result))
  t.is(result.restarts, 3)
  t.true(result.done > 0)
  t.deepEqual(result.failures, [])
  t.deepEqual(result.lost, [])
})
