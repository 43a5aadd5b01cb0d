import test from 'ava'
import { timeoutNegative, timeoutNotFloat } from '../../src/api/replies.js'
import { parseSeconds } from '../../src/engine/commands/waiting.js'

for (const [text, expected] of [
  ['0', 0],
  ['-0', 0],
  ['1', 1_000],
  ['0.1', 100],
  ['0.001', 1],
  ['0.0001', 1],
  ['1e-30', 1],
  ['-1e-30', 0],
  ['0x10', 16_000],
  ['2.5', 2_500],
  ['1.0005', 1_001],
  ['9223372036854775', 9_007_199_254_740_991],
  ['9223372036854776', timeoutNegative],
  ['-1', timeoutNegative],
  ['-0.001', 0],
  ['-0.002', timeoutNegative],
  ['inf', timeoutNegative],
  ['nan', timeoutNotFloat],
  ['', timeoutNotFloat],
  [' 1', timeoutNotFloat],
  ['1 ', timeoutNotFloat],
  ['1e5000', timeoutNotFloat],
] as const) {
  test(`waiting: a timeout of '${text}' seconds: is ${typeof expected === 'number' ? `${expected} ms` : expected.text}`, (t) => {
    t.is(parseSeconds(text), expected)
  })
}
