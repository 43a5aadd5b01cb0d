// Cells as bytes: beside a checkpoint, and in a slot that is sent for repair. Malformed bytes give null.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import {
  type Amount,
  type Delta,
  type Dot,
  ElementCell,
  type Entry,
  insert,
  KeyCell,
  type Kind,
  kinds,
  type Time,
} from './cell.js'
import { decodeAmountText, decodePayload, decodeUntil } from './decode.js'
import { encodePayload } from './operations.js'

const kindCount = 6

export function encodeCell(writer: ByteWriter, cell: KeyCell): void {
  writer.varint(cell.last).varint(cell.rest)
  writer.varint(cell.bases.length)
  for (const { stamp, kind, text } of cell.bases) writer.varint(stamp).byte(kind).text(text)
  encodeDeltas(writer, cell.deltas)
  encodeTimes(writer, cell.times)
  writer.varint(cell.made.length)
  for (const { stamp, kind } of cell.made) writer.varint(stamp).byte(kind)
  cell.elements.forEach((entries, kind) => {
    writer.varint(entries?.size ?? 0)
    for (const [name, entry] of entries ?? []) encodeEntry(writer.text(name), kind, entry)
  })
}

function encodeEntry(writer: ByteWriter, kind: Kind, entry: Entry): void {
  writer.boolean(typeof entry === 'number')
  if (typeof entry === 'number') {
    writer.varint(entry)
    return
  }
  writer.varint(entry.dots.length)
  for (const { stamp, isWhole, payload } of entry.dots) {
    encodePayload(writer.varint(stamp).boolean(isWhole), kind, payload)
  }
  encodeDeltas(writer, entry.deltas)
  encodeTimes(writer, entry.times)
}

function encodeDeltas(writer: ByteWriter, deltas: readonly Delta[]): void {
  writer.varint(deltas.length)
  for (const { stamp, amount } of deltas) encodeAmount(writer.varint(stamp), amount)
}

/** A number may be a score's, too, which is no integer. */
function encodeAmount(writer: ByteWriter, amount: Amount): void {
  writer.boolean(typeof amount === 'number')
  if (typeof amount === 'number') writer.double(amount)
  else writer.boolean(typeof amount !== 'string').text(amount.toString())
}

function encodeTimes(writer: ByteWriter, times: readonly Time[]): void {
  writer.varint(times.length)
  for (const { stamp, until, isWeak } of times) {
    writer
      .varint(stamp)
      .varint(until + 1)
      .boolean(isWeak)
  }
}

export function decodeCell(reader: ByteReader): KeyCell | null {
  const cell = new KeyCell()
  cell.last = reader.varint()
  cell.rest = reader.varint()
  const bases = reader.varint()
  for (let i = 0; i < bases && reader.ok; i++) {
    cell.bases = insert(cell.bases, {
      stamp: reader.varint(),
      kind: reader.byte(),
      text: reader.text(),
    })
  }
  const deltas = decodeDeltas(reader, kinds.string)
  if (deltas === null) return null
  cell.deltas = deltas
  cell.times = decodeTimes(reader)
  const made = reader.varint()
  for (let i = 0; i < made && reader.ok; i++) {
    cell.made = insert(cell.made, { stamp: reader.varint(), kind: reader.byte() })
  }
  for (let kind = 0; kind < kindCount; kind++) {
    const count = reader.varint()
    for (let i = 0; i < count && reader.ok; i++) {
      const name = reader.text()
      const entry = decodeEntry(reader, kind, name)
      if (entry === null) return null
      cell.setEntry(kind, name, entry)
    }
  }
  const kindsOf = [...cell.bases, ...cell.made].map(({ kind }) => kind)
  return reader.ok && kindsOf.every((kind) => kind < kindCount) ? cell : null
}

function decodeEntry(reader: ByteReader, kind: Kind, name: string): Entry | null {
  if (reader.boolean()) return reader.varint()
  const made = new ElementCell()
  const dots = reader.varint()
  for (let i = 0; i < dots && reader.ok; i++) {
    const stamp = reader.varint()
    const isWhole = reader.boolean()
    const payload = decodePayload(reader, kind, name)
    if (payload === null) return null
    made.dots = insert<Dot>(made.dots, { stamp, isWhole, payload })
  }
  const deltas = decodeDeltas(reader, kind)
  if (deltas === null) return null
  made.deltas = deltas
  made.times = decodeTimes(reader)
  return made
}

/** Only scores grow by what is no integer. */
function decodeDeltas(reader: ByteReader, kind: Kind): Delta[] | null {
  const deltas: Delta[] = []
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    const stamp = reader.varint()
    const amount = reader.boolean() ? reader.double() : decodeAmountText(reader)
    const isNumber = typeof amount === 'number'
    if (isNumber && Number.isNaN(amount)) return null
    if (kind === kinds.zset ? !isNumber : isNumber && !Number.isSafeInteger(amount)) return null
    deltas.push({ stamp, amount })
  }
  return deltas
}

function decodeTimes(reader: ByteReader): Time[] {
  const times: Time[] = []
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    times.push({ stamp: reader.varint(), until: decodeUntil(reader), isWeak: reader.boolean() })
  }
  return times
}
