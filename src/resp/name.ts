// Command names without a new string per command: a small table of names seen before, keyed by their
// bytes. What it holds depends on what clients sent, what it answers does not.

import type { Buffer } from 'node:buffer'

const bits = 9
const places = 1 << bits
/** Longest name that the table holds: two words of four bytes. */
const nameBytesMax = 8

const lows = new Int32Array(places)
const highs = new Int32Array(places)
const names: string[] = new Array<string>(places).fill('')

/** One-byte string of bytes[from, to). */
export function nameOf(bytes: Buffer, from: number, to: number): string {
  const length = to - from
  if (length > nameBytesMax) return bytes.latin1Slice(from, to)
  let low = 0
  let high = 0
  for (let at = from; at < to; at++) {
    high = (high << 8) | (low >>> 24)
    low = (low << 8) | (bytes[at] as number)
  }
  const place = Math.imul(low ^ Math.imul(high, 0x85ebca6b), 0x9e3779b1) >>> (32 - bits)
  const known = names[place] as string
  if (lows[place] === low && highs[place] === high && known.length === length) return known
  const name = bytes.latin1Slice(from, to)
  lows[place] = low
  highs[place] = high
  names[place] = name
  return name
}

/** Whether a name is a word that HTTP requests begin with and Redis commands never do. */
export function isCrossProtocol(name: string): boolean {
  if (name.length === 4) return (name.charCodeAt(0) | 32) === 112 && name.toLowerCase() === 'post'
  if (name.length === 5) return name.charCodeAt(4) === 58 && name.toLowerCase() === 'host:'
  return false
}
