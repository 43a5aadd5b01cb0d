// Random commands of the engine's families, right and wrong, with values at the edges of every number.

import type { Random } from '../../src/base/random.js'
import { bitmapMakes } from './bitmap-lines.js'

const keys = [
  'a',
  'b',
  'c',
  'd',
  '{t}1',
  '{t}2',
  '',
  '__proto__',
  'constructor',
  'toString',
  '1234',
  'k\0\r\n\xff',
]
const integers = [
  '0',
  '1',
  '-1',
  '2',
  '10',
  '-0',
  '+1',
  '01',
  ' 1',
  '1 ',
  '',
  '1.0',
  'abc',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '-9223372036854775809',
  '99999999999999999999999',
  '4294967296',
  '-5',
  '100',
]
const floats = [
  '0.1',
  '0.2',
  '10.5',
  '-0.1',
  '3.0e3',
  '5.0e-2',
  '1e17',
  '1e20',
  '-1e-18',
  '1e400',
  '1e-400',
  '1e5000',
  'nan',
  'inf',
  '-inf',
  '.5',
  '5.',
  '.',
  '1e',
  '1e+',
  '1e1x',
  ' 1',
  '1 ',
  '0.00000000000000001',
  '123456789012345678901234567890',
  '1.7976931348623157e308',
  '-0',
  '+1.5',
  '3.14159265358979323846',
  '1e-5000',
  '0e99999',
  '1234567890123.1',
  '2.5e15',
]
const values = ['', 'x', 'hello world', 'ohmytext', 'mynewtext', '\0\xff\r\n', 'a'.repeat(70)]
const offsets = [
  '0',
  '1',
  '-1',
  '3',
  '-3',
  '100',
  '-100',
  '9223372036854775807',
  '-9223372036854775808',
  'x',
]
const patterns = ['*', 'a', '[a-c]', '?', '{t}*', '*\\', '[^a]', '*t*o*', '[', '']

type Make = (random: Random) => string[]

function key(random: Random): string {
  return random.pick(keys)
}
function integer(random: Random): string {
  return random.chance(1, 2) ? String(random.between(-20, 20)) : random.pick(integers)
}
function value(random: Random): string {
  return random.pick([random.pick(values), random.pick(integers), random.pick(floats)])
}
function float(random: Random): string {
  if (random.chance(1, 3)) return random.pick(floats)
  return `${random.between(-1000, 1000)}.${random.below(1_000_000)}`
}
/** A time to live that does not end during the test, or a wrong one. */
function time(random: Random): string {
  if (random.chance(1, 3))
    return random.pick(integers.filter((text) => text !== '1' && text !== '2'))
  return String(random.between(10_000, 9_000_000))
}
function ms(random: Random): string {
  return String(random.between(100_000, 9_000_000))
}
function unix(random: Random): string {
  return random.pick(['4102444800', '4102444801', '4102444800000', '0', '-1', 'x'])
}
function cased(random: Random, word: string): string {
  return random.chance(1, 3) ? word.toLowerCase() : word
}
function some(random: Random, from: readonly Make[], most: number): string[] {
  const made: string[] = []
  for (let i = random.below(most + 1); i > 0; i--) made.push(...random.pick(from)(random))
  return made
}

const setOptions: readonly Make[] = [
  (r) => [cased(r, 'NX')],
  (r) => [cased(r, 'XX')],
  (r) => [cased(r, 'GET')],
  (r) => [cased(r, 'KEEPTTL')],
  (r) => [cased(r, 'EX'), time(r)],
  (r) => [cased(r, 'PX'), String(r.between(100_000, 900_000))],
  (r) => [cased(r, 'EXAT'), r.pick(['4102444800', '0', '-1', 'x', '9223372036854775807'])],
  (r) => [cased(r, 'PXAT'), r.pick(['4102444800000', '0', '-1', 'x'])],
  (r) => [r.pick(['EX', 'PX', 'PERSIST', 'BAD'])],
]
const getexOptions: readonly Make[] = [
  (r) => [cased(r, 'PERSIST')],
  (r) => [cased(r, 'EX'), time(r)],
  (r) => [cased(r, 'PX'), String(r.between(100_000, 900_000))],
  (r) => [cased(r, 'EXAT'), r.pick(['4102444800', '0', '1', '-1', 'x'])],
  (r) => [cased(r, 'PXAT'), r.pick(['4102444800000', '0', '1', 'x'])],
  (r) => [r.pick(['EX', 'NX', 'KEEPTTL', 'GET', 'BAD'])],
]
const expireOptions: readonly Make[] = [
  (r) => [cased(r, r.pick(['NX', 'XX', 'GT', 'LT']))],
  (r) => [cased(r, r.pick(['NX', 'XX', 'GT', 'LT', 'BAD']))],
]
const lcsOptions: readonly Make[] = [
  (r) => [cased(r, r.pick(['LEN', 'IDX', 'WITHMATCHLEN']))],
  (r) => [cased(r, 'IDX')],
  (r) => ['MINMATCHLEN', integer(r)],
  (r) => [r.pick(['MINMATCHLEN', 'BAD'])],
]
const copyOptions: readonly Make[] = [
  (r) => [cased(r, 'REPLACE')],
  (r) => ['DB', r.pick(['0', '1', '2', '1', '99', '-1', 'x', '4294967296'])],
  (r) => [r.pick(['DB', 'BAD'])],
]

function pairs(random: Random): string[] {
  const made: string[] = []
  for (let i = random.between(1, 3); i > 0; i--) made.push(key(random), value(random))
  return made
}
function many(random: Random): string[] {
  return Array.from({ length: random.between(1, 4) }, () => key(random))
}

const makes: readonly Make[] = [
  (r) => ['set', key(r), value(r)],
  (r) => ['set', key(r), integer(r)],
  (r) => ['set', key(r), value(r), ...some(r, setOptions, 3)],
  (r) => ['get', key(r)],
  (r) => ['getex', key(r), ...some(r, getexOptions, 2)],
  (r) => ['getdel', key(r)],
  (r) => ['getset', key(r), value(r)],
  (r) => ['mget', ...many(r)],
  (r) => ['mset', ...pairs(r)],
  (r) => ['msetnx', ...pairs(r)],
  (r) => ['mset', ...pairs(r), key(r)],
  (r) => ['msetnx', ...pairs(r), key(r)],
  (r) => ['setnx', key(r), value(r)],
  (r) => ['setex', key(r), time(r), value(r)],
  (r) => ['psetex', key(r), r.pick(['500000', '0', '-1', 'x', '9223372036854775807']), value(r)],
  (r) => ['append', key(r), value(r)],
  (r) => ['strlen', key(r)],
  (r) => [
    'setrange',
    key(r),
    r.pick(['0', '1', '5', '70', '-1', 'x', '536870913', '9223372036854775807']),
    value(r),
  ],
  (r) => ['getrange', key(r), r.pick(offsets), r.pick(offsets)],
  (r) => ['substr', key(r), r.pick(offsets), r.pick(offsets)],
  (r) => [r.pick(['incr', 'decr']), key(r)],
  (r) => [r.pick(['incrby', 'decrby']), key(r), integer(r)],
  (r) => ['incrbyfloat', key(r), float(r)],
  (r) => ['incrbyfloat', r.pick(['a', 'b']), float(r)],
  (r) => ['lcs', key(r), key(r), ...some(r, lcsOptions, 3)],
  (r) => [r.pick(['del', 'unlink', 'exists', 'touch']), ...many(r)],
  (r) => ['type', key(r)],
  (r) => [r.pick(['rename', 'renamenx']), key(r), key(r)],
  (r) => ['copy', key(r), key(r), ...some(r, copyOptions, 2)],
  () => ['randomkey'],
  () => ['dbsize'],
  (r) => ['keys', r.pick(patterns)],
  (r) => ['scan', r.pick(['x', '-1', '1x', ' 0', '99999999999999999999999'])],
  (r) => [
    'scan',
    '0',
    r.pick(['COUNT', 'MATCH', 'TYPE', 'BAD']),
    ...r.pick([[], ['0'], ['-1'], ['x']]),
    'BAD',
  ],
  (r) =>
    r.chance(1, 20)
      ? [r.pick(['flushdb', 'flushall']), ...r.pick([[], ['ASYNC'], ['sync'], ['x']])]
      : ['dbsize'],
  (r) => ['expire', key(r), time(r), ...some(r, expireOptions, 2)],
  (r) => [
    'pexpire',
    key(r),
    r.pick([ms(r), ms(r), '0', '-1', 'x', '9223372036854775807']),
    ...some(r, expireOptions, 2),
  ],
  (r) => [r.pick(['expireat', 'pexpireat']), key(r), unix(r), ...some(r, expireOptions, 2)],
  (r) => ['pexpireat', key(r), '4102444800000', ...some(r, expireOptions, 1)],
  (r) => [r.pick(['ttl', 'pttl', 'expiretime', 'pexpiretime']), key(r)],
  (r) => ['persist', key(r)],
  ...bitmapMakes,
]

/** One random command; now and then with an argument too few or too many. */
export function randomLine(random: Random): string[] {
  const line = random.pick(makes)(random)
  if (random.chance(1, 40)) line.pop()
  if (random.chance(1, 40)) line.push(value(random))
  return line.length === 0 ? ['get'] : line
}
