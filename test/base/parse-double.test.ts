// Doubles read as C's strtod reads them. What each text is was asked of redis-server (ZADD) and of glibc.

import test from 'ava'
import { parseDouble, parsePrefix } from '../../src/base/parse-double.js'

const whole: readonly (readonly [string, number | null])[] = [
  ['0', 0],
  ['-0', -0],
  ['+5', 5],
  ['1e5', 100000],
  ['1.', 1],
  ['.5', 0.5],
  ['.', null],
  ['-', null],
  ['', null],
  [' 1', null],
  ['1 ', null],
  ['1e', null],
  ['1e+', null],
  ['1_0', null],
  ['1\0', null],
  ['(1', null],
  ['abc', null],
  ['inf', Number.POSITIVE_INFINITY],
  ['-INFINITY', Number.NEGATIVE_INFINITY],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['infinit', null],
  ['nan', null],
  ['-nan', null],
  ['nan(1)', null],
  ['1e400', null],
  ['-1e400', null],
  ['1e-400', null],
  ['0e-400', 0],
  ['4.9406564584124654e-324', 5e-324],
  ['2.4703282292062327e-324', null],
  ['1e-320', 1e-320],
  ['9007199254740993', 9007199254740992],
  ['123456789012345678', 123456789012345680],
  ['0x10', 16],
  ['0X1.8p3', 12],
  ['-0x.8', -0.5],
  ['0x', null],
  ['0x.', null],
  ['0x1p', null],
  ['0x1p-1074', 5e-324],
  ['0x1p-1075', null],
  ['0x1.8p-1075', 5e-324],
  ['0x1p1024', null],
  ['0x1.fffffffffffff7p1023', 1.7976931348623157e308],
  ['0x1.fffffffffffff8p1023', null],
  ['0x20000000000001', 9007199254740992],
  ['0x20000000000003', 9007199254740996],
  ['0x200000000000010000000001', 9007199254740994 * 1099511627776],
  ['0x0p999999999999', 0],
]

for (const [text, expected] of whole) {
  test(`parseDouble: ${JSON.stringify(text)}: ${Object.is(expected, -0) ? '-0' : expected}`, (t) => {
    t.is(parseDouble(text), expected)
  })
}

test('parsePrefix: numbers with something behind: where they end', (t) => {
  const ends = [
    ['  12abc', 12, 4],
    ['0x', 0, 1],
    ['0xg', 0, 1],
    ['1e+x', 1, 1],
    ['-infx', Number.NEGATIVE_INFINITY, 4],
    ['nan(x', Number.NaN, 3],
    ['nan(x1_)z', Number.NaN, 8],
    ['1.2.3', 1.2, 3],
    ['x', 0, 0],
    ['-', 0, 0],
  ] as const
  for (const [text, value, end] of ends) {
    const parsed = parsePrefix(text)
    t.is(parsed.value, value, text)
    t.is(parsed.end, end, text)
  }
})
