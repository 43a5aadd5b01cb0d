// What waits for an answer, by number.

import test from 'ava'
import { Awaited } from '../../src/base/awaited.js'
import { Random } from '../../src/base/random.js'

test('awaited: answers in any order: as a Map by number', (t) => {
  const random = new Random(7)
  const awaited = new Awaited<{ readonly at: number }>()
  const model = new Map<number, { readonly at: number }>()
  for (let i = 0; i < 20_000; i++) {
    if (random.below(200 + model.size) < 200) {
      const item = { at: i }
      model.set(awaited.add(item), item)
    } else {
      const numbers = [...model.keys()]
      const number = numbers[random.below(numbers.length)] as number
      t.is(awaited.take(number), model.get(number))
      t.is(awaited.take(number), undefined)
      model.delete(number)
    }
    t.is(awaited.size, model.size)
  }
})

test('awaited: numbers: in order from one, never given twice', (t) => {
  const awaited = new Awaited<object>()

  t.deepEqual(
    Array.from({ length: 40 }, () => awaited.add({})),
    Array.from({ length: 40 }, (_, i) => i + 1),
  )
  for (let i = 1; i <= 40; i++) awaited.take(i)
  t.is(awaited.add({}), 41)
  t.is(awaited.take(0), undefined)
  t.is(awaited.take(42), undefined)
})
