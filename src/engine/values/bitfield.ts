// Integers of 1 to 64 bits at any bit of a string: reading, adding with the three ways to overflow, and
// writing. Plain numbers up to 48 bits, BigInt beyond: never a rounded one.

import type { Buffer } from 'node:buffer'
import { type Int64, narrow } from './integer.js'

export interface FieldType {
  readonly isSigned: boolean
  readonly bits: number
}

export type Overflow = 'WRAP' | 'SAT' | 'FAIL'

/** `i1` to `i64` and `u1` to `u63`; null for anything else. */
export function parseFieldType(text: string): FieldType | null {
  const isSigned = text[0] === 'i'
  if (!isSigned && text[0] !== 'u') return null
  if (text.length < 2 || text.length > 3) return null
  let bits = 0
  for (let i = 1; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < (i === 1 ? 1 : 0) || digit > 9) return null
    bits = bits * 10 + digit
  }
  return bits <= (isSigned ? 64 : 63) ? { isSigned, bits } : null
}

/** Bytes that are read as one plain number. */
const plainBytes = 6

/** The field at a bit offset; what lies behind the end is zero. */
export function readField(from: string | Buffer, offset: number, type: FieldType): Int64 {
  const at = Math.floor(offset / 8)
  const head = offset % 8
  const count = (head + type.bits + 7) >> 3
  const tail = count * 8 - head - type.bits
  if (count <= plainBytes) {
    const span = Math.floor(readPlain(from, at, count) / powers(tail))
    const raw = span % powers(type.bits)
    return type.isSigned && raw >= powers(type.bits - 1) ? raw - powers(type.bits) : raw
  }
  const span = readBig(from, at, count) >> BigInt(tail)
  const raw = type.isSigned ? BigInt.asIntN(type.bits, span) : BigInt.asUintN(type.bits, span)
  return narrow(raw) as Int64
}

/** Writes a value that fits the type; the bytes must be there. */
export function writeField(
  into: Buffer,
  offset: number,
  { type, value }: { readonly type: FieldType; readonly value: Int64 },
): void {
  const at = Math.floor(offset / 8)
  const head = offset % 8
  const count = (head + type.bits + 7) >> 3
  const tail = count * 8 - head - type.bits
  if (count <= plainBytes && typeof value === 'number') {
    const raw = value < 0 ? value + powers(type.bits) : value
    const span = readPlain(into, at, count)
    const old = Math.floor(span / powers(tail)) % powers(type.bits)
    into.writeUIntBE(span + (raw - old) * powers(tail), at, count)
    return
  }
  const mask = (1n << BigInt(type.bits)) - 1n
  const raw = BigInt.asUintN(type.bits, BigInt(value))
  let span = (readBig(into, at, count) & ~(mask << BigInt(tail))) | (raw << BigInt(tail))
  for (let i = count - 1; i >= 0; i--) {
    into[at + i] = Number(span & 255n)
    span >>= 8n
  }
}

/** The sum as the type holds it; null where it overflows and that fails. */
export function fitField(
  a: Int64,
  b: Int64,
  how: FieldType & { readonly overflow: Overflow },
): Int64 | null {
  const { isSigned, bits, overflow } = how
  const least = isSigned ? -(1n << BigInt(bits - 1)) : 0n
  const most = isSigned ? -least - 1n : (1n << BigInt(bits)) - 1n
  const sum = BigInt(a) + BigInt(b)
  if (sum >= least && sum <= most) return narrow(sum)
  if (overflow === 'FAIL') return null
  if (overflow === 'SAT') return narrow(sum > most ? most : least)
  return narrow(isSigned ? BigInt.asIntN(bits, sum) : BigInt.asUintN(bits, sum))
}

/** Two to a power of at most 52. */
function powers(power: number): number {
  return power < 31 ? 1 << power : (1 << (power - 30)) * 1073741824
}

function readPlain(from: string | Buffer, at: number, count: number): number {
  let value = 0
  for (let i = at; i < at + count; i++) value = value * 256 + byteAt(from, i)
  return value
}

function readBig(from: string | Buffer, at: number, count: number): bigint {
  let value = 0n
  for (let i = at; i < at + count; i++) value = (value << 8n) | BigInt(byteAt(from, i))
  return value
}

function byteAt(from: string | Buffer, at: number): number {
  if (at >= from.length) return 0
  return typeof from === 'string' ? from.charCodeAt(at) : (from[at] as number)
}
