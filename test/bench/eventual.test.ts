// The comparison with a replicated redis-server in its tiny form, so that it cannot rot.

import test from 'ava'
import { benchEventual, describeEventual, eventualMissing } from './eventual.bench.js'

// It compares with redis-server, by redis-benchmark.
const compared = eventualMissing === null ? test : test.skip

compared('eventual bench: redis-benchmark for milliseconds: has every figure', async (t) => {
  const rows = await benchEventual({ rounds: 1, requests: 500 })

  t.is(rows.length, 4)
  for (const { name, redis, quorate } of rows) {
    for (const { perSecond, cost } of [redis, quorate]) {
      t.true(perSecond > 0, name)
      t.is(cost.length, 3)
    }
  }
  t.log(describeEventual(rows))
})
