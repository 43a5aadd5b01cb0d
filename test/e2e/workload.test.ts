// The judge of the end-to-end tests: it must see each kind of loss and doubling.

import test from 'ava'
import { type Found, judge } from './workload.js'

type Written = Parameters<typeof judge>[0][number]

const ids = ['a', 'b', 'c'].map((each) => each.padEnd(12, '_')) as [string, string, string]

function append(id: string, outcome: Written['outcome']): Written {
  return { id, kind: 'append', outcome, value: 0 }
}

function increment(value: number, outcome: Written['outcome']): Written {
  return { id: `i${value}`, kind: 'increment', outcome, value }
}

function found(change: Partial<Found>): Found {
  return { list: '', counter: 0, keys: new Set(), ...change }
}

test('judge: everything acknowledged is there once: nothing lost, nothing doubled', (t) => {
  const written = [
    append(ids[0], 'acknowledged'),
    append(ids[1], 'unknown'),
    increment(1, 'acknowledged'),
    { id: ids[2], kind: 'set', outcome: 'acknowledged', value: 0 } as const,
  ]

  const verdict = judge(
    written,
    found({ list: ids[0] + ids[1], counter: 1, keys: new Set([ids[2]]) }),
  )

  t.deepEqual([verdict.lost, verdict.doubled, verdict.faults.length], [0, 0, 0])
})

test('judge: an acknowledged value is gone: it is lost', (t) => {
  t.is(judge([append(ids[0], 'acknowledged')], found({})).lost, 1)
  t.is(
    judge([increment(1, 'acknowledged'), increment(2, 'acknowledged')], found({ counter: 1 })).lost,
    1,
  )
})

test('judge: a value stands twice, or was refused and is there: it is doubled', (t) => {
  t.is(judge([append(ids[0], 'acknowledged')], found({ list: ids[0] + ids[0] })).doubled, 1)
  t.is(judge([append(ids[0], 'refused')], found({ list: ids[0] })).doubled, 1)
  t.is(judge([increment(1, 'acknowledged')], found({ counter: 2 })).doubled, 1)
  t.is(
    judge([increment(1, 'acknowledged'), increment(1, 'acknowledged')], found({ counter: 2 }))
      .doubled,
    1,
  )
})

test('judge: unknown outcomes: may be there or not', (t) => {
  const written = [append(ids[0], 'unknown'), increment(0, 'unknown')]

  for (const state of [found({}), found({ list: ids[0], counter: 1 })]) {
    t.deepEqual([judge(written, state).lost, judge(written, state).doubled], [0, 0])
  }
})
