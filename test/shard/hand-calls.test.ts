// Steps of a hand-over that stands in the topology, one by one at the group that takes the slots.

import test from 'ava'
import { wholeName } from '../../src/api/slot-moves.js'
import { later } from '../../src/api/engine.js'
import { nothingMoved, slotHeld } from '../../src/api/slot-moves.js'
import { encodeTransaction } from '../../src/api/transaction.js'
import { SlotCall } from '../../src/shard/slot-calls.js'
import { stale } from '../../src/shard/slot-seat.js'
import { side, slotOfA } from './move-world.js'

const attempt = 7
const slots = [[slotOfA, slotOfA]] as const

function importing() {
  const s = side()
  const state = { from: 0, batch: attempt, attempt, slots, copies: 0 }
  s.ownership.tell(s.engine, { ...nothingMoved, importing: state })
  return s
}

const copy = ['0', '3', 'set', 'a', '1']

test('bring: by the member that swept, one after the other: else nothing is done', (t) => {
  const s = importing()
  t.deepEqual(s.call('bring', attempt, 0, ...copy), stale)
  t.is(s.call('sweep', attempt, slotOfA), 0)
  t.deepEqual(s.call('bring', attempt, 1, ...copy), stale)
  t.like(s.call('bring', attempt, 0, ...copy), { text: 'OK' })
  t.deepEqual(s.call('bring', attempt, 0, ...copy), stale)
  t.deepEqual(s.call('seal', attempt, 0), stale)
  t.like(s.call('seal', attempt, 1), { text: 'OK' })
  t.deepEqual(s.call('bring', attempt + 1, 1, ...copy), stale)
})

test('a transaction that flushes does not take copies away whose originals stay', (t) => {
  const args = encodeTransaction({ watched: [], calls: [{ db: 0, args: ['flushall'] }] })
  const s = importing()
  t.deepEqual(s.ownership.refuses(s.engine, args, null), slotHeld)
  s.ownership.tell(s.engine, nothingMoved)
  t.is(s.ownership.refuses(s.engine, args, null), null)
})

test('a command over all keys, of which some come or go on its way: asked again', (t) => {
  const s = side()
  s.ownership.tell(s.engine, nothingMoved)
  for (let i = 0; i < 5_000; i++) s.run('set', `k${i}`, 'v')
  const seat = {
    ...s,
    endWaits: () => undefined,
    left: () => undefined,
    came: () => undefined,
    seal: () => undefined,
  }
  const call = new SlotCall(seat, { db: 0, args: [wholeName, 'keys', '*'], wall: null })
  t.is(call.step(10), later)
  s.ownership.tell(s.engine, { ...nothingMoved, gone: [[0, 8_191, 1]] })
  let reply = call.step(10)
  while (reply === later) reply = call.step(10)

  t.deepEqual(reply, slotHeld)
})

test('a group that has every slot hides none: its keys are counted at once', (t) => {
  const s = side()
  const hidden: (Uint8Array | null)[] = []
  if (s.engine.moving !== undefined) s.engine.moving.hide = (marks) => hidden.push(marks)
  s.ownership.tell(s.engine, { ...nothingMoved, gone: [[0, 0, 1]] })
  s.ownership.tell(s.engine, nothingMoved)
  t.deepEqual(
    hidden.map((marks) => marks?.indexOf(1) ?? null),
    [0, null],
  )
})
