// The question about spread groups in its tiny form.

import { existsSync } from 'node:fs'
import test from 'ava'
import { benchSpread, describeSpread } from './spread.bench.js'

// The time that processes used is read from /proc.
const measured = existsSync('/proc/self/stat') ? test : test.skip

measured('spread bench: one member beside two: has figures', async (t) => {
  const rows = await benchSpread({ rounds: 1, clients: 4, perMember: false, keys: 100, ms: 60 })

  t.is(rows.length, 4)
  for (const { one, two, apart } of rows) {
    t.true([one, two, apart].every(({ perSecond }) => perSecond > 0))
  }
  t.log(describeSpread(rows))
})
