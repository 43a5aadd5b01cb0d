// What the oracle takes for the history of a new era.

import test from 'ava'
import type { Hash64 } from '../../src/base/hash.js'
import { Eras } from './eras.js'
import { Judge } from './judge.js'
import { freshSeat, type Mark } from './seat.js'

/** A log of these terms: one entry each, its chain a number that is equal for equal prefixes. */
function logOf(...terms: readonly number[]): readonly Mark[] {
  let low = 0
  return terms.map((term) => {
    low = (low * 31 + term) >>> 0
    return { term, hash: term, chain: { high: 0, low } }
  })
}

function founded(committed: readonly Mark[], log: readonly Mark[]): readonly Mark[] {
  const eras = new Eras('group 0', { judge: new Judge(), durability: 'none' })
  eras.of(1).committed.push(...committed)
  const founder = freshSeat()
  founder.last = { term: log.at(-1)?.term ?? 0, index: log.length }
  const chainAt = (index: number): Hash64 | null => log[index - 1]?.chain ?? null
  const decide = (): boolean => false
  eras.found(7, { decide, seats: [founder], founder, before: 1, chainAt })
  return eras.of(7).committed
}

test('eras: none: the founder holds a part of the history: that part is kept', (t) => {
  const history = logOf(1, 1, 1, 3)

  t.deepEqual(founded(history, logOf(1, 1, 1)), logOf(1, 1, 1))
  t.deepEqual(founded(history, history), history)
})

test('eras: none: the founder follows an older era whose last term is above: only what is shared is kept', (t) => {
  t.deepEqual(founded(logOf(1, 1, 1, 1, 3), logOf(1, 1, 2)), logOf(1, 1))
})

test('eras: none: the founder ends in a term below what was committed there: that is lost', (t) => {
  t.deepEqual(founded(logOf(1, 1, 4, 4), logOf(1, 1, 2, 2)), logOf(1, 1))
})
