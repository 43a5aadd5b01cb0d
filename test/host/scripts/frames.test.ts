// Calls behind `return` keep the frame of their caller; everything else stays as it is.

import test from 'ava'
import { keepFrames } from '../../../src/host/scripts/frames.js'

const cases: readonly (readonly [string, string])[] = [
  ['return redis.call("a")', 'return (redis.call("a"))'],
  ['return redis . call ( "a" )', 'return (redis . call ( "a" ))'],
  [
    'if x then return redis.pcall(f(1), ")") else return 2 end',
    'if x then return (redis.pcall(f(1), ")")) else return 2 end',
  ],
  ['return redis.call("a") -- done', 'return (redis.call("a")) -- done'],
  ['return redis.call("a");', 'return (redis.call("a"));'],
  ['return redis.call("a").ok', 'return redis.call("a").ok'],
  ['return redis.call("a"), 2', 'return redis.call("a"), 2'],
  ['return redis.call("a") == 1', 'return redis.call("a") == 1'],
  ['return redis.call "a"', 'return redis.call "a"'],
  ['return redis', 'return redis'],
  ['return redis.call("a"', 'return redis.call("a"'],
  ['-- return redis.call("a")\nreturn 1', '-- return redis.call("a")\nreturn 1'],
  ['local s = "return redis.call(1)"', 'local s = "return redis.call(1)"'],
  ['local s = [==[return redis.call(1)]==]', 'local s = [==[return redis.call(1)]==]'],
  ['return\nredis.call(\n"a"\n)\n', 'return\n(redis.call(\n"a"\n))\n'],
  ['return redis.call("\\")", [[)]])', 'return (redis.call("\\")", [[)]]))'],
]

for (const [code, made] of cases) {
  test(`frames: ${JSON.stringify(code)}: ${code === made ? 'left alone' : 'kept'}`, (t) => {
    t.is(keepFrames(code), made)
  })
}
