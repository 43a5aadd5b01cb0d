// The benchmark of what grows in its tiny form.

import { existsSync } from 'node:fs'
import test from 'ava'
import {
  benchBytes,
  benchCrowd,
  benchGrowth,
  benchRestart,
  shapes,
  startCache,
} from './steady.bench.js'

test.serial(
  'steady bench: a member that was stopped, and one that was killed: serve their keys again',
  async (t) => {
    t.true((await benchRestart(500, 'none', 'stop')) > 0)
    t.true((await benchRestart(500, 'always', 'kill')) > 0)
  },
)

test.serial('steady bench: idle connections and few keys: have figures', async (t) => {
  const { alone, crowded } = await benchCrowd(20, 0.1, 1)
  t.true(alone > 0 && crowded > 0)
  const { few, many } = await benchGrowth(2_000, 0.1)
  t.true(few.p99 > 0 && few.p99 <= few.max && many.p99 > 0 && many.p99 <= many.max)
})

// Resident memory is read from /proc.
const measured = existsSync('/proc/self/status') ? test.serial : test.serial.skip

measured('steady bench: bytes of a key: both shapes and a policy have figures', async (t) => {
  for (const shape of shapes)
    t.true(Number.isFinite(await benchBytes(startCache(''), shape, 1_000, 0)))
  t.true(Number.isFinite(await benchBytes(startCache('allkeys-lru'), 'string', 1_000, 0)))
})
