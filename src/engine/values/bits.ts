// Bits of one-byte strings: bit 0 is the highest of the first byte, as in Redis. Long stretches go
// through a scratch buffer as 32-bit words; nothing here changes a string.

import { Buffer } from 'node:buffer'

/** Bytes looked at in one go. */
const chunkBytes = 64 * 1024
/** Up to here a look at each character costs less than a copy. */
const shortBytes = 48
/** Bytes that count as one element of a step. */
export const bytesPerElement = 256

const scratch = Buffer.allocUnsafeSlow(chunkBytes)
const words = new Uint32Array(scratch.buffer, 0, chunkBytes / 4)

/** The bit at an offset, 0 behind the end. */
export function bitAt(text: string, offset: number): 0 | 1 {
  const at = Math.floor(offset / 8)
  if (at >= text.length) return 0
  return ((text.charCodeAt(at) >> (7 - (offset % 8))) & 1) as 0 | 1
}

/** Number of set bits in the bytes from `from` to before `to`. */
export function countBits(text: string, from: number, to: number): number {
  let count = 0
  if (to - from <= shortBytes) {
    for (let at = from; at < to; at++) count += ones(text.charCodeAt(at))
    return count
  }
  for (let at = from; at < to; at += chunkBytes) {
    const length = Math.min(chunkBytes, to - at)
    scratch.latin1Write(text.slice(at, at + length), 0, length)
    const whole = length >> 2
    for (let i = 0; i < whole; i++) count += ones(words[i] as number)
    for (let i = whole * 4; i < length; i++) count += ones(scratch[i] as number)
  }
  return count
}

/** Index of the first byte from `from` to before `to` that is not `filler`, or `to`. */
export function firstOther(text: string, from: number, to: number, filler: 0 | 255): number {
  const end = Math.min(to, from + shortBytes)
  for (let at = from; at < end; at++) if (text.charCodeAt(at) !== filler) return at
  const word = filler === 0 ? 0 : 0xffffffff
  for (let at = end; at < to; at += chunkBytes) {
    const length = Math.min(chunkBytes, to - at)
    scratch.latin1Write(text.slice(at, at + length), 0, length)
    let i = 0
    while (i + 4 <= length && words[i >> 2] === word) i += 4
    while (i < length && scratch[i] === filler) i++
    if (i < length) return at + i
  }
  return to
}

/** Set bits of 32. */
function ones(value: number): number {
  let rest = value - ((value >>> 1) & 0x55555555)
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333)
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
