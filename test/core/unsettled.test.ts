// Own entries of groups without a total order, between their execution and their disk: what of them clients hear.

import test from 'ava'
import type { Level } from '../../src/api/config.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

function world(level: Level): CoreWorld {
  const space = { ...keyspace('default', []), level, strategy: 'eventual' }
  const w = new CoreWorld({ members: 1, keyspaces: [space] })
  w.settled()
  // The first stamps are reserved on disk.
  w.until(() => false, 10)
  return w
}

/** A write that is executed and not on disk. */
function writing(w: CoreWorld, line: string): Client {
  const client = w.client(1)
  w.isDiskStuck = true
  client.send(line)
  w.until(() => false, 3)
  return client
}

function ask(w: CoreWorld, ...lines: readonly string[]): Client {
  const client = w.client(1)
  client.send(...lines)
  w.until(() => false, 3)
  return client
}

function goOn(w: CoreWorld): void {
  w.isDiskStuck = false
  w.until(() => false, 5)
}

for (const { level, shown } of [
  { level: 'causal', shown: [] },
  { level: 'eventual', shown: ['$v'] },
] as const) {
  const outcome = shown.length > 0 ? 'answered at once' : 'answered with it'
  test(`unsettled: ${level}: a read of what is not on disk: ${outcome}`, (t) => {
    const w = world(level)
    const writer = writing(w, 'SET k v')
    const reader = ask(w, 'GET k')

    t.deepEqual([writer.replies, reader.replies], [[], shown])

    goOn(w)
    t.deepEqual([writer.replies, reader.replies], [['+OK'], ['$v']])
  })
}

test('unsettled: causal: a token behind a read of what is not on disk: waits for it', (t) => {
  const w = world('causal')
  writing(w, 'SET k v')
  const reader = ask(w, 'GET k', 'QUORATE SESSION GET')

  t.deepEqual(reader.replies, [])

  goOn(w)
  t.is(reader.replies[0], '$v')
  t.is(reader.replies.length, 2)
})

test('unsettled: causal: commands behind a read that waits for the disk: in their order', (t) => {
  const w = world('causal')
  writing(w, 'SET k v')
  const reader = ask(w, 'GET k', 'SET l w', 'GET l', 'GET k')

  t.deepEqual(reader.replies, [])

  goOn(w)
  t.deepEqual(reader.replies, ['$v', '+OK', '$w', '$v'])
})

test('unsettled: causal: a disk that takes longer than a request may: reads are refused, not the write', (t) => {
  const w = world('causal')
  writing(w, 'SET k v')
  const reader = ask(w, 'GET k')

  t.true(w.until(() => reader.replies.length > 0, 20_000))

  t.regex(reader.replies[0] as string, /^-CLUSTERDOWN .*disk/)
  goOn(w)
  t.deepEqual(ask(w, 'GET k').replies, ['$v'])
})

test('unsettled: who waited for an element: hears of it once it is on disk that it was taken', (t) => {
  const w = world('eventual')
  const waiter = ask(w, 'BLPOP q 0')
  const writer = writing(w, 'RPUSH q a')

  t.deepEqual([writer.replies, waiter.replies], [[], []])

  goOn(w)
  t.deepEqual([writer.replies, waiter.replies], [[':1'], ['*2 $q $a']])
})
