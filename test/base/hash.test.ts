// Hashes and checksums: known vectors, slow obvious twins, and that every input bit counts.

import { Buffer } from 'node:buffer'
import test from 'ava'
import fc from 'fast-check'
import { crc32c } from '../../src/base/crc32c.js'
import { type Hash64, hashBytes, hashEquals, hashString, hashZero } from '../../src/base/hash.js'
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

test('crc32c: long bytes at any place in their buffer: the sum of a bit at a time', (t) => {
  const buffer = Buffer.from(Array.from({ length: 1_200 }, (_, i) => (i * 167 + (i >> 3)) & 255))
  for (let at = 0; at < 20; at++) {
    const bytes = buffer.subarray(at, 1_180 + at)
    for (let left = 0; left < 40; left++) {
      const expected = slowCrc32c(bytes.subarray(left, 1_100))
      t.is(crc32c(bytes, left, 1_100), expected)
    }
  }
})

/** A word at a time, then the bytes that are left. */
function slowHash(bytes: Uint8Array, previous: Hash64): Hash64 {
  const mix = (h: number): number => {
    let m = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
    m = Math.imul(m ^ (m >>> 13), 0xc2b2ae35)
    return m ^ (m >>> 16)
  }
  const whole = bytes.length - (bytes.length % 4)
  let a = previous.high ^ 0x9e3779b9 ^ bytes.length
  let b = previous.low ^ 0x7f4a7c15
  for (let at = 0; at < bytes.length; at += at < whole ? 4 : 1) {
    const isWhole = at < whole
    const word = isWhole ? Buffer.from(bytes).readInt32LE(at) : (bytes[at] as number)
    a = Math.imul((a ^ word) + (isWhole ? b >>> 15 : 0), 0xcc9e2d51)
    b = Math.imul(((b << 13) | (b >>> 19)) + word, 0x1b873593) ^ a
  }
  return { high: mix(a + b) >>> 0, low: mix(b ^ (a << 1)) >>> 0 }
}

test('hash: few bytes and many, at any place in their buffer: as the formula says', (t) => {
  const buffer = Buffer.from(Array.from({ length: 700 }, (_, i) => (i * 89 + (i >> 4)) & 255))
  for (const length of [0, 1, 3, 4, 7, 64, 511, 512, 513, 514, 515, 516, 600]) {
    for (let at = 0; at < 9; at++) {
      const bytes = buffer.subarray(at, at + length)
      const previous = { high: at * 0x1f3a5b77, low: length * 0x01000193 }
      t.deepEqual(hashBytes(bytes, previous), slowHash(bytes, previous))
    }
  }
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
