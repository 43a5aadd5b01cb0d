// Parts of messages that total-order strategies share: positions, causes of recovery and runs of
// entries. Entries are copied once on the way out, straight into the message, and once on the way in.

import { Buffer } from 'node:buffer'
import { type LogEntry, payloadOf } from '../api/entry.js'
import type { Position } from '../api/position.js'
import type { RecoveryCause } from '../api/strategy.js'
import { ByteReader, type ByteWriter, writeVarint } from '../base/bytes.js'

/** Numbers are a format; 0 is none. */
export const causes: readonly (RecoveryCause | null)[] = [
  null,
  'disk-lost',
  'log-damaged',
  'unclean-stop',
  'accept-loss',
]

export function writePosition(writer: ByteWriter, at: Position): ByteWriter {
  return writer.varint(at.term).varint(at.index)
}

export function readPosition(reader: ByteReader): Position {
  return { term: reader.varint(), index: reader.varint() }
}

/** A whole message: what the writer holds, then the entries. */
export function finishWithEntries(writer: ByteWriter, entries: readonly LogEntry[]): Uint8Array {
  const head = writer.varint(entries.length).finish()
  let size = head.length
  for (const entry of entries) size += entry.payload.bytes().length + 16
  const made = Buffer.allocUnsafeSlow(size)
  made.set(head, 0)
  let at = head.length
  for (const entry of entries) {
    const bytes = entry.payload.bytes()
    at = writeVarint(made, at, entry.term)
    at = writeVarint(made, at, bytes.length)
    made.set(bytes, at)
    at += bytes.length
  }
  return made.subarray(0, at)
}

/** The rest of a message: entries behind `previous` whose terms do not fall, none above `termMax`; else null. */
export function readEntries(
  reader: ByteReader,
  previous: Position,
  termMax: number,
): LogEntry[] | null {
  const count = reader.varint()
  if (!reader.ok || count > reader.left) return null
  // The message may be a view into a frame that its owner uses again: the entries get bytes of their own.
  const body = new ByteReader(Uint8Array.prototype.slice.call(reader.raw(reader.left)))
  const entries: LogEntry[] = []
  let { term } = previous
  for (let i = 1; i <= count; i++) {
    const own = body.varint()
    const payload = payloadOf(body.blob())
    if (!body.ok || own < term || own > termMax) return null
    term = own
    entries.push({ term, index: previous.index + i, payload })
  }
  if (body.left !== 0 || previous.term > termMax) return null
  return previous.index + count > Number.MAX_SAFE_INTEGER ? null : entries
}
