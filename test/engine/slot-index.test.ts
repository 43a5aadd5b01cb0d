// Objects by slot: the same as walking all of them, and walked once while it is asked for.

import test from 'ava'
import { keySlot, slotCount } from '../../src/base/keyslot.js'
import { Random } from '../../src/base/random.js'
import { SlotIndex } from '../../src/engine/merge/slot-index.js'

function indexed() {
  const objects = new Set<string>()
  const entries = (): [number, string, null][] =>
    [...objects].map((each) => [Number(each.slice(0, 1)), each.slice(2), null])
  let walks = 0
  const index = new SlotIndex(() => {
    walks++
    return entries()
  })
  return { objects, entries, index, walks: () => walks }
}

test('slot index: objects that come and go at random: what a walk over all of them finds, made once', (t) => {
  const { objects, entries, index, walks } = indexed()
  const random = new Random(7)
  for (let i = 0; i < 3_000; i++) {
    const db = random.below(3)
    const key = `{${random.below(40)}}${random.below(5)}`
    if (objects.has(`${db} ${key}`)) {
      objects.delete(`${db} ${key}`)
      index.drop(db, key)
    } else {
      objects.add(`${db} ${key}`)
      index.add(db, key)
    }
    if (i < 100 || i % 10 > 0) continue
    const slot = keySlot(`{${random.below(45)}}`)
    const expected = entries().filter(([, each]) => keySlot(each) === slot)
    t.deepEqual(
      index
        .in(slot)
        .map(([at, each]) => `${at} ${each}`)
        .sort(),
      expected.map(([at, each]) => `${at} ${each}`).sort(),
    )
    t.is(index.has(slot), expected.length > 0)
    const later = entries()
      .map(([, each]) => keySlot(each))
      .filter((each) => each >= slot)
    t.is(index.next(slot), Math.min(slotCount, ...later))
  }
  t.is(walks(), 1)
})

test('slot index: nobody asked while much became stable: forgotten, and made anew when it is asked for', (t) => {
  const { objects, index, walks } = indexed()
  objects.add('0 a')
  t.true(index.has(keySlot('a')))
  for (let i = 0; i < 60; i++) index.settled()
  t.true(index.has(keySlot('a')))
  for (let i = 0; i < 60; i++) index.settled()
  t.is(index.next(0), keySlot('a'))
  t.is(walks(), 1)

  for (let i = 0; i < 100; i++) index.settled()
  objects.add('0 b')
  index.add(0, 'b')
  t.deepEqual(index.in(keySlot('b')), [[0, 'b']])
  t.is(walks(), 2)
})

test('slot index: the next slot is looked for no further than somebody asks', (t) => {
  const { objects, index } = indexed()
  objects.add('0 a')
  const slot = keySlot('a')
  t.is(index.next(0, slot), slot)
  t.is(index.next(0, 5), Math.min(slot, 5))
  t.is(index.next(slot, slot + 1), slot)
  t.is(index.next(slot + 1, slotCount), slotCount)
})
