// CRC-64 as Redis has it under its dumps: the polynomial of Jones, reflected, zero at both ends. In halves
// of 32 bits, eight bytes at a time (Kounavis and Berry, "Slicing-by-8").

import { Buffer } from 'node:buffer'

const polynomialHigh = 0x95ac9329
const polynomialLow = 0xac4bc9b5
const slices = 8

/** Table k: what a byte leaves that k more bytes follow. */
const highs = new Uint32Array(slices * 256)
const lows = new Uint32Array(slices * 256)

for (let byte = 0; byte < 256; byte++) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) === 1
    low = (low >>> 1) | (high << 31)
    high >>>= 1
    if (isOdd) {
      high ^= polynomialHigh
      low ^= polynomialLow
    }
  }
  highs[byte] = high
  lows[byte] = low
}
for (let at = 256; at < slices * 256; at++) {
  const high = highs[at - 256] as number
  const low = lows[at - 256] as number
  lows[at] = ((low >>> 8) | (high << 24)) ^ (lows[low & 255] as number)
  highs[at] = (high >>> 8) ^ (highs[low & 255] as number)
}

/** A sum that goes on over many pieces. */
export class Crc64 {
  #high = 0
  #low = 0

  add(bytes: Uint8Array, from: number, to: number): void {
    let high = this.#high
    let low = this.#low
    let at = from
    for (; at + slices <= to; at += slices) {
      low ^=
        (bytes[at] as number) |
        ((bytes[at + 1] as number) << 8) |
        ((bytes[at + 2] as number) << 16) |
        ((bytes[at + 3] as number) << 24)
      high ^=
        (bytes[at + 4] as number) |
        ((bytes[at + 5] as number) << 8) |
        ((bytes[at + 6] as number) << 16) |
        ((bytes[at + 7] as number) << 24)
      const a = 1792 + (low & 255)
      const b = 1536 + ((low >>> 8) & 255)
      const c = 1280 + ((low >>> 16) & 255)
      const d = 1024 + (low >>> 24)
      const e = 768 + (high & 255)
      const f = 512 + ((high >>> 8) & 255)
      const g = 256 + ((high >>> 16) & 255)
      const h = high >>> 24
      low =
        (lows[a] as number) ^
        (lows[b] as number) ^
        (lows[c] as number) ^
        (lows[d] as number) ^
        (lows[e] as number) ^
        (lows[f] as number) ^
        (lows[g] as number) ^
        (lows[h] as number)
      high =
        (highs[a] as number) ^
        (highs[b] as number) ^
        (highs[c] as number) ^
        (highs[d] as number) ^
        (highs[e] as number) ^
        (highs[f] as number) ^
        (highs[g] as number) ^
        (highs[h] as number)
    }
    for (; at < to; at++) {
      const index = (low ^ (bytes[at] as number)) & 255
      low = ((low >>> 8) | (high << 24)) ^ (lows[index] as number)
      high = (high >>> 8) ^ (highs[index] as number)
    }
    this.#high = high >>> 0
    this.#low = low >>> 0
  }

  get high(): number {
    return this.#high
  }

  get low(): number {
    return this.#low
  }
}

/** Of one-byte characters; eight one-byte characters, little endian. */
export function crc64(text: string): string {
  const bytes = Buffer.from(text, 'latin1')
  const sum = new Crc64()
  sum.add(bytes, 0, bytes.length)
  const end = Buffer.allocUnsafe(8)
  end.writeUInt32LE(sum.low, 0)
  end.writeUInt32LE(sum.high, 4)
  return end.latin1Slice(0, 8)
}
