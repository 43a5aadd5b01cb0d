// Hashes and checksums: known vectors, slow obvious twins, and that every input bit counts.

import { Buffer } from 'node:buffer'
import test from 'ava'
import fc from 'fast-check'
import { crc32c } from '../../src/base/crc32c.js'
import { hashBytes, hashEquals, hashString, hashZero } from '../../src/base/hash.js'
import { crc16, keySlot, slotCount } from '../../src/base/keyslot.js'

const vectors: readonly (readonly [string, Uint8Array, number])[] = [
  ['nothing', Buffer.alloc(0), 0],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  // RFC 3720, B.4.
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 times ff', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
]

for (const [name, bytes, expected] of vectors) {
  test(`crc32c: ${name}: the known vector`, (t) => {
    t.is(crc32c(bytes), expected)
  })
}

/** One bit at a time. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0)
  }
  return ~crc >>> 0
}

test('crc32c: any bytes in any two parts: the sum of a bit at a time', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (bytes, mark) => {
      const cut = mark % (bytes.length + 1)
      const expected = slowCrc32c(bytes)
      t.is(crc32c(bytes), expected)
      t.is(crc32c(bytes, cut, bytes.length, crc32c(bytes, 0, cut)), expected)
    }),
  )
})

test('crc16: 123456789: the XMODEM vector', (t) => {
  t.is(crc16('123456789'), 0x31c3)
  t.is(crc16('xx123456789x', 2, 11), 0x31c3)
  t.is(crc16(''), 0)
})

const slots: readonly (readonly [string, number])[] = [
  ['foo', 12182],
  ['bar', 5061],
  ['hello', 866],
  ['', 0],
  ['{foo}bar', 12182],
  ['a{foo}b{bar}', 12182],
]

for (const [key, slot] of slots) {
  test(`key slot: ${JSON.stringify(key)}: ${slot}`, (t) => {
    t.is(keySlot(key), slot)
  })
}

test('key slot: hash tags: only the first closed one that is not empty counts', (t) => {
  t.is(keySlot('foo{{bar}}zap'), crc16('{bar') % slotCount)
  t.is(keySlot('foo{bar}{zap}'), keySlot('bar'))
  t.is(keySlot('foo{}{bar}'), crc16('foo{}{bar}') % slotCount)
  t.is(keySlot('foo{bar'), crc16('foo{bar') % slotCount)
  t.is(keySlot('}foo{bar}'), keySlot('bar'))
  t.is(keySlot('\xff\0'), crc16('\xff\0') % slotCount)
})

test('hash: one flipped bit: another hash', (t) => {
  const bytes = Buffer.from('the quick brown fox jumps over it')
  const seen = new Set<string>()
  const note = (): void => {
    const { high, low } = hashBytes(bytes)
    seen.add(`${high} ${low}`)
  }
  note()
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const at = bit >> 3
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7))
    note()
    bytes[at] = (bytes[at] as number) ^ (1 << (bit & 7))
  }

  t.is(seen.size, bytes.length * 8 + 1)
})

test('hash: chained: depends on the order and on every link', (t) => {
  const a = Buffer.from('a')
  const b = Buffer.from('b')

  t.true(hashEquals(hashBytes(b, hashBytes(a)), hashBytes(b, hashBytes(a))))
  t.false(hashEquals(hashBytes(b, hashBytes(a)), hashBytes(a, hashBytes(b))))
  t.false(hashEquals(hashBytes(a), hashBytes(a, hashBytes(a))))
  t.false(hashEquals(hashBytes(Buffer.alloc(3)), hashBytes(Buffer.alloc(4))))
  t.false(hashEquals(hashBytes(Buffer.alloc(0)), hashZero))
})

// These numbers are a format: digests and key order on disk depend on them.
test('hash: fixed inputs: the values that are on disk', (t) => {
  t.deepEqual(hashBytes(Buffer.from('quorate')), { high: 3417135248, low: 1309882257 })
  t.is(hashString('quorate'), 2846340381)
  t.is(hashString(''), 2872998923)
})

test('hash: 100,000 counted keys: few collisions and even low bits', (t) => {
  const seen = new Set<number>()
  const buckets = new Array<number>(256).fill(0)
  for (let i = 0; i < 100_000; i++) {
    const hash = hashString(`key:${i}`)
    seen.add(hash)
    buckets[hash & 255] = (buckets[hash & 255] as number) + 1
  }

  t.true(seen.size > 99_980, `${seen.size} distinct`)
  t.true(Math.max(...buckets) < 500 && Math.min(...buckets) > 300)
})
