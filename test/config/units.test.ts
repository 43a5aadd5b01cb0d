// Sizes and durations: with a unit, without one, and what is none.

import test from 'ava'
import { parseDuration, parseSize } from '../../src/config/units.js'

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
