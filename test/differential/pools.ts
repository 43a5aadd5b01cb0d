// The values that generated commands draw from: a small space, so that keys, members and types meet, and
// the edges of every number. A value mostly fits its argument; now and then it is from another pool.

import type { Random } from '../../src/base/random.js'
import type { Argument } from './docs.js'
import {
  integers,
  doubles,
  texts,
  members,
  scores,
  scoreBounds,
  lexBounds,
  streamIds,
  streamBounds,
  groups,
  consumers,
  patterns,
  longitudes,
  latitudes,
  encodings,
  bits,
} from './values.js'

/** Keys that mostly hold one type each; `odd` ones are anybody's. */
export const familyKeys: Readonly<Record<string, readonly string[]>> = {
  string: ['s1', 's2', 's3'],
  bitmap: ['b1', 'b2', 's1'],
  hyperloglog: ['hll1', 'hll2', 'hll3'],
  hash: ['h1', 'h2', 'h3'],
  list: ['l1', 'l2', 'l3'],
  set: ['e1', 'e2', 'e3'],
  'sorted-set': ['z1', 'z2', 'z3'],
  geo: ['g1', 'g2', 'z1'],
  stream: ['x1', 'x2'],
}
const oddKeys = ['', '__proto__', 'constructor', 'k\0\r\n\xff', '1234', '{t}1']
const allKeys = [...new Set([...Object.values(familyKeys).flat(), ...oddKeys])]

/** Every key that a generated command may name. */
export const keyNames: readonly string[] = allKeys

/** Sorted sets of one score: ranges by bytes over others depend on chance in redis-server. */
export const lexKeys = ['y1', 'y2'] as const

export type Style = 'tame' | 'wild'

/** What a command asks a value for. */
export interface Wanted {
  readonly argument: Argument
  readonly command: string
  readonly group: string
  readonly style: Style
}

export function key(random: Random, group: string): string {
  const own = familyKeys[group]
  if (own !== undefined && random.chance(7, 8)) return random.pick(own)
  return random.pick(random.chance(1, 3) ? oddKeys : allKeys)
}

export function text(random: Random): string {
  const kind = random.below(8)
  if (kind === 0) return random.pick(integers)
  if (kind === 1) return random.pick(doubles)
  return kind < 5 ? random.pick(texts) : random.pick(members)
}

function integer(random: Random, style: Style): string {
  return random.chance(style === 'wild' ? 3 : 1, 10)
    ? random.pick(integers)
    : String(random.between(-4, 12))
}

function count(random: Random, style: Style): string {
  if (random.chance(style === 'wild' ? 3 : 1, 10)) {
    // A count that draws with repetition would fill the memory.
    return random.pick(integers.filter((each) => each.length < 9 || each.startsWith('9')))
  }
  return String(random.between(-3, 8))
}

function double(random: Random, style: Style): string {
  if (random.chance(style === 'wild' ? 4 : 1, 10)) return random.pick(doubles)
  return random.chance(1, 2)
    ? String(random.between(-5, 10))
    : `${random.between(-1000, 1000)}.${random.below(1_000_000)}`
}

/** Seconds to live that do not end during a run, or a wrong number. */
function seconds(random: Random, style: Style): string {
  if (random.chance(style === 'wild' ? 3 : 1, 10))
    return random.pick(integers.filter((each) => Number(each) <= 0 || Number(each) > 5_000_000))
  return String(random.between(10_000, 9_000_000))
}

function milliseconds(random: Random, style: Style): string {
  if (random.chance(style === 'wild' ? 3 : 1, 10))
    return random.pick(integers.filter((each) => Number(each) <= 0 || Number(each) > 5_000_000))
  return String(random.between(1_000_000, 9_000_000))
}

const byName: Readonly<Record<string, (random: Random, wanted: Wanted) => string>> = {
  field: (r) => r.pick(members),
  member: (r) => r.pick(members),
  member1: (r) => r.pick(members),
  member2: (r) => r.pick(members),
  element: (r) => (r.chance(2, 3) ? r.pick(members) : text(r)),
  pivot: (r) => r.pick(members),
  value: (r, w) =>
    w.command === 'setbit' && r.chance(9, 10)
      ? r.pick(['0', '1'])
      : w.argument.type === 'integer'
        ? integer(r, w.style)
        : text(r),
  message: text,
  pattern: (r, w) =>
    w.group === 'generic' && w.argument.token !== 'MATCH' ? sortPattern(r) : r.pick(patterns),
  group: (r) => r.pick(groups),
  groupname: (r) => r.pick(groups),
  consumer: (r) => r.pick(consumers),
  consumername: (r) => r.pick(consumers),
  id: (r) => (r.chance(1, 8) ? r.pick(streamBounds) : r.pick(streamIds)),
  'last-id': (r) => r.pick(streamIds),
  max_deleted_entry_id: (r) => r.pick(streamIds),
  entries_added: (r, w) => integer(r, w.style),
  threshold: (r, w) => (r.chance(1, 2) ? count(r, w.style) : r.pick(streamIds)),
  min: bound,
  max: bound,
  start: (r, w) =>
    w.group === 'stream' ? r.pick(r.chance(1, 2) ? streamBounds : streamIds) : rangeEnd(r, w),
  end: (r, w) =>
    w.group === 'stream' ? r.pick(r.chance(1, 2) ? streamBounds : streamIds) : rangeEnd(r, w),
  stop: rangeEnd,
  index: (r, w) => (r.chance(1, 2) ? r.pick(['0', '-1', '1']) : integer(r, w.style)),
  count: (r, w) => count(r, w.style),
  'num-matches': (r, w) => count(r, w.style),
  limit: (r, w) => count(r, w.style),
  cursor: (r) =>
    r.chance(9, 10)
      ? '0'
      : r.pick(['x', '-1', '1x', ' 0', '99999999999999999999999', '']).toString(),
  score: (r, w) => (r.chance(1, 3) ? double(r, w.style) : r.pick(scores)),
  longitude: (r) => r.pick(longitudes),
  latitude: (r) => r.pick(latitudes),
  radius: (r) => r.pick(['200', '500', '0', '-1', '1e400', '5000', 'x', '0.5', '1000000', '25000']),
  width: (r) => r.pick(['400', '0', '-1', '8000', 'x', '1.5']),
  height: (r) => r.pick(['400', '0', '-1', '8000', 'x', '1.5']),
  seconds: (r, w) => (w.command === 'restore' ? integer(r, w.style) : seconds(r, w.style)),
  milliseconds: (r, w) => milliseconds(r, w.style),
  ttl: (r, w) => (r.chance(1, 2) ? '0' : milliseconds(r, w.style)),
  'unix-time-seconds': (r) =>
    r.pick(['4102444800', '4102444801', '0', '-1', 'x', '1', '9223372036854775807']),
  'unix-time-milliseconds': (r) =>
    r.pick(['4102444800000', '4102444800001', '0', '-1', 'x', '1', '9223372036854775807']),
  timeout: (r) =>
    r.pick(['0.001', '0.001', '0.001', '0.002', '-1', 'x', 'nan', 'inf', '1e400', '']),
  db: (r) => r.pick(['0', '1', '2', '1', '99', '-1', 'x', '4294967296']),
  'destination-db': (r) => r.pick(['0', '1', '2', '1', '99', '-1', 'x', '4294967296']),
  index1: (r) => r.pick(['0', '1', '2', '99', '-1', 'x']),
  index2: (r) => r.pick(['0', '1', '2', '99', '-1', 'x']),
  type: (r) => r.pick(['string', 'hash', 'list', 'set', 'zset', 'stream', 'STRING', 'x', '']),
  encoding: (r) => r.pick(encodings),
  bit: (r) => (r.chance(4, 5) ? r.pick(['0', '1']) : r.pick(integers)),
  offset: (r, w) => offset(r, w),
  operation: (r) => r.pick(['AND', 'or', 'XOR', 'NOT', 'not', 'NAND', '']),
  'min-idle-time': (r) => (r.chance(4, 5) ? '0' : r.pick(['1000000', '-1', 'x'])),
  ms: (r) => r.pick(['0', '1000', '10000000', '-1', 'x']),
  weight: (r, w) => double(r, w.style),
  increment: (r, w) => (w.argument.type === 'double' ? double(r, w.style) : integer(r, w.style)),
  'serialized-value': (r) => r.pick(['', 'x', '\0\x01a\x0a\0']),
  decrement: (r, w) => integer(r, w.style),
}

/** A value for an argument, drawn from the pool of its name. */
export function valueFor(random: Random, wanted: Wanted): string {
  const { argument, style } = wanted
  if (random.chance(1, style === 'wild' ? 25 : 200)) return text(random)
  if (argument.type === 'key') {
    return wanted.command.includes('lex') ? random.pick(lexKeys) : key(random, wanted.group)
  }
  const pool = byName[argument.name]
  if (pool !== undefined) return pool(random, wanted)
  if (argument.type === 'integer') return integer(random, style)
  if (argument.type === 'double') return double(random, style)
  return text(random)
}

function bound(random: Random, wanted: Wanted): string {
  const isLex =
    wanted.command.includes('lex') || (wanted.command.startsWith('zrange') && random.chance(1, 3))
  if (isLex) return random.pick(lexBounds)
  if (random.chance(1, 2)) return String(random.between(-3, 9))
  return random.pick(scoreBounds)
}

/** Indexes of a range, of a stream's bounds where the command ranges over one. */
function rangeEnd(random: Random, wanted: Wanted): string {
  if (wanted.command === 'zrange' || wanted.command === 'zrangestore') return bound(random, wanted)
  return integer(random, wanted.style)
}

/** Offsets that fit into a small string, or that are refused: those between would take the memory. */
function offset(random: Random, wanted: Wanted): string {
  if (wanted.group === 'bitmap') return random.pick(bits)
  if (wanted.command === 'setrange')
    return random.pick(['0', '1', '5', '70', '-1', 'x', '536870913', '9223372036854775807'])
  return integer(random, wanted.style)
}

function sortPattern(random: Random): string {
  return random.pick([
    '*',
    '#',
    's*',
    'h*->a',
    'h1->*',
    'nosort',
    '',
    'x',
    '*->b',
    's1',
    'h*->',
    '->*',
    '*-',
  ])
}
