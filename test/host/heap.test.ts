// How much data fits into a heap: the two formulas are each other's inverse, and small heaps hold something.

import test from 'ava'
import { dataBytesOf, heapBytesFor, machineBytes, oldSpaceBytes } from '../../src/host/heap.js'

const gib = 1024 ** 3

test('heap: made for some data: holds that data', (t) => {
  for (const data of [gib / 4, gib, 7 * gib]) {
    for (const groups of [1, 5]) {
      const held = dataBytesOf(heapBytesFor(data, groups), groups)
      t.true(held >= data && held < data * 1.5, `${held} of ${data}`)
    }
  }
})

test('heap: a small one: a quarter of it is for data', (t) => {
  t.is(dataBytesOf(gib / 8, 3), gib / 32)
})

test('heap: the machine: has memory', (t) => {
  t.true(machineBytes() > gib / 8)
})

test('heap: of its limit the young generation holds no data: by the flag, else by V8', (t) => {
  t.is(oldSpaceBytes(gib, 'x --max-semi-space-size=64 --y'), gib - 192 * 1024 ** 2)
  t.is(oldSpaceBytes(gib, ''), gib - 48 * 1024 ** 2)
})
