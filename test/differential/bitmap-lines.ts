// Random commands on bits, right and wrong: offsets and ranges at every edge of short strings, fields of
// every type and way to overflow, and numbers at the edges of 64 bits.

import type { Random } from '../../src/base/random.js'

const keys = ['bits1', 'bits2', 'bits3', 'bits4', 'a', 'absent']
const edges = [
  '-1',
  '-8',
  '-9',
  '-100',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '9007199254740992',
  '4294967296',
  'x',
  '',
  '01',
  '1.5',
  'nan',
  '1e308',
]
const operands = [
  '0',
  '1',
  '-1',
  '127',
  '128',
  '-128',
  '-129',
  '255',
  '256',
  '65536',
  '2147483648',
  '4294967295',
  '281474976710655',
  '9007199254740993',
  '-9007199254740993',
  '4611686018427387904',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  'x',
  '1.5',
]
const values = [
  '',
  '\0',
  '\xff',
  '\xff\xff\xff',
  '\0\0\0\x01',
  '\xff\xf0\x00',
  'foobar',
  '\0'.repeat(60) + '\x10',
  `${'\xff'.repeat(61)}\xfe\0`,
  '\xaa\x55'.repeat(40),
]

type Make = (random: Random) => string[]

function key(random: Random): string {
  return random.pick(keys)
}
function offset(random: Random): string {
  return random.chance(1, 12) ? random.pick(edges) : String(random.below(random.pick([8, 40, 700])))
}
function index(random: Random): string {
  return random.chance(1, 12) ? random.pick(edges) : String(random.between(-80, 80))
}
function cased(random: Random, word: string): string {
  return random.chance(1, 3) ? word.toLowerCase() : word
}
function unit(random: Random): string[] {
  return random.pick([[], ['BIT'], ['BYTE'], ['bit'], ['BITS']])
}
function type(random: Random): string {
  if (random.chance(1, 15)) return random.pick(['u64', 'i65', 'u0', 'i', 'u', 'x8', 'u08', 'U8'])
  const bits = random.pick([random.between(1, 64), random.pick([1, 8, 16, 32, 63])])
  return `${bits < 64 && random.chance(1, 2) ? 'u' : 'i'}${bits}`
}
function fieldOffset(random: Random): string {
  return random.chance(1, 3) ? `#${random.pick(['0', '1', '2', '-1', 'x'])}` : offset(random)
}
function operand(random: Random): string {
  return random.chance(1, 2) ? random.pick(operands) : String(random.between(-300, 300))
}
function operation(random: Random): string[] {
  switch (random.below(7)) {
    case 0:
    case 1:
      return [cased(random, 'GET'), type(random), fieldOffset(random)]
    case 2:
      return ['OVERFLOW', cased(random, random.pick(['WRAP', 'SAT', 'FAIL', 'FAIL', 'SAT', 'NO']))]
    case 3:
      return random.chance(1, 10) ? ['INCRBY', 'u8'] : ['SET', 'u8', '0', '1']
    case 4:
      return [cased(random, 'SET'), type(random), fieldOffset(random), operand(random)]
    default:
      return [cased(random, 'INCRBY'), type(random), fieldOffset(random), operand(random)]
  }
}
function operations(random: Random): string[] {
  const made: string[] = []
  for (let i = random.below(5); i > 0; i--) made.push(...operation(random))
  return made
}
function sources(random: Random): string[] {
  return Array.from({ length: random.between(1, 4) }, () => key(random))
}

export const bitmapMakes: readonly Make[] = [
  (r) => ['set', key(r), r.pick(values)],
  (r) => ['setbit', key(r), offset(r), r.pick(['0', '1', '1', '0', '1', '2', '-1', '01', 'x'])],
  (r) => ['getbit', key(r), offset(r)],
  (r) => ['bitcount', key(r)],
  (r) => ['bitcount', key(r), index(r), index(r), ...unit(r)],
  (r) => ['bitpos', key(r), r.pick(['0', '1', '2', 'x', '1', '0'])],
  (r) => ['bitpos', key(r), r.pick(['0', '1']), index(r)],
  (r) => ['bitpos', key(r), r.pick(['0', '1']), index(r), index(r), ...unit(r)],
  (r) => ['bitop', cased(r, r.pick(['AND', 'OR', 'XOR', 'NOT', 'NAND'])), key(r), ...sources(r)],
  (r) => ['bitop', 'NOT', key(r), key(r)],
  (r) => ['bitfield', key(r), ...operations(r)],
  (r) => ['bitfield', key(r), ...operation(r)],
  (r) => [
    'bitfield',
    key(r),
    'OVERFLOW',
    r.pick(['SAT', 'FAIL']),
    ...operation(r),
    ...operation(r),
  ],
  (r) => ['bitfield_ro', key(r), ...operation(r)],
  (r) => ['bitfield_ro', key(r), 'GET', type(r), fieldOffset(r)],
]
