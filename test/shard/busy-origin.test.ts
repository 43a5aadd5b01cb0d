// An origin whose group is busy: with a long script, or with answers that take their time.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
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

test('origin: a script under way is past its deadline: no turn is asked for before its own time ends', (t) => {
  const replies: Reply[] = []
  const lane = makeLane({ answer: (ticket, reply) => (replies[ticket] = reply) })
  const at = (mono: number) => ({ wall: 0, mono })
  const origin = new Origin(1_000)
  const spec = { name: 'eval' } as CommandSpec
  const call = { spec, write: true, db: 0, args: ['eval', ''], ticket: 0, scripted: true }
  lane.writes++
  origin.add(lane, call, at(0))
  origin.flush(at(1), () => true)
  origin.flush(at(1_499), () => true)

  origin.expire(at(1_500), () => noLeader)

  t.deepEqual(replies, [])
  t.true(origin.wakeAt(at(1_500)) > 1_500)
})

test('origin: answers usually take longer: the next batch waits for them, but not for ever', (t) => {
  const lane = makeLane({ answer: () => undefined })
  const at = (mono: number) => ({ wall: 0, mono })
  const origin = new Origin(1_000)
  const spec = { name: 'set' } as CommandSpec
  let sent = 0
  const take = (mono: number): void => {
    lane.writes++
    origin.add(lane, { spec, write: true, db: 0, args: ['set', 'k', 'v'], ticket: 0 }, at(mono))
  }
  const flush = (mono: number): void => origin.flush(at(mono), () => ++sent > 0)
  const tookMs = limits.batchPatienceMs + 1
  let mono = 1
  for (; sent < 50; mono += tookMs) {
    take(mono)
    flush(mono)
    flush(mono + tookMs)
    origin.answered(sent, [ok])
  }
  take(mono)
  flush(mono)
  take(mono + tookMs)
  flush(mono + tookMs)

  t.is(sent, 51)
  t.is(origin.wakeAt(at(mono + tookMs)), mono + 2 * tookMs)
  flush(mono + 2 * tookMs)

  t.is(sent, 52)
})
