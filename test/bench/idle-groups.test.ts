// The benchmark of many idle groups in its tiny form.

import { existsSync } from 'node:fs'
import test from 'ava'
import { benchIdleGroups, describeIdleGroups } from './idle-groups.bench.js'

// The time that processes used is read from /proc.
const measured = existsSync('/proc/self/stat') ? test : test.skip

measured('idle groups bench: four shards and a kill: has figures', async (t) => {
  const { idlePercent, kills } = await benchIdleGroups({
    shards: 4,
    levels: ['sequential'],
    idleMs: 200,
    kills: 1,
    isGathered: false,
    settleMs: 0,
  })

  t.true(Number.isFinite(idlePercent) && idlePercent >= 0)
  t.is(kills.length, 1)
  t.log(describeIdleGroups({ idlePercent, kills }))
})
