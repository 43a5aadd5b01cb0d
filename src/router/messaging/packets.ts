// What members say to each other about messages, as bytes: what their clients listen to, and the
// messages themselves. Numbers are a format. Nothing here trusts a length.

import { ByteReader, ByteWriter } from '../../base/bytes.js'

/** Kinds of names that clients listen to. */
export const kinds = { channel: 0, pattern: 1, shard: 2 } as const
export type Kind = (typeof kinds)[keyof typeof kinds]

export interface Change {
  readonly kind: Kind
  readonly name: string
  /** Sessions of the sender that listen. */
  readonly count: number
}

/** A part of what the sender's clients listen to. */
export interface StatePart {
  /** The version that it is a difference from. */
  readonly from: number
  /** A whole state comes in parts, the first is number 0; a difference is one part. */
  readonly part: number
  readonly isWhole: boolean
  readonly isLast: boolean
  readonly changes: readonly Change[]
}

export interface StatePacket extends StatePart {
  readonly type: 'state'
  readonly life: number
  readonly to: number
  /** Its clients want to hear of changes of keys. */
  readonly wantsKeys: boolean
}

export interface AckPacket {
  readonly type: 'ack'
  /** Of the member that is answered. */
  readonly life: number
  /** Version of its subscriptions that is known here. */
  readonly version: number
  /** Something in between is missing. */
  readonly hasGap: boolean
  /** Bytes of messages that arrived, as its messages count them. */
  readonly heard: number
}

export interface MessagePacket {
  readonly type: 'message'
  readonly life: number
  /** Bytes of messages sent to this member so far, with this one: its place in their order. */
  readonly sent: number
  readonly kind: Kind
  readonly channel: string
  readonly text: string
}

export type Packet = StatePacket | AckPacket | MessagePacket

const tags = { state: 1, ack: 2, message: 3 } as const

export function encodePacket(packet: Packet): Uint8Array {
  switch (packet.type) {
    case 'state':
      return encodeState(packet)
    case 'ack':
      return new ByteWriter(32)
        .byte(tags.ack)
        .varint(packet.life)
        .signed(packet.version)
        .boolean(packet.hasGap)
        .varint(packet.heard)
        .finish()
    case 'message':
      return new ByteWriter(packet.text.length + packet.channel.length + 48)
        .byte(tags.message)
        .varint(packet.life)
        .varint(packet.sent)
        .byte(packet.kind)
        .text(packet.channel)
        .text(packet.text)
        .finish()
  }
}

function encodeState(packet: StatePacket): Uint8Array {
  const writer = new ByteWriter(256)
    .byte(tags.state)
    .varint(packet.life)
    .varint(packet.from)
    .varint(packet.to)
    .varint(packet.part)
    .boolean(packet.isWhole)
    .boolean(packet.isLast)
    .boolean(packet.wantsKeys)
    .varint(packet.changes.length)
  for (const { kind, name, count } of packet.changes) writer.byte(kind).text(name).varint(count)
  return writer.finish()
}

/** Null where the bytes are none of ours. */
export function decodePacket(bytes: Uint8Array): Packet | null {
  const reader = new ByteReader(bytes)
  const packet = decode(reader)
  return reader.ok ? packet : null
}

function decode(reader: ByteReader): Packet | null {
  switch (reader.byte()) {
    case tags.state:
      return decodeState(reader)
    case tags.ack: {
      const life = reader.varint()
      const version = reader.signed()
      const hasGap = reader.boolean()
      return { type: 'ack', life, version, hasGap, heard: reader.varint() }
    }
    case tags.message: {
      const life = reader.varint()
      const sent = reader.varint()
      const kind = kindOf(reader.byte())
      const channel = reader.text()
      const text = reader.text()
      return kind === null ? null : { type: 'message', life, sent, kind, channel, text }
    }
    default:
      return null
  }
}

function decodeState(reader: ByteReader): StatePacket | null {
  const head = {
    life: reader.varint(),
    from: reader.varint(),
    to: reader.varint(),
    part: reader.varint(),
    isWhole: reader.boolean(),
    isLast: reader.boolean(),
    wantsKeys: reader.boolean(),
  }
  const count = reader.varint()
  const changes: Change[] = []
  for (let i = 0; i < count && reader.ok; i++) {
    const kind = kindOf(reader.byte())
    const name = reader.text()
    if (kind === null) return null
    changes.push({ kind, name, count: reader.varint() })
  }
  return { type: 'state', ...head, changes }
}

function kindOf(byte: number): Kind | null {
  return byte === kinds.channel || byte === kinds.pattern || byte === kinds.shard ? byte : null
}
