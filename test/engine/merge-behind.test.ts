// Slots of a member that knows of removals which the other one does not, where they had not seen all that is
// stable by now: what they took must not count again, folded by who has not heard of them.

import test from 'ava'
import { plantBug } from '../../src/base/seeded-bug.js'
import type { Entry } from './merge-world.js'
import { Replica, slotsOf, start } from './merge-world.js'

function read(replica: Replica, ...line: readonly string[]): unknown {
  return replica.engine.read(0, line, null)
}

const counts = [
  { name: 'a key', add: ['incrby', 'n'], remove: ['del', 'n'], get: ['get', 'n'] },
  {
    name: 'a field',
    add: ['hincrby', 'n', 'f'],
    remove: ['hdel', 'n', 'f'],
    get: ['hget', 'n', 'f'],
  },
] as const

for (const { name, add, remove, get } of counts) {
  for (const others of [['n'], ['m', 'n']]) {
    test(`merging: an increment of ${name} that was removed, of ${others.length} slots: is not added again`, (t) => {
      const [ahead, other, behind] = [0, 1, 2].map((seat) => new Replica(seat)) as [
        Replica,
        Replica,
        Replica,
      ]
      const one = other.write(start, [...add, '1']) as Entry
      const four = ahead.write(start + 1, [...add, '4']) as Entry
      for (const entry of [one, four]) behind.merge(entry)
      t.is(read(behind, ...get), '5')

      ahead.write(start + 2, [...remove])
      ahead.merge(one)
      ahead.write(start + 3, ['set', 'm', 'v'])
      ahead.merging.stable(four.stamp)
      t.is(read(ahead, ...get), '1')

      behind.takeSlots(ahead, slotsOf(others))
      t.is(read(behind, ...get), '1')
      const late = ahead.write(start + 9, [...add, '7']) as Entry
      behind.merge(late)
      t.is(read(behind, ...get), '8')
    })
  }
}

test('merging: slots taken of who knows more to be stable: entries of before, to other slots, saw what they say', (t) => {
  const [ahead, other, behind] = [0, 1, 2].map((seat) => new Replica(seat)) as [
    Replica,
    Replica,
    Replica,
  ]
  const one = other.write(start, ['hincrby', 'n', 'f', '1'], ['set', 'a', 'old']) as Entry
  const reset = ahead.write(start + 1, ['hset', 'n', 'f', '0'], ['set', 'b', 'new']) as Entry
  const flush = ahead.write(start + 2, ['flushdb']) as Entry
  const last = ahead.write(start + 3, ['set', 'x', 'v']) as Entry
  ahead.merge(one)
  ahead.merging.stable(last.stamp)

  const [slot] = slotsOf(['x'])
  const isTaken = (each: number): boolean => each === slot
  behind.takeSlots(ahead, [slot as number], { lost: [behind], isPart: true })
  for (const entry of [one, reset]) behind.merge(entry, isTaken)
  t.is(read(behind, 'hget', 'n', 'f'), '1')
  behind.merge(flush, isTaken)
  t.is(read(behind, 'hget', 'n', 'f'), read(ahead, 'hget', 'n', 'f'))
  t.is(read(behind, 'get', 'a'), 'old')
  t.is(read(behind, 'get', 'b'), null)
  t.is(read(behind, 'get', 'x'), 'v')
})

test('merging: both sides lost something, and as much is stable for either: what one has removed does not return', (t) => {
  const [one, two] = [0, 1].map((seat) => new Replica(seat)) as [Replica, Replica]
  const add = one.write(start, ['sadd', 's', 'x', 'y']) as Entry
  two.merge(add)
  for (const each of [one, two]) each.merging.stable(add.stamp)
  one.write(start + 1, ['srem', 's', 'x'])
  two.write(start + 2, ['set', 'k', 'v'])
  const slots = slotsOf(['s', 'k'])

  two.takeSlots(one, slots, { lost: [one, two], isPart: true })
  one.takeSlots(two, slots, { lost: [one, two] })
  for (const each of [one, two]) t.is(read(each, 'sismember', 's', 'x'), 0)
  for (const each of [one, two]) t.is(read(each, 'sismember', 's', 'y'), 1)
  t.is(read(one, 'get', 'k'), 'v')
})

test.serial('merging: seeded bug merge-fold-of-behind: the increment counts again', (t) => {
  const [ahead, behind] = [0, 2].map((seat) => new Replica(seat)) as [Replica, Replica]
  const other = new Replica(1)
  const one = other.write(start, ['incrby', 'n', '1']) as Entry
  const four = ahead.write(start + 1, ['incrby', 'n', '4']) as Entry
  for (const entry of [one, four]) behind.merge(entry)
  ahead.write(start + 2, ['del', 'n'])
  ahead.merge(one)
  ahead.write(start + 3, ['set', 'm', 'v'])
  ahead.merging.stable(four.stamp)

  plantBug('merge-fold-of-behind')
  try {
    behind.takeSlots(ahead, slotsOf(['n']))
  } finally {
    plantBug('')
  }
  t.is(read(behind, 'get', 'n'), '5')
})

const resets = [
  { name: 'a key', add: ['incrby', 'n', '3'], reset: ['set', 'n', '0'], get: ['get', 'n'] },
  {
    name: 'a field',
    add: ['hincrby', 'n', 'f', '3'],
    reset: ['hset', 'n', 'f', '0'],
    get: ['hget', 'n', 'f'],
  },
] as const

for (const { name, add, reset, get } of resets) {
  test(`merging: an increment of ${name} beside a reset that went: taken folded, where the reset is still there, it counts once`, (t) => {
    const [mine, theirs, third] = [0, 1, 2].map((seat) => new Replica(seat)) as [
      Replica,
      Replica,
      Replica,
    ]
    const increment = mine.write(start, [...add]) as Entry
    const written = third.write(start + 10, [...reset]) as Entry
    const removed = third.write(start + 20, ['del', 'n']) as Entry
    mine.merge(written)
    for (const entry of [increment, written, removed]) theirs.merge(entry)
    third.merge(increment)
    theirs.merging.stable(increment.stamp)
    t.is(read(theirs, ...get), '3')

    mine.takeSlots(theirs, slotsOf(['n']))

    t.is(read(mine, ...get), '3')
  })
}
