// What an origin's batches are told when a long script is over.

import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { ok } from '../../src/api/reply.js'
import { noLeader } from '../../src/api/replies.js'
import type { CommandSpec } from '../../src/api/command.js'
import { makeLane } from '../../src/api/group.js'
import { Origin } from '../../src/shard/origin.js'

test('origin: what stood in front is over: what is sent has its whole time again', (t) => {
  const replies: Reply[] = []
  const lane = makeLane({
    answer: (ticket, reply) => {
      replies[ticket] = reply
    },
  })
  const at = (mono: number) => ({ wall: 0, mono })
  const origin = new Origin(1_000)
  const spec = { name: 'set' } as CommandSpec
  lane.writes++
  origin.add(lane, { spec, write: true, db: 0, args: ['set', 'k', 'v'], ticket: 0 }, at(0))
  origin.flush(at(0), () => true)

  origin.renew(at(5_000))
  origin.expire(at(5_500), () => noLeader)
  t.deepEqual(replies, [])
  origin.answered(1, [ok])

  t.deepEqual(replies, [ok])
})
