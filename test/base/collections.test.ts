// Queue and heap against plain arrays, and the seeded chance: repeatable, bounded, spread.

import test from 'ava'
import fc from 'fast-check'
import { AssertionError } from '../../src/base/assert.js'
import { Heap } from '../../src/base/heap.js'
import { Queue } from '../../src/base/queue.js'
import { Random } from '../../src/base/random.js'

const moves = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.nat(1000) }, { weight: 2, arbitrary: fc.constant(null) }),
  { maxLength: 200 },
)

test('queue: any pushes and shifts: a bounded array in order', (t) => {
  fc.assert(
    fc.property(moves, fc.integer({ min: 1, max: 60 }), (list, countMax) => {
      const queue = new Queue<number>(countMax)
      const twin: number[] = []
      for (const move of list) {
        if (move === null) t.is(queue.shift(), twin.shift())
        else {
          t.is(queue.push(move), twin.length < countMax)
          if (twin.length < countMax) twin.push(move)
        }
        t.is(queue.count, twin.length)
        t.is(queue.peek(), twin[0])
        t.is(queue.peek(twin.length - 1), twin.at(-1))
        t.is(queue.peek(twin.length), undefined)
      }
    }),
  )
})

test('queue: full, then cleared: refuses, then takes again', (t) => {
  const queue = new Queue<string>(1)

  t.true(queue.push('a'))
  t.false(queue.push('b'))
  t.is(queue.peek(), 'a')
  queue.clear()
  t.is(queue.count, 0)
  t.is(queue.shift(), undefined)
  t.true(queue.push('c'))
  t.throws(() => new Queue(0), { instanceOf: AssertionError })
})

test('heap: any pushes and pops: always the smallest', (t) => {
  fc.assert(
    fc.property(moves, (list) => {
      const heap = new Heap<number>((a, b) => a - b)
      const twin: number[] = []
      for (const move of list) {
        if (move === null) t.is(heap.pop(), twin.shift())
        else {
          heap.push(move)
          twin.push(move)
          twin.sort((a, b) => a - b)
        }
        t.is(heap.size, twin.length)
        t.is(heap.peek(), twin[0])
      }
    }),
  )
})

test('heap: equal content in another order: comes out in the same order', (t) => {
  const order = (a: readonly [number, string], b: readonly [number, string]): number =>
    a[0] - b[0] || (a[1] < b[1] ? -1 : 1)
  const items = Array.from({ length: 50 }, (_, i) => [i % 5, `key ${i}`] as const)
  const drain = (list: readonly (readonly [number, string])[]): string[] => {
    const heap = new Heap(order)
    for (const item of list) heap.push(item)
    return list.map(() => heap.pop()?.[1] ?? '')
  }

  t.deepEqual(drain(items), drain([...items].reverse()))
  t.deepEqual(
    drain(items),
    [...items].sort(order).map(([, key]) => key),
  )
})

test('heap: cleared: is empty', (t) => {
  const heap = new Heap<number>((a, b) => a - b)
  heap.push(1)
  heap.clear()

  t.is(heap.size, 0)
  t.is(heap.pop(), undefined)
})

function draw(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32())
}

test('random: the same seed twice: the same numbers, forks too', (t) => {
  t.deepEqual(draw(new Random(7), 100), draw(new Random(7), 100))
  t.deepEqual(draw(new Random(7, 9).fork(), 100), draw(new Random(7, 9).fork(), 100))
})

// These numbers are a format: SPOP and the like pick by them on every member and every version.
test('random: seed 1: the numbers that members of all versions draw', (t) => {
  t.deepEqual(draw(new Random(1, 2), 4), [272431811, 465452190, 62397420, 2882669919])
})

test('random: other seeds in either half: other numbers', (t) => {
  const first = new Set<string>()
  for (let seed = 0; seed < 100; seed++) {
    first.add(draw(new Random(seed), 2).join())
    first.add(draw(new Random(seed, 1), 2).join())
  }
  const parent = new Random(3)

  t.is(first.size, 200)
  t.notDeepEqual(draw(parent.fork(), 5), draw(parent, 5))
})

test('random: any bound: stays in [0, bound) and reaches every small value', (t) => {
  const random = new Random(5)
  for (const bound of [1, 2, 3, 10, 1000, 2 ** 21, 2 ** 21 + 1, 2 ** 31, 2 ** 32]) {
    for (let i = 0; i < 200; i++) {
      const value = random.below(bound)
      t.true(Number.isInteger(value) && value >= 0 && value < bound)
    }
  }
  const counts = new Array<number>(10).fill(0)
  for (let i = 0; i < 10_000; i++) {
    const digit = random.below(10)
    counts[digit] = (counts[digit] as number) + 1
  }

  t.true(Math.min(...counts) > 850 && Math.max(...counts) < 1150, counts.join())
})

test('random: between, pick and chance: inside their bounds, at their rates', (t) => {
  const random = new Random(6)
  let hits = 0
  for (let i = 0; i < 10_000; i++) {
    const value = random.between(-3, 3)
    t.true(value >= -3 && value <= 3)
    t.true(['a', 'b'].includes(random.pick(['a', 'b'])))
    if (random.chance(1, 4)) hits++
  }

  t.true(hits > 2300 && hits < 2700, `${hits}`)
  t.false(random.chance(0, 5))
  t.true(random.chance(5, 5))
})
