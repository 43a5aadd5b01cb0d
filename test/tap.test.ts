// The counter behind `make test`: only real results count.

import test from 'ava'
import { countTap, makeTally } from './tap.js'

test('tap: lines of a run: are counted by their kind', (t) => {
  const tally = makeTally()
  const lines = [
    'TAP version 13',
    'ok 1 - set: nx: replies nil',
    'not ok 2 - get: gone',
    '  ---',
    'ok 3 - bench: redis-benchmark: compared # SKIP',
    '# ok 4 - a comment',
    'ok 5 - title with # in it',
    '1..5',
  ]

  const shown = lines.map((line) => countTap(tally, line))

  t.is(tally.passed, 2)
  t.deepEqual(tally.failed, ['get: gone'])
  t.deepEqual(tally.skipped, ['bench: redis-benchmark: compared'])
  t.deepEqual(shown.filter((line) => line === null).length, 2)
})
