// Messages, and what a member keeps on disk, as bytes. What cannot be read is null.

import {
  ByteReader,
  ByteWriter,
  finishWithEntries,
  readEntries,
  readPosition,
  writePosition,
} from 'quorate/plugin'

const version = 1

/** The fields of each kind behind its view, in their order. Entries come last. */
const shapes = {
  'start-view-change': {},
  'do-view-change': { last: 'position' },
  'get-state': { at: 'position' },
  'new-state': { last: 'position', previous: 'position', entries: 'entries' },
  prepare: { round: 'number', commit: 'number', previous: 'position', entries: 'entries' },
  'prepare-ok': { round: 'number', index: 'number', fits: 'boolean', recovering: 'boolean' },
  read: { id: 'number' },
  readable: { id: 'number', at: 'position' },
  recovery: { nonce: 'number' },
  'recovery-response': { nonce: 'number', leads: 'boolean', last: 'number' },
}
const kinds = Object.keys(shapes)

const writer = new ByteWriter(256)

export function encodeMessage(message) {
  writer.byte(version).byte(kinds.indexOf(message.kind)).varint(message.view)
  for (const [name, type] of Object.entries(shapes[message.kind])) {
    const value = message[name]
    if (type === 'number') writer.varint(value)
    else if (type === 'boolean') writer.boolean(value)
    else if (type === 'position') writePosition(writer, value)
    else return finishWithEntries(writer, value)
  }
  return writer.finish()
}

export function decodeMessage(bytes) {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== version) return null
  const kind = kinds[reader.byte()]
  if (kind === undefined) return null
  const message = { kind, view: reader.varint() }
  for (const [name, type] of Object.entries(shapes[kind])) {
    if (type === 'number') message[name] = reader.varint()
    else if (type === 'boolean') message[name] = reader.boolean()
    else if (type === 'position') message[name] = readPosition(reader)
    else {
      message.entries = readEntries(reader, message.previous, message.view)
      return reader.ok && message.entries !== null ? message : null
    }
  }
  return reader.ok && reader.left === 0 ? message : null
}

/** The view that was promised, and whether this member has yet to be refilled. */
export function encodeState(view, recovering) {
  return writer
    .byte(version)
    .varint(view)
    .boolean(recovering !== null)
    .finish()
}

export function decodeState(bytes) {
  if (bytes === null) return { view: 0, recovering: null }
  const reader = new ByteReader(bytes, 1)
  return { view: reader.varint(), recovering: reader.boolean() ? 'disk-lost' : null }
}
