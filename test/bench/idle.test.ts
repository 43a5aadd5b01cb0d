// The benchmark of an idle cluster in its tiny form.

import { existsSync } from 'node:fs'
import test from 'ava'
import { benchIdle } from './idle.bench.js'

// The time that processes used is read from /proc.
const measured = existsSync('/proc/self/stat') ? test : test.skip

measured('idle bench: for a moment: has a figure', async (t) => {
  const { seconds, percent } = await benchIdle(0.2)

  t.true(seconds > 0)
  t.true(Number.isFinite(percent) && percent >= 0)
})
