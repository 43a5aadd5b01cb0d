// Frames between members: a head that names both ends (cluster, member, incarnation: a message for an
// earlier life of a process is dropped), then any number of messages. One frame per peer and turn.

import { ByteReader, type ByteWriter } from '../base/bytes.js'

/** Version of the frame format, its first byte; no hello begins with it. */
export const wireVersion = 1

/** `group` of messages that belong to no replication group. */
export const coreGroup = 0

/** Channels of the core group. */
export const coreChannels = { birth: 0, messaging: 1, rest: 2, topology: 3 } as const

export interface FrameHead {
  readonly cluster: number
  readonly sender: number
  readonly senderIncarnation: number
  readonly target: number
  readonly targetIncarnation: number
  /** Wall clock of the sender, ms: members compare clocks. */
  readonly wall: number
}

export interface Message {
  /** 0 for the core, else group id + 1. */
  readonly group: number
  readonly channel: number
  readonly body: Uint8Array
}

export function beginFrame(writer: ByteWriter, head: FrameHead): void {
  writer
    .byte(wireVersion)
    .uint32(head.cluster)
    .varint(head.sender)
    .varint(head.senderIncarnation)
    .varint(head.target)
    .varint(head.targetIncarnation)
    .varint(head.wall)
}

export function addMessage(writer: ByteWriter, message: Message): void {
  writer.varint(message.group).byte(message.channel).blob(message.body)
}

/** Null where the frame is not one of messages, or malformed. Calls `each` for every message, in order. */
export function readFrame(
  bytes: Uint8Array,
  accepts: (head: FrameHead) => boolean,
  each: (message: Message) => void,
): FrameHead | null {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== wireVersion) return null
  const head: FrameHead = {
    cluster: reader.uint32(),
    sender: reader.varint(),
    senderIncarnation: reader.varint(),
    target: reader.varint(),
    targetIncarnation: reader.varint(),
    wall: reader.varint(),
  }
  if (!reader.ok) return null
  if (!accepts(head)) return head
  while (reader.left > 0) {
    const message = { group: reader.varint(), channel: reader.byte(), body: reader.blob() }
    if (!reader.ok) return null
    each(message)
  }
  return head
}
