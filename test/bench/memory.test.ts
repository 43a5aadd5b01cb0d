// The benchmark of accounting in its short form: what is counted is about what the heap grew by, for
// every type.

import test from 'ava'
import { benchMemory } from './memory.bench.js'

const megabytes = 8

for (const shape of [
  'string of 64',
  'string of 64 with a time',
  'hash of 5 x 100',
  'list of 50 x 8',
  'set of 50 x 8',
  'zset of 1 x 8',
  'zset of 50 x 8',
  'stream of 50 x 8',
]) {
  test(`memory bench: ${shape}: the count is near the growth of the heap`, (t) => {
    const { counted, heap } = benchMemory(shape, megabytes * 1024 * 1024)

    const ratio = counted / heap
    t.true(ratio > 0.7 && ratio < 1.3, `${counted} counted, ${heap} grown: ${ratio.toFixed(2)}`)
  })
}
