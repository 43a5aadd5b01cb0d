// Intsets, in which Redis keeps small sets of integers: a width, a count, the integers ascending.

import { Buffer } from 'node:buffer'
import { parseInt64 } from '../values/integer.js'

/** `members` are integers in ascending order. */
export function writeIntset(members: readonly string[]): Buffer {
  const values = members.map((member) => parseInt64(member) ?? 0)
  const fits = (half: number): boolean => values.every((value) => value >= -half && value < half)
  const width = fits(0x8000) ? 2 : fits(0x80000000) ? 4 : 8
  const made = Buffer.allocUnsafeSlow(8 + values.length * width)
  made.writeUInt32LE(width, 0)
  made.writeUInt32LE(values.length, 4)
  values.forEach((value, i) => {
    const at = 8 + i * width
    if (width === 8) made.writeBigInt64LE(BigInt(value), at)
    else made.writeIntLE(Number(value), at, width)
  })
  return made
}

/** The integers as texts; null where the bytes are no intset. */
export function readIntset(bytes: Buffer): string[] | null {
  if (bytes.length < 8) return null
  const width = bytes.readUInt32LE(0)
  const count = bytes.readUInt32LE(4)
  if (width !== 2 && width !== 4 && width !== 8) return null
  if (bytes.length !== 8 + count * width) return null
  const made: string[] = []
  let before: bigint | null = null
  for (let at = 8; at < bytes.length; at += width) {
    const value = width === 8 ? bytes.readBigInt64LE(at) : BigInt(bytes.readIntLE(at, width))
    if (before !== null && value <= before) return null
    before = value
    made.push(value.toString())
  }
  return made
}
