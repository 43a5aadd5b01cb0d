// Sizes and durations: what is written is what is read.

import test from 'ava'
import fc from 'fast-check'
import { parseDuration, parseSize, writeDuration, writeSize } from '../../src/config/units.js'

test('units: written and read again: the same number', (t) => {
  fc.assert(
    fc.property(
      fc.nat(),
      (value) =>
        parseSize(writeSize(value)) === value && parseDuration(writeDuration(value)) === value,
    ),
  )
  t.is(writeSize(64 * 1024 * 1024), '64mb')
  t.is(writeDuration(90_000), '90s')
})

test('units: text with and without a unit: bytes and milliseconds', (t) => {
  t.is(parseSize('2kb'), 2048)
  t.is(parseSize('1GB'), 1024 ** 3)
  t.is(parseDuration('5s'), 5000)
  t.is(parseDuration('250'), 250)
})

test('units: text that is none: null', (t) => {
  for (const text of ['', 'mb', '-1', '1.5mb', '5 s', '1kbb', '99999999999999999', '1e3']) {
    t.is(parseSize(text), null, text)
    t.is(parseDuration(text), null, text)
  }
})
