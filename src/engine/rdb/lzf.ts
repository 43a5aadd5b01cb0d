// LZF, which Redis packs longer strings of a DUMP with. Packing takes the same choices as the library that
// Redis has, so that the bytes are the same; unpacking never writes beyond what was announced.

import { Buffer } from 'node:buffer'

const literalMax = 32
const offsetMax = 1 << 13
const matchMax = (1 << 8) + (1 << 3)
const slots = 1 << 16

/** Last place of three bytes by their hash, plus one; 0 for none. Cleared before each use. */
const places = new Int32Array(slots)

function slotOf(value: number): number {
  return ((value >>> 8) - value * 5) & (slots - 1)
}

/** Null where it would not become smaller than `outBytes`. */
export function packLzf(input: Buffer, outBytes: number): Buffer | null {
  const length = input.length
  if (length === 0 || outBytes <= 0) return null
  places.fill(0)
  const out = Buffer.allocUnsafeSlow(outBytes)
  let at = 0
  let to = 1
  let literals = 0
  const end = length - 2
  let value = ((input[0] as number) << 8) | (input[1] ?? 0)
  while (at < end) {
    value = ((value << 8) | (input[at + 2] as number)) & 0xffffff
    const slot = slotOf(value)
    const from = (places[slot] as number) - 1
    places[slot] = at + 1
    const offset = at - from - 1
    const isMatch =
      from > 0 &&
      offset < offsetMax &&
      input[from + 2] === input[at + 2] &&
      input[from + 1] === input[at + 1] &&
      input[from] === input[at]
    if (!isMatch) {
      if (to >= outBytes) return null
      literals++
      out[to++] = input[at++] as number
      if (literals === literalMax) {
        out[to - literals - 1] = literals - 1
        literals = 0
        to++
      }
      continue
    }
    if (to - (literals === 0 ? 1 : 0) + 4 >= outBytes) return null
    out[to - literals - 1] = literals - 1
    if (literals === 0) to--
    const matched = matchLength(input, from, at)
    const code = matched - 2
    if (code < 7) out[to++] = (offset >> 8) + (code << 5)
    else {
      out[to++] = (offset >> 8) + (7 << 5)
      out[to++] = code - 7
    }
    out[to++] = offset & 255
    literals = 0
    to++
    at += matched
    if (at >= end) break
    // The two places before are known, too.
    at -= 2
    value = ((input[at] as number) << 8) | (input[at + 1] as number)
    for (let i = 0; i < 2; i++) {
      value = ((value << 8) | (input[at + 2] as number)) & 0xffffff
      places[slotOf(value)] = at + 1
      at++
    }
  }
  if (to + 3 > outBytes) return null
  while (at < length) {
    literals++
    out[to++] = input[at++] as number
    if (literals === literalMax) {
      out[to - literals - 1] = literals - 1
      literals = 0
      to++
    }
  }
  out[to - literals - 1] = literals - 1
  if (literals === 0) to--
  return out.subarray(0, to)
}

function matchLength(input: Buffer, from: number, at: number): number {
  const most = Math.min(matchMax, input.length - at - 2)
  let matched = 3
  while (matched < most && input[from + matched] === input[at + matched]) matched++
  return matched
}

/** Null unless exactly `length` bytes come out. */
export function unpackLzf(input: Buffer, length: number): Buffer | null {
  const out = Buffer.allocUnsafeSlow(length)
  let at = 0
  let to = 0
  while (at < input.length) {
    const control = input[at++] as number
    if (control < 32) {
      const count = control + 1
      if (at + count > input.length || to + count > length) return null
      input.copy(out, to, at, at + count)
      at += count
      to += count
      continue
    }
    let count = control >> 5
    if (count === 7) count += input[at++] ?? 0
    count += 2
    if (at >= input.length) return null
    let from = to - ((control & 31) << 8) - (input[at++] as number) - 1
    if (from < 0 || to + count > length) return null
    for (; count > 0; count--) out[to++] = out[from++] as number
  }
  return to === length ? out : null
}
