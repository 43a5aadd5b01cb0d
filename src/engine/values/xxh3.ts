// XXH3 with 64 bits and seed 0 over one-byte strings, as DIGEST prints it and IFDEQ compares it. Short
// inputs go in BigInt; above 240 bytes the eight lanes are pairs of 32-bit halves, a few nanoseconds each.

import { Buffer } from 'node:buffer'

const prime32 = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d] as const
const prime64 = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const
const mixer = 0x165667919e3779f9n
const mixerShort = 0x9fb21c651e98df25n
const secret = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
    'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
    '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
)
const shortMax = 240
const stripeBytes = 64
const stripesPerBlock = 16
const stripeWords = stripeBytes / 4
const isLittleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** Of the stripes of a block, in words of 32 bits. */
const stripeKeys = Array.from({ length: stripesPerBlock }, (_, i) =>
  wordsAt(secret, i * 8, stripeWords),
)
const lastKeys = wordsAt(secret, secret.length - stripeBytes - 7, stripeWords)
const scrambleKeys = wordsAt(secret, secret.length - stripeBytes, stripeWords)

/** 16 hexadecimal digits in lower case. */
export function digestOfText(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  const hash = bytes.length <= shortMax ? hashShort(bytes) : hashLong(bytes)
  return hash.toString(16).padStart(16, '0')
}

/** `count` words of 32 bits, little endian, from a byte on. */
function wordsAt(bytes: Buffer, at: number, count: number): Uint32Array {
  if (isLittleEndian && ((bytes.byteOffset + at) & 3) === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset + at, count)
  }
  const words = new Uint32Array(count)
  for (let i = 0; i < count; i++) words[i] = bytes.readUInt32LE(at + i * 4)
  return words
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value)
}

/** The halves of a 128-bit product, folded. */
function fold(a: bigint, b: bigint): bigint {
  const product = u64(a) * u64(b)
  return u64(product) ^ (product >> 64n)
}

function avalanche(value: bigint): bigint {
  const mixed = u64((u64(value) ^ (u64(value) >> 37n)) * mixer)
  return mixed ^ (mixed >> 32n)
}

/** The finish of XXH64. */
function avalancheOld(value: bigint): bigint {
  let mixed = u64((value ^ (value >> 33n)) * prime64[1])
  mixed = u64((mixed ^ (mixed >> 29n)) * prime64[2])
  return mixed ^ (mixed >> 32n)
}

function rotated(value: bigint, by: bigint): bigint {
  return u64(value << by) | (value >> (64n - by))
}

function keyAt(at: number): bigint {
  return secret.readBigUInt64LE(at)
}

function mix16(bytes: Buffer, at: number, key: number): bigint {
  return fold(
    bytes.readBigUInt64LE(at) ^ keyAt(key),
    bytes.readBigUInt64LE(at + 8) ^ keyAt(key + 8),
  )
}

function hashShort(bytes: Buffer): bigint {
  const length = bytes.length
  if (length > 128) return hashMiddle(bytes)
  if (length > 16) return hashUpTo128(bytes)
  if (length > 8) {
    const low = bytes.readBigUInt64LE(0) ^ keyAt(24) ^ keyAt(32)
    const high = bytes.readBigUInt64LE(length - 8) ^ keyAt(40) ^ keyAt(48)
    return avalanche(BigInt(length) + swapped(low) + high + fold(low, high))
  }
  if (length >= 4) {
    const both = BigInt(bytes.readUInt32LE(length - 4)) + (BigInt(bytes.readUInt32LE(0)) << 32n)
    const keyed = both ^ keyAt(8) ^ keyAt(16)
    let mixed = u64((keyed ^ rotated(keyed, 49n) ^ rotated(keyed, 24n)) * mixerShort)
    mixed = u64((mixed ^ ((mixed >> 35n) + BigInt(length))) * mixerShort)
    return mixed ^ (mixed >> 28n)
  }
  if (length === 0) return avalancheOld(keyAt(56) ^ keyAt(64))
  const middle = bytes[length >> 1] as number
  const combined =
    (((bytes[0] as number) << 16) |
      (middle << 24) |
      (bytes[length - 1] as number) |
      (length << 8)) >>>
    0
  const flip = BigInt((secret.readUInt32LE(0) ^ secret.readUInt32LE(4)) >>> 0)
  return avalancheOld(BigInt(combined) ^ flip)
}

function swapped(value: bigint): bigint {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64LE(value)
  return bytes.readBigUInt64BE()
}

function hashUpTo128(bytes: Buffer): bigint {
  const length = bytes.length
  let sum = BigInt(length) * prime64[0]
  for (let pair = (length - 1) >> 5; pair >= 0; pair--) {
    sum += mix16(bytes, pair * 16, pair * 32)
    sum += mix16(bytes, length - 16 * (pair + 1), pair * 32 + 16)
  }
  return avalanche(sum)
}

function hashMiddle(bytes: Buffer): bigint {
  const length = bytes.length
  let sum = BigInt(length) * prime64[0]
  for (let i = 0; i < 8; i++) sum += mix16(bytes, i * 16, i * 16)
  sum = avalanche(sum)
  for (let i = 8; i < length >> 4; i++) sum += mix16(bytes, i * 16, (i - 8) * 16 + 3)
  return avalanche(sum + mix16(bytes, length - 16, 136 - 17))
}

/** Low and high halves of the eight lanes in turn. */
type Lanes = Uint32Array

function hashLong(bytes: Buffer): bigint {
  const length = bytes.length
  const lanes = firstLanes()
  const words = wordsAt(bytes, 0, Math.floor(length / stripeBytes) * stripeWords)
  const stripes = Math.floor((length - 1) / stripeBytes)
  for (let stripe = 0; stripe < stripes; stripe++) {
    const inBlock = stripe % stripesPerBlock
    const keys = stripeKeys[inBlock] as Uint32Array
    accumulate(lanes, words, { at: stripe * stripeWords, keys })
    if (inBlock === stripesPerBlock - 1) scramble(lanes)
  }
  accumulate(lanes, wordsAt(bytes, length - stripeBytes, stripeWords), { at: 0, keys: lastKeys })
  let sum = BigInt(length) * prime64[0]
  for (let i = 0; i < 4; i++) {
    sum += fold(
      laneOf(lanes, i * 2) ^ keyAt(11 + i * 16),
      laneOf(lanes, i * 2 + 1) ^ keyAt(19 + i * 16),
    )
  }
  return avalanche(sum)
}

function firstLanes(): Lanes {
  const [a, b, c] = prime32
  const starts = [
    BigInt(c),
    prime64[0],
    prime64[1],
    prime64[2],
    prime64[3],
    BigInt(b),
    prime64[4],
    BigInt(a),
  ]
  const lanes = new Uint32Array(16)
  starts.forEach((start, i) => {
    lanes[i * 2] = Number(start & 0xffffffffn)
    lanes[i * 2 + 1] = Number(start >> 32n)
  })
  return lanes
}

function laneOf(lanes: Lanes, index: number): bigint {
  return (BigInt(lanes[index * 2 + 1] as number) << 32n) | BigInt(lanes[index * 2] as number)
}

function accumulate(
  lanes: Lanes,
  words: Uint32Array,
  { at, keys }: { readonly at: number; readonly keys: Uint32Array },
): void {
  for (let i = 0; i < 16; i += 2) {
    const low = words[at + i] as number
    const high = words[at + i + 1] as number
    const other = i ^ 2
    const swappedSum = (lanes[other] as number) + low
    lanes[other] = swappedSum
    lanes[other + 1] = (lanes[other + 1] as number) + high + (swappedSum > 0xffffffff ? 1 : 0)
    const a = (low ^ (keys[i] as number)) >>> 0
    const b = (high ^ (keys[i + 1] as number)) >>> 0
    const sum = (lanes[i] as number) + (Math.imul(a, b) >>> 0)
    lanes[i] = sum
    lanes[i + 1] = (lanes[i + 1] as number) + highOfProduct(a, b) + (sum > 0xffffffff ? 1 : 0)
  }
}

/** The upper 32 bits of the product of two unsigned 32-bit integers; no step of it leaves 32 bits. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0
  const other = (Math.imul(aLow, bHigh) + (middle & 0xffff)) >>> 0
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (other >>> 16)) >>> 0
}

function scramble(lanes: Lanes): void {
  const prime = prime32[0]
  for (let i = 0; i < 16; i += 2) {
    const low = lanes[i] as number
    const high = lanes[i + 1] as number
    const mixedLow = (low ^ (high >>> 15) ^ (scrambleKeys[i] as number)) >>> 0
    const mixedHigh = (high ^ (scrambleKeys[i + 1] as number)) >>> 0
    lanes[i] = Math.imul(mixedLow, prime)
    lanes[i + 1] = highOfProduct(mixedLow, prime) + Math.imul(mixedHigh, prime)
  }
}
