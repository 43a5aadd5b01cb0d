// The question about restarts in turn in its tiny form, so that it cannot rot. Whether a client sees an error hangs on
// how busy the machine is (`test/core/stopping.test.ts` judges that); that nothing is lost does not.

import test from 'ava'
import { benchRolling, describeRolling } from './rolling.bench.js'

test('rolling bench: every member restarted once: nothing is lost', async (t) => {
  const result = await benchRolling({ rounds: 1, clientsPerMember: 1, paceMs: 5 })

  t.log(describeRolling(result))
  t.is(result.restarts, 3)
  t.true(result.done > 0)
  t.deepEqual(result.lost, [])
})
