// DUMP and RESTORE beside redis-server, both ways; payloads of older versions; and payloads that someone
// made to do harm.

import test from 'ava'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { Crc64 } from '../../src/base/crc64.js'
import { packLzf, unpackLzf } from '../../src/engine/rdb/lzf.js'
import { readListpack } from '../../src/engine/rdb/listpack.js'
import { respDoor } from '../../src/resp/door.js'
import { besideRedis } from '../beside-redis.js'
import { RawRedis } from '../differential/raw-redis.js'
import { startRedis } from '../redis-server.js'
import { randomLines } from './dump-values.js'
import { makeEngine, run } from './world.js'

const show: Readonly<Record<string, readonly string[]>> = {
  string: ['get', 'copy'],
  list: ['lrange', 'copy', '0', '-1'],
  set: ['sort', 'copy', 'alpha'],
  hash: ['hgetall', 'copy'],
  zset: ['zrange', 'copy', '0', '-1', 'withscores'],
  stream: ['xrange', 'copy', '-', '+'],
}
/** Encodings whose bytes are those of redis-server; hash tables have no order, nodes of streams differ. */
const sameBytes = new Set(['int', 'embstr', 'raw', 'quicklist', 'intset', 'listpack', 'skiplist'])

/** The texts of a reply, whatever their order. */
function texts(reply: string): string {
  return reply
    .split('\r\n')
    .filter((text) => !/^[*$:]/.test(text))
    .toSorted()
    .join('|')
}

function bulk(reply: string): string {
  return reply.slice(reply.indexOf('\r\n') + 2, -2)
}

/** A payload with the version and checksum that belong to its content. */
function seal(content: Buffer, version = 10): string {
  const bytes = Buffer.alloc(content.length + 10)
  content.copy(bytes)
  bytes.writeUInt16LE(version, content.length)
  const sum = new Crc64()
  sum.add(bytes, 0, content.length + 2)
  bytes.writeUInt32LE(sum.low, content.length + 2)
  bytes.writeUInt32LE(sum.high, content.length + 6)
  return bytes.toString('latin1')
}

besideRedis(
  'dump: random values of all types: each side restores what the other dumps',
  async (t) => {
    const server = await startRedis()
    const redis = await RawRedis.open(server.port)
    const random = new Random(Number(process.env['SEED'] ?? 1))
    const engine = makeEngine()
    const seen = new Set<string>()
    for (let round = 0; round < 250; round++) {
      const lines = randomLines(random)
      const asked = [
        ['del', 'k'],
        ...lines,
        ['type', 'k'],
        ['object', 'encoding', 'k'],
        ['dump', 'k'],
      ]
      const [type = '', encoded = '', theirs = ''] = (await redis.send(asked)).slice(-3)
      for (const line of asked) run(engine, line)
      const ours = run(engine, ['dump', 'k'])
      if (typeof ours !== 'string') return t.fail('a value is dumped')
      const lookAt = show[type.slice(1, -2)] ?? []
      const encoding = bulk(encoded)
      seen.add(`${type.slice(1, -2)} ${encoding}`)

      if (sameBytes.has(encoding)) t.true(ours === bulk(theirs), `${encoding} ${String(lines)}`)
      const [restored, copy = ''] = await redis.send([
        ['restore', 'copy', '0', ours, 'replace'],
        lookAt,
      ])
      t.is(restored, '+OK\r\n')
      t.like(run(engine, ['restore', 'copy', '0', bulk(theirs), 'replace']), { text: 'OK' })
      if (lookAt[0] !== 'sort') {
        t.is(texts(respDoor.encode(run(engine, lookAt), 2)), texts(copy), String(lines))
      } else t.is(run(engine, ['scard', 'copy']), run(engine, ['scard', 'k']))
    }
    redis.close()
    await server.stop()
    t.true(seen.size >= 10)
  },
)

/** A ziplist as Redis before 7.0 made them. */
function ziplist(elements: readonly (string | number)[]): Buffer {
  const parts: Buffer[] = []
  let before = 0
  for (const element of elements) {
    const head = before < 254 ? Buffer.from([before]) : Buffer.alloc(5, 0xfe)
    if (before >= 254) head.writeUInt32LE(before, 1)
    let body: Buffer
    if (typeof element === 'number') {
      const wide = Buffer.alloc(9, 0xe0)
      wide.writeBigInt64LE(BigInt(element), 1)
      body = element >= 0 && element <= 12 ? Buffer.from([0xf1 + element]) : wide
    } else if (element.length < 64) body = Buffer.from(`\0${element}`, 'latin1')
    else
      body = Buffer.from(
        `${String.fromCharCode(0x40 | (element.length >> 8))}\0${element}`,
        'latin1',
      )
    if (typeof element === 'string') {
      if (element.length < 64) body[0] = element.length
      else body[1] = element.length & 255
    }
    parts.push(Buffer.concat([head, body]))
    before = head.length + body.length
  }
  const header = Buffer.alloc(10)
  const all = Buffer.concat([header, ...parts, Buffer.from([255])])
  all.writeUInt32LE(all.length, 0)
  all.writeUInt32LE(all.length - 1 - before, 4)
  all.writeUInt16LE(elements.length, 8)
  return all
}

function text(bytes: Buffer | string): Buffer {
  const body = Buffer.from(bytes as string, 'latin1')
  return Buffer.concat([Buffer.from([0x40 | (body.length >> 8), body.length & 255]), body])
}

const long = 'x'.repeat(300)
const old: readonly (readonly [string, Buffer, readonly string[], Reply])[] = [
  [
    'list',
    Buffer.concat([Buffer.from([1, 2]), text('a'), text(long)]),
    ['lrange', 'k', '0', '-1'],
    ['a', long],
  ],
  [
    'list of a ziplist',
    Buffer.concat([Buffer.from([10]), text(ziplist(['a', 5, long, -70000, 'b']))]),
    ['lrange', 'k', '0', '-1'],
    ['a', '5', long, '-70000', 'b'],
  ],
  [
    'quicklist of ziplists',
    Buffer.concat([Buffer.from([14, 2]), text(ziplist(['a', 1])), text(ziplist(['b']))]),
    ['lrange', 'k', '0', '-1'],
    ['a', '1', 'b'],
  ],
  [
    'zset with digits',
    Buffer.concat([
      Buffer.from([3, 2]),
      text('a'),
      Buffer.from('\x031.5'),
      text('b'),
      Buffer.from([255]),
    ]),
    ['zrange', 'k', '0', '-1'],
    ['b', 'a'],
  ],
  [
    'zset of a ziplist',
    Buffer.concat([Buffer.from([12]), text(ziplist(['a', 1, 'b', '2.5']))]),
    ['zrangebyscore', 'k', '2', '3'],
    ['b'],
  ],
  [
    'hash of a ziplist',
    Buffer.concat([Buffer.from([13]), text(ziplist(['f', 12, 'g', 'v']))]),
    ['hmget', 'k', 'f', 'g'],
    ['12', 'v'],
  ],
  [
    'hash of a zipmap',
    Buffer.concat([Buffer.from([9]), text('\x02\x01f\x02\0vw\x01g\x01\x02v..\xff')]),
    ['hmget', 'k', 'f', 'g'],
    ['vw', 'v'],
  ],
]

for (const [name, content, line, expected] of old) {
  test(`restore: ${name}: as older versions dumped it`, (t) => {
    const engine = makeEngine()

    t.like(run(engine, ['restore', 'k', '0', seal(content, 6)]), { text: 'OK' })
    t.deepEqual(run(engine, line), expected)
  })
}

besideRedis('restore: what older versions dumped: redis-server reads the same', async (t) => {
  const server = await startRedis()
  const redis = await RawRedis.open(server.port)
  const engine = makeEngine()
  for (const [name, content, line] of old) {
    const lines = [['restore', 'k', '0', seal(content, 6), 'replace'], line]
    const theirs = await redis.send(lines)

    t.deepEqual(
      lines.map((each) => respDoor.encode(run(engine, each), 2)),
      theirs,
      name,
    )
  }
  redis.close()
  await server.stop()
})

test('restore: set of a listpack, as 7.2 dumps it: is read', (t) => {
  const engine = makeEngine()
  const pack = Buffer.from('\x0d\0\0\0\x02\0\x81a\x02\x81b\x02\xff', 'latin1')

  run(engine, ['restore', 'k', '0', seal(Buffer.concat([Buffer.from([20]), text(pack)]), 11)])

  t.deepEqual(run(engine, ['smismember', 'k', 'a', 'b', 'c']), [1, 1, 0])
})

const refusals: readonly (readonly [string, readonly string[], string])[] = [
  ['short', ['k', '0', 'abc'], 'ERR DUMP payload version or checksum are wrong'],
  [
    'checksum',
    ['k', '0', `A${seal(text('v')).slice(1)}`],
    'ERR DUMP payload version or checksum are wrong',
  ],
  [
    'newer version',
    ['k', '0', seal(text('v'), 99)],
    'ERR DUMP payload version or checksum are wrong',
  ],
  ['unknown type', ['k', '0', seal(Buffer.from([99, 1, 97]))], 'ERR Bad data format'],
  ['nothing', ['k', '0', seal(Buffer.alloc(0))], 'ERR Bad data format'],
  ['no members', ['k', '0', seal(Buffer.from([2, 0]))], 'ERR Bad data format'],
  ['a member twice', ['k', '0', seal(Buffer.from([2, 2, 1, 97, 1, 97]))], 'ERR Bad data format'],
  [
    'a count without elements',
    ['k', '0', seal(Buffer.from([1, 0x80, 255, 255, 255, 255]))],
    'ERR Bad data format',
  ],
  [
    'a packed string of gigabytes',
    ['k', '0', seal(Buffer.from([0, 0xc3, 2, 0x80, 255, 255, 255, 255, 0, 97]))],
    'ERR Bad data format',
  ],
  ['taken key', ['taken', '0', 'x'], 'BUSYKEY Target key name already exists.'],
  ['bad ttl', ['k', 'x', 'x'], 'ERR value is not an integer or out of range'],
  ['negative ttl', ['k', '-1', 'x'], 'ERR Invalid TTL value, must be >= 0'],
  ['freq', ['k', '0', 'x', 'freq', '256'], 'ERR Invalid FREQ value, must be >= 0 and <= 255'],
  ['idletime', ['k', '0', 'x', 'idletime', '-1'], 'ERR Invalid IDLETIME value, must be >= 0'],
  ['both', ['k', '0', 'x', 'idletime', '1', 'freq', '1'], 'ERR syntax error'],
  ['option', ['k', '0', 'x', 'nope'], 'ERR syntax error'],
]

for (const [name, rest, expected] of refusals) {
  test(`restore: ${name}: refused`, (t) => {
    const engine = makeEngine()
    run(engine, ['set', 'taken', '1'])

    t.like(run(engine, ['restore', ...rest]), { text: expected })
    t.is(engine.keyCount(0), 1)
  })
}

test('restore: with a time: ends then; in the past: the old value is gone', (t) => {
  const engine = makeEngine(1_000_000)
  run(engine, ['set', 'k', 'v'])
  const dump = run(engine, ['dump', 'k']) as string

  run(engine, ['restore', 'a', '5000', dump])
  run(engine, ['restore', 'b', '1005000', dump, 'absttl'])
  run(engine, ['restore', 'k', '1', dump, 'absttl', 'replace'])

  t.is(run(engine, ['pexpiretime', 'a']), 1_005_000)
  t.is(run(engine, ['pexpiretime', 'b']), 1_005_000)
  t.is(run(engine, ['exists', 'k']), 0)
})

test('restore: payloads with changed bytes and a right checksum: answered, never thrown', (t) => {
  const random = new Random(Number(process.env['SEED'] ?? 1))
  const engine = makeEngine()
  let taken = 0
  for (let round = 0; round < 3000; round++) {
    if (round % 10 === 0) {
      run(engine, ['del', 'k'])
      for (const line of randomLines(random)) run(engine, line)
    }
    const dump = Buffer.from(run(engine, ['dump', 'k']) as string, 'latin1').subarray(0, -10)
    const content = Buffer.from(
      dump.subarray(0, random.chance(1, 4) ? random.below(dump.length) : dump.length),
    )
    for (let i = random.between(1, 4); i > 0 && content.length > 0; i--) {
      content[random.below(Math.min(content.length, 60))] = random.pick([
        0,
        1,
        63,
        127,
        128,
        192,
        195,
        255,
        random.below(256),
      ])
    }
    const reply = run(engine, ['restore', 'r', '0', seal(content), 'replace'])
    if (typeof reply === 'object' && reply !== null && 'text' in reply && reply.text === 'OK') {
      taken++
      t.is(typeof run(engine, ['dump', 'r']), 'string')
      run(engine, ['copy', 'r', 's', 'replace'])
      run(engine, ['del', 'r', 's'])
    } else t.like(reply, { text: 'ERR Bad data format' })
  }
  t.true(taken > 100)
  engine.digest()
})

test('crc64: the check value of the polynomial: is what redis has', (t) => {
  const sum = new Crc64()
  sum.add(Buffer.from('123456789'), 0, 9)

  t.is(sum.high, 0xe9c6d914)
  t.is(sum.low, 0xc4b8d9ca)
})

test('lzf: texts of any kind: come out as they went in, or are not packed', (t) => {
  const random = new Random(5)
  for (let round = 0; round < 500; round++) {
    const letters = random.pick([1, 2, 5, 256])
    const bytes = Buffer.from(
      Array.from({ length: random.below(3000) }, () => random.below(letters)),
    )
    const packed = packLzf(bytes, bytes.length - 4)

    if (packed !== null) t.deepEqual(unpackLzf(packed, bytes.length), bytes)
    t.is(packed !== null && unpackLzf(packed, bytes.length + 1) !== null, false)
  }
})

test('listpack: cut anywhere: is none', (t) => {
  const engine = makeEngine()
  run(engine, ['zadd', 'k', '1.5', 'a', '70000', 'b'.repeat(64), '-5', 'c'])
  const dump = Buffer.from(run(engine, ['dump', 'k']) as string, 'latin1')
  t.is(dump[0], 17)
  for (let length = 0; length < 12; length++) t.is(readListpack(dump.subarray(2, length + 2)), null)
})
