// What a log keeps in memory of the entries that it was opened with.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { payloadOf } from '../../src/api/entry.js'
import { hashZero } from '../../src/base/hash.js'
import { ReplicaLog } from '../../src/log/replica-log.js'

/** The log of a member that starts again, and what the disk had of it. */
function opened(): { readonly log: ReplicaLog; readonly found: readonly WeakRef<object>[] } {
  const entries = [1, 2, 3].map((index) => ({
    index,
    term: 1,
    payload: payloadOf(new Uint8Array(1_000)),
  }))
  const log = new ReplicaLog({
    ...{ base: { term: 0, index: 0 }, baseChain: hashZero, entries, tailBytes: 1_500 },
    ...{ durability: 'always', isAlone: true, drop: () => {} },
  })
  return { log, found: entries.map((entry) => new WeakRef(entry.payload.bytes())) }
}

test('replica log: opened with more than it keeps in memory: the rest is let go once it is applied', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { log, found } = opened()

  log.commitTo(3)
  t.is(log.deliver(3, 10_000).length, 3)
  log.applyTo(3)
  log.evict()
  await new Promise((done) => setImmediate(done))
  collect()

  t.is(log.tail.evicted, 2)
  // The last one is packed.
  for (const each of found) t.is(each.deref(), undefined)
})
