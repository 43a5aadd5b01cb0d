// Every command that writes, with arguments drawn at random over few keys and names, so that commands meet.

import type { Random } from '../../src/base/random.js'

type Draw = (random: Random) => readonly string[]

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T
}

const letters = ['s', 'h', 'l', 'e', 'z', 'x'] as const
type Letter = (typeof letters)[number]
const perLetter = 2

/** All keys: those of one letter most often hold one kind. */
export const keys: readonly string[] = letters.flatMap((letter) =>
  Array.from({ length: perLetter }, (_, i) => `${letter}${i}{t}`),
)

function key(letter: Letter): (random: Random) => string {
  return (random) => {
    const drawn = random.below(12) === 0 ? pick(random, letters) : letter
    return `${drawn}${random.below(perLetter)}{t}`
  }
}

const s = key('s')
const h = key('h')
const l = key('l')
const e = key('e')
const z = key('z')
const x = key('x')
const anyKey = (random: Random): string => pick(random, keys)
const name = (random: Random): string => `n${random.below(5)}`
const text = (random: Random): string => `v${random.below(1000)}`
const small = (random: Random): string => String(random.below(9) - 4)
const count = (random: Random): string => String(random.below(3) + 1)
const bit = (random: Random): string => String(random.below(2))
const side = (random: Random): string => pick(random, ['LEFT', 'RIGHT'])
const score = (random: Random): string => String((random.below(40) - 20) / 4)
const float = (random: Random): string => pick(random, ['0.1', '-2.5', '3', '1e3', '0.25'])
const seconds = (random: Random): string => String(100 + random.below(1000))
const at = (random: Random): string => String(1_800_000_000 + 100_000 + random.below(10_000))
const group = (random: Random): string => `g${random.below(2)}`
const consumer = (random: Random): string => `c${random.below(2)}`

/** An id that a stream may have. */
function id(random: Random): string {
  return `${1 + random.below(30)}-${random.below(3)}`
}

function some(draw: (random: Random) => string): (random: Random) => string[] {
  return (random) => Array.from({ length: 1 + random.below(3) }, () => draw(random))
}

const fieldsOf = (random: Random): string[] => {
  const names = some(name)(random)
  return ['FIELDS', String(names.length), ...names]
}

/** By the name of the command; `restore` gets what `dump` gave. */
export const draws: Readonly<Record<string, Draw>> = {
  set: (r) => ['set', s(r), pick(r, [text(r), small(r)])],
  'set ex': (r) => ['set', s(r), text(r), 'EX', seconds(r)],
  'set keepttl': (r) => ['set', s(r), text(r), 'KEEPTTL'],
  'set nx': (r) => ['set', anyKey(r), small(r), pick(r, ['NX', 'XX'])],
  setex: (r) => ['setex', s(r), seconds(r), text(r)],
  psetex: (r) => ['psetex', s(r), `${seconds(r)}000`, text(r)],
  setnx: (r) => ['setnx', s(r), small(r)],
  mset: (r) => ['mset', s(r), text(r), anyKey(r), small(r)],
  msetnx: (r) => ['msetnx', s(r), text(r), s(r), small(r)],
  append: (r) => ['append', s(r), small(r)],
  setrange: (r) => ['setrange', s(r), count(r), text(r)],
  getset: (r) => ['getset', s(r), small(r)],
  getdel: (r) => ['getdel', s(r)],
  getex: (r) => ['getex', s(r), ...pick(r, [['PERSIST'], ['EX', seconds(r)], ['EXAT', at(r)]])],
  delex: (r) => ['delex', s(r)],
  delifeq: (r) => ['delifeq', s(r), small(r)],
  incr: (r) => ['incr', s(r)],
  decr: (r) => ['decr', s(r)],
  incrby: (r) => ['incrby', s(r), small(r)],
  decrby: (r) => ['decrby', s(r), small(r)],
  incrbyfloat: (r) => ['incrbyfloat', s(r), float(r)],
  setbit: (r) => ['setbit', s(r), count(r), bit(r)],
  bitfield: (r) => ['bitfield', s(r), 'INCRBY', 'u8', '0', count(r)],
  bitop: (r) => ['bitop', pick(r, ['AND', 'OR', 'XOR']), anyKey(r), s(r), s(r)],
  pfadd: (r) => ['pfadd', s(r), text(r)],
  pfmerge: (r) => ['pfmerge', s(r), s(r)],
  pfdebug: (r) => ['pfdebug', 'GETREG', s(r)],
  expire: (r) => ['expire', anyKey(r), seconds(r)],
  pexpire: (r) => ['pexpire', anyKey(r), `${seconds(r)}000`],
  expireat: (r) => ['expireat', anyKey(r), at(r)],
  pexpireat: (r) => ['pexpireat', anyKey(r), `${at(r)}000`],
  persist: (r) => ['persist', anyKey(r)],
  del: (r) => ['del', ...some(anyKey)(r)],
  unlink: (r) => ['unlink', anyKey(r)],
  rename: (r) => ['rename', anyKey(r), anyKey(r)],
  renamenx: (r) => ['renamenx', anyKey(r), anyKey(r)],
  copy: (r) => [
    'copy',
    anyKey(r),
    anyKey(r),
    ...pick(r, [[], ['REPLACE'], ['DB', '1', 'REPLACE']]),
  ],
  move: (r) => ['move', anyKey(r), '1'],
  'move back': (r) => ['@1', 'move', anyKey(r), '0'],
  flushdb: (r) => [pick(r, ['@0', '@1']), 'flushdb'],
  flushall: () => ['flushall'],
  sort: (r) => ['sort', pick(r, [l, e, z])(r), 'ALPHA', 'STORE', anyKey(r)],
  hset: (r) => ['hset', h(r), name(r), pick(r, [text(r), small(r)]), name(r), small(r)],
  hmset: (r) => ['hmset', h(r), name(r), small(r)],
  hsetnx: (r) => ['hsetnx', h(r), name(r), small(r)],
  hdel: (r) => ['hdel', h(r), ...some(name)(r)],
  hincrby: (r) => ['hincrby', h(r), name(r), small(r)],
  hincrbyfloat: (r) => ['hincrbyfloat', h(r), name(r), float(r)],
  hexpire: (r) => ['hexpire', h(r), seconds(r), ...fieldsOf(r)],
  hpexpire: (r) => ['hpexpire', h(r), `${seconds(r)}000`, ...fieldsOf(r)],
  hexpireat: (r) => ['hexpireat', h(r), at(r), ...fieldsOf(r)],
  hpexpireat: (r) => ['hpexpireat', h(r), `${at(r)}000`, ...fieldsOf(r)],
  hpersist: (r) => ['hpersist', h(r), ...fieldsOf(r)],
  hgetdel: (r) => ['hgetdel', h(r), ...fieldsOf(r)],
  hgetex: (r) => ['hgetex', h(r), ...pick(r, [['PERSIST'], ['EX', seconds(r)]]), ...fieldsOf(r)],
  hsetex: (r) => [
    'hsetex',
    h(r),
    ...pick(r, [['KEEPTTL'], ['EX', seconds(r)], []]),
    'FIELDS',
    '1',
    name(r),
    small(r),
  ],
  lpush: (r) => ['lpush', l(r), ...some(text)(r)],
  rpush: (r) => ['rpush', l(r), ...some(text)(r)],
  lpushx: (r) => ['lpushx', l(r), text(r)],
  rpushx: (r) => ['rpushx', l(r), text(r)],
  lpop: (r) => ['lpop', l(r), ...pick(r, [[], [count(r)]])],
  rpop: (r) => ['rpop', l(r), ...pick(r, [[], [count(r)]])],
  linsert: (r) => ['linsert', l(r), pick(r, ['BEFORE', 'AFTER']), text(r), text(r)],
  lset: (r) => ['lset', l(r), small(r), text(r)],
  lrem: (r) => ['lrem', l(r), small(r), text(r)],
  ltrim: (r) => ['ltrim', l(r), count(r), String(-1 - r.below(2))],
  lmove: (r) => ['lmove', l(r), l(r), side(r), side(r)],
  rpoplpush: (r) => ['rpoplpush', l(r), l(r)],
  brpoplpush: (r) => ['brpoplpush', l(r), l(r), '0'],
  blmove: (r) => ['blmove', l(r), l(r), side(r), side(r), '0'],
  blpop: (r) => ['blpop', l(r), '0'],
  brpop: (r) => ['brpop', l(r), '0'],
  lmpop: (r) => ['lmpop', '1', l(r), side(r), 'COUNT', count(r)],
  blmpop: (r) => ['blmpop', '0', '1', l(r), side(r)],
  sadd: (r) => ['sadd', e(r), ...some(name)(r)],
  srem: (r) => ['srem', e(r), ...some(name)(r)],
  spop: (r) => ['spop', e(r), ...pick(r, [[], [count(r)]])],
  smove: (r) => ['smove', e(r), e(r), name(r)],
  sdiffstore: (r) => ['sdiffstore', anyKey(r), e(r), e(r)],
  sinterstore: (r) => ['sinterstore', anyKey(r), e(r), e(r)],
  sunionstore: (r) => ['sunionstore', anyKey(r), e(r), e(r)],
  zadd: (r) => ['zadd', z(r), ...pick(r, [[], ['XX'], ['NX'], ['GT'], ['LT']]), score(r), name(r)],
  'zadd incr': (r) => ['zadd', z(r), 'INCR', score(r), name(r)],
  zincrby: (r) => ['zincrby', z(r), score(r), name(r)],
  zrem: (r) => ['zrem', z(r), ...some(name)(r)],
  zpopmin: (r) => ['zpopmin', z(r), count(r)],
  zpopmax: (r) => ['zpopmax', z(r)],
  bzpopmin: (r) => ['bzpopmin', z(r), '0'],
  bzpopmax: (r) => ['bzpopmax', z(r), '0'],
  zmpop: (r) => ['zmpop', '1', z(r), 'MIN'],
  bzmpop: (r) => ['bzmpop', '0', '1', z(r), 'MAX'],
  zremrangebyrank: (r) => ['zremrangebyrank', z(r), '0', count(r)],
  zremrangebyscore: (r) => ['zremrangebyscore', z(r), '-1', '1'],
  zremrangebylex: (r) => ['zremrangebylex', z(r), '[n1', '[n2'],
  zunionstore: (r) => ['zunionstore', anyKey(r), '2', z(r), pick(r, [z, e])(r)],
  zinterstore: (r) => ['zinterstore', anyKey(r), '2', z(r), z(r)],
  zdiffstore: (r) => ['zdiffstore', anyKey(r), '2', z(r), z(r)],
  zrangestore: (r) => ['zrangestore', anyKey(r), z(r), '0', '2'],
  geoadd: (r) => ['geoadd', z(r), count(r), count(r), name(r)],
  geosearchstore: (r) => [
    'geosearchstore',
    anyKey(r),
    z(r),
    'FROMLONLAT',
    '1',
    '1',
    'BYRADIUS',
    '500',
    'km',
  ],
  georadius: (r) => ['georadius', z(r), '1', '1', '500', 'km', 'STORE', anyKey(r)],
  georadiusbymember: (r) => ['georadiusbymember', z(r), name(r), '500', 'km', 'STORE', anyKey(r)],
  xadd: (r) => ['xadd', x(r), pick(r, ['*', id(r), id(r)]), name(r), text(r)],
  'xadd maxlen': (r) => ['xadd', x(r), 'MAXLEN', count(r), '*', name(r), text(r)],
  xdel: (r) => ['xdel', x(r), ...some(id)(r)],
  xtrim: (r) => ['xtrim', x(r), 'MAXLEN', count(r)],
  xsetid: (r) => ['xsetid', x(r), `${40 + r.below(10)}-0`],
  'xgroup|create': (r) => [
    'xgroup|create',
    'create',
    x(r),
    group(r),
    pick(r, ['0', '$']),
    'MKSTREAM',
  ],
  'xgroup|createconsumer': (r) => [
    'xgroup|createconsumer',
    'createconsumer',
    x(r),
    group(r),
    consumer(r),
  ],
  'xgroup|delconsumer': (r) => ['xgroup|delconsumer', 'delconsumer', x(r), group(r), consumer(r)],
  'xgroup|destroy': (r) => ['xgroup|destroy', 'destroy', x(r), group(r)],
  'xgroup|setid': (r) => ['xgroup|setid', 'setid', x(r), group(r), '0'],
  xreadgroup: (r) => [
    'xreadgroup',
    'GROUP',
    group(r),
    consumer(r),
    'COUNT',
    count(r),
    'STREAMS',
    x(r),
    '>',
  ],
  xack: (r) => ['xack', x(r), group(r), ...some(id)(r)],
  xclaim: (r) => ['xclaim', x(r), group(r), consumer(r), '0', id(r), ...pick(r, [[], ['FORCE']])],
  xautoclaim: (r) => ['xautoclaim', x(r), group(r), consumer(r), '0', '0'],
}

export const drawNames: readonly string[] = Object.keys(draws)

/** A command at random; of those of `only` where it is given. */
export function drawCommand(
  random: Random,
  only: readonly string[] = drawNames,
): readonly string[] {
  return (draws[pick(random, only)] as Draw)(random)
}
