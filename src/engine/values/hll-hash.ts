// MurmurHash64A over one-byte strings as HyperLogLog uses it, in halves of 32 bits: which register an
// element falls into, and the count it has there.

const seed = 0xadc83b19
const factorHigh = 0xc6a4a793
const factorLow = 0x5bd1e995
const registerBits = 14

/** The hash under work. */
let high = 0
let low = 0

/** Register times 64 plus count: the count is 1 to 51. */
export function hashElement(text: string): number {
  hash(text)
  const register = low & ((1 << registerBits) - 1)
  const restLow = (low >>> registerBits) | (high << (32 - registerBits))
  const restHigh = (high >>> registerBits) | (1 << 18)
  const zeros = restLow !== 0 ? trailingZeros(restLow) : 32 + trailingZeros(restHigh)
  return register * 64 + zeros + 1
}

function trailingZeros(value: number): number {
  return 31 - Math.clz32(value & -value)
}

function hash(text: string): void {
  const length = text.length
  high = 0
  low = length
  multiply()
  low ^= seed
  let h = high
  let l = low
  let at = 0
  for (; at + 8 <= length; at += 8) {
    low = wordAt(text, at)
    high = wordAt(text, at + 4)
    multiply()
    // Shifted by 47: only the upper half reaches the lower one.
    low ^= high >>> 15
    multiply()
    low ^= l
    high ^= h
    multiply()
    h = high
    l = low
  }
  if (at < length) {
    for (let i = 0; at + i < length; i++) {
      const byte = text.charCodeAt(at + i)
      if (i < 4) l ^= byte << (i * 8)
      else h ^= byte << ((i - 4) * 8)
    }
    low = l
    high = h
    multiply()
  } else {
    low = l
    high = h
  }
  low ^= high >>> 15
  multiply()
  low ^= high >>> 15
}

function wordAt(text: string, at: number): number {
  return (
    text.charCodeAt(at) |
    (text.charCodeAt(at + 1) << 8) |
    (text.charCodeAt(at + 2) << 16) |
    (text.charCodeAt(at + 3) << 24)
  )
}

/** Multiplies the hash by the factor, modulo 2^64. */
function multiply(): void {
  const a0 = low & 0xffff
  const a1 = low >>> 16
  const b0 = factorLow & 0xffff
  const b1 = factorLow >>> 16
  const cross = a1 * b0 + ((a0 * b0) >>> 16)
  const other = a0 * b1 + (cross & 0xffff)
  const carry = a1 * b1 + Math.floor(cross / 65536) + Math.floor(other / 65536)
  high = (Math.imul(high, factorLow) + Math.imul(low, factorHigh) + carry) | 0
  low = Math.imul(low, factorLow)
}
