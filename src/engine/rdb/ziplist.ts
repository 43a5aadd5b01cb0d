// Ziplists and zipmaps, in which Redis before 7.0 kept small containers: read only. Every length is checked.

import type { Buffer } from 'node:buffer'

const headerBytes = 10
const endByte = 0xff
const longMark = 0xfe

/** The elements as texts; null where the bytes are no ziplist. */
export function readZiplist(bytes: Buffer): string[] | null {
  const length = bytes.length
  if (length < headerBytes + 1 || bytes.readUInt32LE(0) !== length) return null
  if (bytes[length - 1] !== endByte) return null
  const made: string[] = []
  const end = length - 1
  let at = headerBytes
  while (at < end) {
    // First the length of the element before it.
    at += bytes[at] === longMark ? 5 : 1
    if (at >= end) return null
    const element = elementAt(bytes, at, end)
    if (element === null) return null
    made.push(element.text)
    at = element.end
  }
  const announced = bytes.readUInt16LE(8)
  return at === end && (announced === 0xffff || announced === made.length) ? made : null
}

interface Element {
  readonly text: string
  readonly end: number
}

function elementAt(bytes: Buffer, at: number, end: number): Element | null {
  const first = bytes[at] as number
  const room = end - at
  if (first < 0x40) return textAt(bytes, { from: at + 1, length: first & 63, end })
  if (first < 0x80) {
    if (room < 2) return null
    return textAt(bytes, {
      from: at + 2,
      length: ((first & 63) << 8) | (bytes[at + 1] as number),
      end,
    })
  }
  if (first < 0xc0) {
    if (room < 5) return null
    return textAt(bytes, { from: at + 5, length: bytes.readUInt32BE(at + 1), end })
  }
  if (first >= 0xf1 && first <= 0xfd) return { text: String((first & 15) - 1), end: at + 1 }
  const width = widths.get(first)
  if (width === undefined || room < 1 + width) return null
  const text =
    width === 8 ? bytes.readBigInt64LE(at + 1).toString() : String(bytes.readIntLE(at + 1, width))
  return { text, end: at + 1 + width }
}

/** Bytes of an integer by its code. */
const widths: ReadonlyMap<number, number> = new Map([
  [0xc0, 2],
  [0xd0, 4],
  [0xe0, 8],
  [0xf0, 3],
  [0xfe, 1],
])

function textAt(
  bytes: Buffer,
  part: { readonly from: number; readonly length: number; readonly end: number },
): Element | null {
  const end = part.from + part.length
  return end <= part.end ? { text: bytes.latin1Slice(part.from, end), end } : null
}

/** Fields and values in turn; null where the bytes are no zipmap. */
export function readZipmap(bytes: Buffer): string[] | null {
  const made: string[] = []
  let at = 1
  for (;;) {
    if (at >= bytes.length) return null
    if (bytes[at] === endByte) return at === bytes.length - 1 ? made : null
    const isValue = made.length % 2 === 1
    const isLong = bytes[at] === longMark
    if (isLong && at + 5 > bytes.length) return null
    const length = isLong ? bytes.readUInt32LE(at + 1) : (bytes[at] as number)
    at += isLong ? 5 : 1
    let free = 0
    // Unused bytes behind a value.
    if (isValue) free = bytes[at++] ?? 0
    if (at + length + free > bytes.length) return null
    made.push(bytes.latin1Slice(at, at + length))
    at += length + free
  }
}
