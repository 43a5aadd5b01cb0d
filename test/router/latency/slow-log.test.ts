// What SLOWLOG keeps of a command, and that it keeps no more.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { SlowLog } from '../../../src/router/latency/slow-log.js'

const bytes = 512 * 1024

test('slow log: long values: cut, and not kept in memory', (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const log = new SlowLog()
  const count = 64
  collect()
  const before = process.memoryUsage().heapUsed

  for (let i = 0; i < count; i++) {
    const value = Buffer.alloc(bytes, 'v').latin1Slice(0, bytes)
    const call = { args: ['set', 'k', value], microseconds: 1, address: '', name: '' }
    log.add(call, { wall: 0, max: count })
  }
  collect()

  t.true(process.memoryUsage().heapUsed - before < (count * bytes) / 4)
  const [newest] = log.list(1) as readonly (readonly unknown[])[]
  t.deepEqual(newest?.[3], ['set', 'k', `${'v'.repeat(128)}... (${bytes - 128} more bytes)`])
})
