// Integers, long doubles, flat strings and the expiry heap against obvious twins.

import fc from 'fast-check'
import test from 'ava'
import { type ExpiryItem, ExpiryHeap } from '../../src/engine/expiry.js'
import { overwrite } from '../../src/engine/values/flat.js'
import { addInt64, int64Max, int64Min, parseInt64 } from '../../src/engine/values/integer.js'
import {
  addLongDouble,
  formatLongDouble,
  infinite,
  parseLongDouble,
} from '../../src/engine/values/long-double.js'

test('integer: any 64-bit integer: is read back, and sums as BigInt does', (t) => {
  fc.assert(
    fc.property(fc.bigInt(int64Min, int64Max), fc.bigInt(int64Min, int64Max), (a, b) => {
      const x = parseInt64(a.toString())
      const y = parseInt64(b.toString())
      t.is(String(x), a.toString())
      const sum = a + b
      const isInRange = sum <= int64Max && sum >= int64Min
      t.is(String(addInt64(x ?? 0, y ?? 0)), isInRange ? sum.toString() : 'null')
    }),
  )
})

test('integer: what redis refuses: null', (t) => {
  for (const text of [
    '',
    '-',
    '+1',
    ' 1',
    '1 ',
    '01',
    '-0',
    '1.0',
    '0x1',
    '1e3',
    'a',
    '-01',
    '00',
  ]) {
    t.is(parseInt64(text), null, text)
  }
})

test('long double: sums of decimals: print without noise', (t) => {
  const sums: readonly (readonly [string, string, string])[] = [
    ['10.5', '0.1', '10.6'],
    ['0.1', '0.2', '0.3'],
    ['5.0e3', '2.0e2', '5200'],
    ['3', '-3', '0'],
    ['-0', '0', '0'],
    ['1e20', '1', '100000000000000000000'],
    ['1e19', '1', '10000000000000000001'],
    ['0.00000000000000000499', '0', '0'],
    ['-1.5', '0.25', '-1.25'],
  ]

  for (const [a, b, sum] of sums) {
    const x = parseLongDouble(a)
    const y = parseLongDouble(b)
    if (x === null || y === null || x === infinite || y === infinite) return t.fail()
    const made = addLongDouble(x, y)
    t.is(made === infinite ? 'inf' : formatLongDouble(made), sum)
  }
})

test('flat: any parts: as padding and slicing would make it', (t) => {
  const text = fc.string({ unit: 'binary-ascii', maxLength: 50 })
  fc.assert(
    fc.property(text, fc.nat(80), text, (head, offset, middle) => {
      const padded = head.padEnd(offset, '\0')
      t.is(
        overwrite(head, offset, middle),
        padded.slice(0, offset) + middle + padded.slice(offset + middle.length),
      )
    }),
  )
})

test('expiry heap: random additions, changes and removals: comes out sorted', (t) => {
  const step = fc.tuple(
    fc.nat(30).map((i) => `k${i}`),
    fc.integer({ min: -1, max: 20 }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const heap = new ExpiryHeap()
      const items = new Map<string, ExpiryItem>()
      for (const [key, at] of steps) {
        const old = items.get(key)
        if (at < 0) {
          if (old !== undefined) heap.remove(old)
          items.delete(key)
        } else items.set(key, old === undefined ? heap.add(key, at) : heap.replace(old, at))
      }
      const expected = [...items.values()]
        .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))
        .map((item) => `${item.key} ${item.at}`)
      t.is(heap.size, expected.length)
      const got: string[] = []
      for (let item = heap.peek(); item !== undefined; item = heap.peek()) {
        got.push(`${item.key} ${item.at}`)
        heap.remove(item)
      }
      t.deepEqual(got, expected)
    }),
  )
})
