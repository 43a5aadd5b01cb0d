// A slot's digest made a part at a time comes to the same as at once, of whatever stands in the slot.

import test from 'ava'
import { keySlot } from '../../src/base/keyslot.js'
import { Replica, start } from './merge-world.js'

const many = Array.from({ length: 3_000 }, (_, i) => `m${i}`)
const slot = keySlot('{t}')

function filled(): Replica {
  const replica = new Replica(0)
  const pairs = many.flatMap((name) => [name, `v${name}`])
  replica.write(
    start,
    ['set', 'text{t}', 'x'.repeat(100)],
    ['set', 'timed{t}', 'y', 'px', '5000'],
    ['hset', 'small{t}', 'a', '1', 'b', '2'],
    ['hset', 'hash{t}', ...pairs],
    ['hpexpire', 'hash{t}', '7000', 'fields', '1', 'm7'],
    ['sadd', 'few{t}', 'x', 'y'],
    ['sadd', 'set{t}', ...many],
    ['zadd', 'scores{t}', '-0', 'a', '1.5', 'b'],
    ['zadd', 'zset{t}', ...many.flatMap((name, i) => [String(i % 7), name])],
    ['rpush', 'items{t}', 'b', 'a', 'b'],
    ['rpush', 'list{t}', ...many],
    ...many.slice(0, 1_000).map((name, i) => ['xadd', 'stream{t}', `${i + 1}-1`, name, 'v']),
    ['xgroup|create', 'stream{t}', 'g', '0'],
  )
  return replica
}

test('merging: a digest in steps: the same, and each looks at little', (t) => {
  for (const bytes of [1, 5_000, 1_000_000_000]) {
    const { merging, engine } = filled()
    let count = 0
    let most = 0
    for (;;) {
      const work = { left: bytes }
      const made = merging.digestStep(slot, work)
      count++
      most = Math.max(most, bytes - work.left)
      if (made === null) continue
      t.not(made, 'changed')
      t.deepEqual(made, filled().merging.slotDigest(slot))
      break
    }
    t.is(count === 1, bytes > 1_000_000)
    // A part of a container at once.
    if (bytes === 5_000) t.true(most < 5_000 + 512 * 200, `${most}`)
    // It is known now, until a time passes.
    const work = { left: 1 }
    t.not(merging.digestStep(slot, work), null)
    t.is(work.left, 1)
    engine.beginEntry(start + 6_000, 1, 2)
    t.is(merging.digestStep(slot, work), null)
  }
})

test('merging: a slot that changes between two steps is told, and begun anew', (t) => {
  for (const how of ['write', 'time']) {
    const replica = filled()
    const { merging } = replica
    t.is(merging.digestStep(slot, { left: 1 }), null)
    t.is(merging.digestStep(slot, { left: 20_000 }), null)
    if (how === 'write') replica.write(start + 1, ['set', 'text{t}', 'z'])
    else replica.engine.beginEntry(start + 6_000, 1, 2)
    t.is(merging.digestStep(slot, { left: 1 }), 'changed')

    let made = merging.digestStep(slot, { left: 1_000 })
    while (made === null) made = merging.digestStep(slot, { left: 1_000 })
    const fresh = replica.digest([slot])
    t.is(made === 'changed' ? '' : `${made.high}:${made.low}`, fresh)
  }
})

test('merging: what is begun is made before another slot is', (t) => {
  const replica = filled()
  const { merging } = replica
  replica.write(start + 1, ['set', 'other', 'x'])
  t.is(merging.digestStep(slot, { left: 1_000 }), null)
  t.is(merging.digestStep(keySlot('other'), { left: 1_000 }), null)
  while (merging.digestStep(keySlot('other'), { left: 10_000 }) === null);
  const work = { left: 1 }
  t.not(merging.digestStep(slot, work), null)
  t.is(work.left, 1)
})
