// Keys found by key specs, against what redis-server 7.0.15 answers to COMMAND GETKEYS.

import test from 'ava'
import type { CommandSpec, KeySpec } from '../../src/api/command.js'
import { findKeys } from '../../src/api/keys.js'

function keysOf(keys: readonly KeySpec[], line: string): readonly string[] | null {
  const args = line.split(' ')
  const spec: CommandSpec = {
    name: 'x',
    arity: -1,
    flags: [],
    group: 'generic',
    since: '1.0.0',
    summary: '',
    complexity: '',
    categories: [],
    tips: [],
    keys,
    arguments: [],
    gather: 'refuse',
  }
  return findKeys(spec, args)?.map(({ at }) => args[at] as string) ?? null
}

const flags: readonly string[] = []
const counted: KeySpec = { first: 1, last: 1, step: 1, counted: true, flags }
const union: readonly KeySpec[] = [
  { first: 1, last: 1, step: 1, flags },
  { first: 2, last: 2, step: 1, counted: true, flags },
]
const streams: KeySpec = { first: 1, last: -1, step: 1, keyword: 'STREAMS', limit: 2, flags }
const radius: readonly KeySpec[] = [
  { first: 1, last: 1, step: 1, flags },
  { first: 6, last: 0, step: 1, keyword: 'STORE', flags },
  { first: 6, last: 0, step: 1, keyword: 'STOREDIST', flags },
]
const backwards: KeySpec = { first: -2, last: -1, step: 1, keyword: 'KEYS', flags }
const pairs: KeySpec = { first: 1, last: -1, step: 2, flags }
const hidden: KeySpec = { first: 0, last: 0, step: 1, flags, find: (args) => [args.length - 1] }

const cases: readonly (readonly [readonly KeySpec[], string, readonly string[] | null])[] = [
  [[counted], 'zunion 2 a b', ['a', 'b']],
  [[counted], 'zunion 2 a b WEIGHTS 1 2', ['a', 'b']],
  [[counted], 'zunion 3 a b', null],
  [[counted], 'zunion 0 a b', null],
  [[counted], 'zunion -1 a b', null],
  [[counted], 'zunion x a b', null],
  [[counted], 'zunion 99999999999999999999999 a', null],
  [[counted], 'zunion', null],
  [union, 'zunionstore d 2 a b WEIGHTS 1 2', ['d', 'a', 'b']],
  [[streams], 'xread COUNT 5 streams a b c 1 2 3', ['a', 'b', 'c']],
  [[streams], 'xread streams a b', ['a']],
  [[streams], 'xread strea a b', []],
  [radius, 'georadius k 1 2 3 m store a STOREDIST b', ['k', 'a', 'b']],
  [radius, 'georadius k 1 2 3 m', ['k']],
  [radius, 'georadius k 1 2 3 m WITHCOORD STORE', ['k']],
  [[backwards], 'migrate h 1 k 0 10 KEYS a b', ['a', 'b']],
  [[pairs], 'mset a 1 b 2', ['a', 'b']],
  [[hidden], 'sort k STORE d', ['d']],
]

for (const [specs, line, expected] of cases) {
  test(`keys: ${line}: ${expected === null ? 'cannot be right' : expected.join(' ')}`, (t) => {
    t.deepEqual(keysOf(specs, line), expected)
  })
}
