// The heap limit that a configuration asks for.

import test from 'ava'
import { devHeapFlag, heapBytesOf, missingHeapFlag } from '../../src/cli/heap.js'
import { heapBytesFor, machineBytes } from '../../src/host/heap.js'
import { configOf, keyspace } from '../router/world.js'

const gib = 1024 ** 3

test('heap flag: a bound of the member: counts, whatever the keyspaces have', (t) => {
  const keyspaces = [keyspace('cache', { maxMemory: gib }), keyspace('default')]

  t.is(heapBytesOf(configOf({ maxMemory: 2 * gib, keyspaces })), heapBytesFor(2 * gib, 2))
})

test('heap flag: bounds of all keyspaces: their sum; one without: none', (t) => {
  const bounded = keyspace('cache', { maxMemory: gib })
  const both = [bounded, keyspace('default', { maxMemory: gib })]

  t.is(heapBytesOf(configOf({ keyspaces: both })), heapBytesFor(2 * gib, 2))
  t.is(heapBytesOf(configOf({ keyspaces: [bounded, keyspace('default')] })), null)
})

test('heap flag: start: none where the process has enough', (t) => {
  t.is(missingHeapFlag(configOf()), null)
  t.is(missingHeapFlag(configOf({ maxMemory: 1024 * 1024 })), null)
  t.regex(missingHeapFlag(configOf({ maxMemory: 1024 * gib })) ?? '', /^--max-old-space-size=\d+$/)
})

test('heap flag: dev without a bound: members share the machine', (t) => {
  const mb = Number(devHeapFlag(configOf(), 3).split('=')[1])

  t.true(mb * 1024 * 1024 * 3 < machineBytes())
})
