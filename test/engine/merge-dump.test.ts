// What members made at the same time is dumped as anything else, and restored.

import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { Replica, start } from './merge-world.js'

test('dump: a stream to which two members added entries at the same time: is restored with all of them', (t) => {
  const [one, other] = [new Replica(0), new Replica(1)]
  const entries = [one, other].flatMap((replica) =>
    [1, 2, 3].map((at) => replica.write(start + at, ['xadd', 's', '*', 'f', `${at}`])),
  )
  for (const entry of entries) {
    if (entry === null) continue
    for (const replica of [one, other]) replica.merge(entry)
  }

  const dump = one.engine.read(0, ['dump', 's'], null) as string
  const restored: Reply = one.ask(start + 10, ['restore', 't', '0', dump])

  t.deepEqual(restored, { type: 'status', text: 'OK' })
  t.is(one.engine.read(0, ['xlen', 't'], null), 6)
})
