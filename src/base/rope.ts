// Bytes by way of a rope: one-byte texts are put together, and written with one call. Several times faster than one
// native call for each of them.

import { Buffer } from 'node:buffer'

const shortLengths: readonly string[] = Array.from({ length: 16384 }, (_, n) => longVarintText(n))

/** An unsigned LEB128 number as one-byte characters. */
export function varintText(value: number): string {
  return value < 16384 ? (shortLengths[value] as string) : longVarintText(value)
}

function longVarintText(value: number): string {
  let text = ''
  let rest = value
  while (rest >= 128) {
    text += String.fromCharCode((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return text + String.fromCharCode(rest)
}

/** Bytes of a one-byte string, in a buffer of their own. */
export function ropeToBytes(rope: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(rope.length)
  bytes.latin1Write(rope, 0, rope.length)
  return bytes
}
