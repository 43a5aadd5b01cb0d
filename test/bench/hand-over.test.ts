// The question about transactions and hand-over in its tiny form, so that it cannot rot.

import test from 'ava'
import { benchHandOver, describeHandOver, handOverMissing } from './hand-over.bench.js'

// It compares with redis-server.
const compared = handOverMissing === null ? test : test.skip

compared('hand-over bench: redis-server for milliseconds: has every figure', async (t) => {
  const rows = await benchHandOver({ rounds: 1, ms: 50 })

  t.is(rows.length, 2)
  for (const { medians, name } of rows) {
    for (const figure of Object.values(medians)) t.true(figure > 0, name)
  }
  t.log(describeHandOver(rows))
})
