// Assertions, operating errors and the switches of the bug bank.

import test from 'ava'
import { AssertionError, assert, never } from '../../src/base/assert.js'
import { ConfigError, errorCodes, QuorateError } from '../../src/base/errors.js'
import { hasBug, plantBug } from '../../src/base/seeded-bug.js'

test('assert: a condition that holds or not: silent, or throws its sentence', (t) => {
  t.notThrows(() => assert(true, 'a sentence'))
  t.throws(() => assert(false, 'a sentence'), { instanceOf: AssertionError, message: 'a sentence' })
  t.throws(() => never('x' as never, 'a kind is known'), { message: 'a kind is known: x' })
})

test('errors: a configuration error: says file, line, option, given and allowed', (t) => {
  const fault = { file: 'a.yaml', line: 3, option: 'port', given: '-1', allowed: '0 to 65535' }

  t.is(new ConfigError(fault).message, 'a.yaml:3: port: given -1, allowed: 0 to 65535')
  t.is(
    new ConfigError({ ...fault, line: null }).message,
    'a.yaml: port: given -1, allowed: 0 to 65535',
  )
  t.is(new ConfigError({ ...fault, file: null }).message, 'port: given -1, allowed: 0 to 65535')
  t.is(new ConfigError(fault).code, 'CONFIG_INVALID')
  t.true(new ConfigError(fault) instanceof QuorateError)
})

test('errors: every code: has a sentence', (t) => {
  for (const [code, sentence] of Object.entries(errorCodes)) {
    t.regex(code, /^[A-Z]+_[A-Z]+$/)
    t.true(sentence.length > 20)
  }
})

test.serial('bug bank: a planted bug: is the only one there until it is taken out', (t) => {
  t.false(hasBug('raft-a'))
  plantBug('raft-a')
  t.teardown(() => plantBug(''))

  t.true(hasBug('raft-a'))
  t.false(hasBug('raft-b'))
  t.false(hasBug(''))
  plantBug('')
  t.false(hasBug('raft-a'))
})
