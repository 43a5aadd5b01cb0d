// Reading operations and their arguments. Nothing is trusted: a reader that ran out says so at the end.

import type { ByteReader } from '../../base/bytes.js'
import type { Amount, Kind, Payload } from './cell.js'
import { expiryMax } from '../expiry.js'
import { kinds } from './cell.js'
import { isPlace } from './places.js'

/** Null where it is none that an element of this name may have. */
export function decodePayload(reader: ByteReader, kind: Kind, name: string): Payload | null {
  if (kind === kinds.zset) {
    const score = reader.double()
    return Number.isNaN(score) ? null : score
  }
  if (kind === kinds.set) return ''
  if (kind === kinds.list && !isPlace(name)) return null
  if (kind !== kinds.stream) return reader.text()
  const payload = decodeStreamPayload(reader)
  return isOfStream(name, payload) ? payload : null
}

/** Whether an element of a stream is called and holds as it must: ids have 16 characters. */
function isOfStream(name: string, payload: Payload): boolean {
  if (name[0] === 'e') return name.length === idLength + 1 && Array.isArray(payload)
  if (typeof payload !== 'object' || !('fields' in payload)) return false
  const [a, b, c] = payload.fields
  if (name[0] === 'h') return name.length === 1 && isId(a) && isId(b) && isCount(c)
  if (name[0] === 'g') return isId(a) && typeof b === 'string'
  if (name[0] === 'c') return /^c[0-9]{1,9}:/.test(name) && isTime(a) && (b === -1 || isTime(b))
  const isPending = name[0] === 'p' && name.length > idLength
  return isPending && typeof a === 'string' && isTime(b) && typeof c === 'string'
}

const idLength = 16

function isId(field: string | number | undefined): boolean {
  return typeof field === 'string' && field.length === idLength
}

/** One that is greater than numbers hold counts as the greatest: streams that were made before kept 64 bits. */
function isCount(field: string | number | undefined): field is number {
  return typeof field === 'number' && Number.isInteger(field) && field >= 0
}

function isTime(field: string | number | undefined): boolean {
  return isCount(field) && field < 2 * expiryMax
}

/** Wall milliseconds; a later time than can be kept counts as the latest. */
export function decodeTime(reader: ByteReader): number {
  return Math.min(reader.varint(), expiryMax)
}

/** The same in a cell, where one less than 0 stands for none: written as one more. */
export function decodeUntil(reader: ByteReader): number {
  return Math.min(reader.varint() - 1, expiryMax)
}

function decodeStreamPayload(reader: ByteReader): Payload {
  const isEntry = reader.boolean()
  const count = reader.varint()
  if (isEntry) {
    const entry: string[] = []
    for (let i = 0; i < count && reader.ok; i++) entry.push(reader.text())
    return entry
  }
  const fields: (string | number)[] = []
  for (let i = 0; i < count && reader.ok; i++) {
    fields.push(reader.byte() === 0 ? reader.text() : reader.double())
  }
  return { fields }
}

export function decodeAmountText(reader: ByteReader): Amount {
  const isWhole = reader.boolean()
  const text = reader.text()
  return isWhole && /^-?[0-9]{1,40}$/.test(text) ? BigInt(text) : text
}
