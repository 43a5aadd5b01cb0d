import test from 'ava'
import { Judge } from '../judge.js'
import type { Span } from './elements.js'
import { Counter, type Ends } from './numbers.js'

const spanAt = (from: number, life = 1): Span => ({ member: 0, group: 0, from, to: from + 1, life })

/** Both resets found all of 5 that were added; `isBlind`: the second one had not seen the first. */
function judged(isBlind: boolean): readonly string[] {
  const judge = new Judge()
  const counter = new Counter('c', judge)
  counter.adding(5)(':5', spanAt(0))
  for (const [from, life] of [
    [1, 1],
    [2, 2],
  ] as const) {
    counter.resetting()
    counter.reset(5, spanAt(from, life))
  }
  const ends: Ends = {
    isKept: () => true,
    hasSeen: (_key, later, earlier) => !isBlind || later.life === earlier.life,
  }
  counter.shown(0, ends)
  return judge.violation === null ? [] : [judge.violation.check]
}

test('counter: two resets take the same, and the second had seen the first: it came back', (t) => {
  t.deepEqual(judged(false), ['merged'])
})

test('counter: two resets take the same, and the second had lost the first with its member: no fault (seed 95665)', (t) => {
  t.deepEqual(judged(true), [])
})
