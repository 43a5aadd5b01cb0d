// Reading what Redis' test suite prints.

import test from 'ava'
import { readResult } from './results.js'
import { units } from './units.js'

const printed = [
  '[\x1b[0;32;49mok\x1b[0m]: SET and GET (1 ms)',
  '[\x1b[0;31;49merr\x1b[0m]: GETEX in tests/x.tcl',
  'Expected 1',
  '[\x1b[0;32;49mok\x1b[0m]: DEL (1 ms)',
  '[1/1 \x1b[0;33;49mdone\x1b[0m]: unit/type/string (7 seconds)',
]

test('suite results: a whole unit: passed cases and failures with their reason', (t) => {
  t.deepEqual(readResult(printed.join('\n')), {
    passed: 2,
    failed: ['[err]: GETEX in tests/x.tcl | Expected 1'],
    broken: null,
  })
})

test('suite results: a unit that stopped: says where', (t) => {
  const { broken } = readResult(printed.slice(0, 4).join('\n'))

  t.is(broken, '[ok]: DEL (1 ms)')
})

test('suite units: those that redis-server passes: are all there', (t) => {
  t.true(units.length > 30)
  t.true(units.every((unit) => unit.expected > 0))
})
