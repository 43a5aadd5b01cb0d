// The bytes of the messages: version, kind, era, then the body. A decoder answers null for anything that is
// not a whole, sane message; it never throws.

import {
  ByteReader,
  ByteWriter,
  causes,
  finishWithEntries,
  type MemberId,
  readEntries,
  readMembersKnown,
  readPosition,
  writeMembersKnown,
  writePosition,
} from 'quorate/plugin'
import {
  memberStates,
  messageKinds,
  type Notification,
  promises,
  type Report,
  type ZabMessage,
} from './messages.js'

/** First byte of each message; members ignore versions that they do not know. */
export const messageVersion = 1

interface Head {
  readonly era: number
}

const writer = new ByteWriter(256)

export function encodeMessage(message: ZabMessage): Uint8Array {
  writer.byte(messageVersion).byte(messageKinds.indexOf(message.kind)).varint(message.era)
  switch (message.kind) {
    case 'notification':
      return encodeNotification(message)
    case 'follower-info':
      return writer
        .varint(message.acceptedEpoch)
        .boolean(message.recovering)
        .varint(message.life)
        .finish()
    case 'leader-info':
      writer.varint(message.epoch).byte(flags(message.founds, message.knows))
      writePosition(writer, message.last)
      return finishFounder(message)
    case 'ack-epoch':
      writePosition(writer.varint(message.epoch).varint(message.currentEpoch), message.last)
      return writer
        .byte(promises.indexOf(message.promise))
        .boolean(message.recovering)
        .varint(message.life)
        .finish()
    case 'diff':
    case 'trunc':
    case 'propose':
    case 'inform':
      writePosition(writer.varint(message.epoch).varint(message.fence), message.previous)
      return finishWithEntries(writer.hash(message.chain).varint(message.commit), message.entries)
    case 'ack':
      writer.varint(message.epoch).varint(message.fence).boolean(message.ok).varint(message.index)
      return writePosition(writer, message.hint)
        .boolean(message.recovering)
        .boolean(message.needsSnapshot)
        .varint(message.life)
        .finish()
    case 'new-leader':
      writePosition(writer.varint(message.epoch).varint(message.fence), message.at)
      return writer.varint(message.intact).finish()
    case 'ack-leader':
      writer.varint(message.epoch).varint(message.fence).boolean(message.recovering)
      return writer.varint(message.life).finish()
    case 'up-to-date':
    case 'commit':
      return writer.varint(message.epoch).varint(message.commit).finish()
    case 'ping':
      writer.varint(message.epoch).varint(message.fence).varint(message.round)
      return writer.varint(message.commit).finish()
    case 'pong':
      writer.varint(message.epoch).varint(message.fence).varint(message.round)
      return writer
        .boolean(message.isUpToDate)
        .boolean(message.recovering)
        .varint(message.life)
        .finish()
    case 'sync':
      writer.varint(message.epoch).varint(message.id)
      return writer.boolean(message.recovering).varint(message.life).finish()
    case 'synced':
      return writePosition(writer.varint(message.epoch).varint(message.id), message.at).finish()
    case 'take-over':
      return writer.varint(message.epoch).finish()
    case 'survey':
      return writer.varint(message.nonce).finish()
    case 'report':
      writer.varint(message.acceptedEpoch).varint(message.nonce).varint(message.life)
      writer.byte(causes.indexOf(message.cause))
      writePosition(writer, message.last).byte(
        (message.lossAccepted ? 1 : 0) |
          (message.stands ? 0 : 2) |
          (message.knows === null ? 0 : 4),
      )
      if (message.knows !== null) writeMembersKnown(writer, message.knows)
      return writer.finish()
    case 'forgotten':
      return writer.varint(message.epoch).varint(message.life).varint(message.index).finish()
    case 'accept-loss':
      return writer.finish()
  }
}

function encodeNotification(message: Notification): Uint8Array {
  const { vote } = message
  writer
    .byte(memberStates.indexOf(message.state))
    .varint(message.round)
    .varint(message.epoch)
    .varint(message.handover)
    .varint(message.founding)
    .byte(flags(message.counts, message.knows))
    .varint(vote?.id ?? 0)
  if (vote !== null) writePosition(writer.varint(vote.era).varint(vote.epoch), vote.last)
  return finishFounder(message)
}

/** One bit, and whether the members follow that a founder goes by. */
function flags(is: boolean, knows: Notification['knows']): number {
  return (is ? 1 : 0) | (knows == null ? 0 : 2)
}

function readFlags(reader: ByteReader): { readonly is: boolean; readonly knows: boolean } {
  const bits = reader.byte()
  return { is: (bits & 1) !== 0, knows: (bits & 2) !== 0 }
}

function finishFounder({ knows }: Pick<Notification, 'knows'>): Uint8Array {
  if (knows != null) writeMembersKnown(writer, knows)
  return writer.finish()
}

/** Null for bytes that are not a message of a known version and kind. */
export function decodeMessage(bytes: Uint8Array): ZabMessage | null {
  if (bytes.length < 2 || bytes[0] !== messageVersion) return null
  const reader = new ByteReader(bytes, 1)
  const kind = messageKinds[reader.byte()]
  if (kind === undefined) return null
  const message = decodeBody(reader, kind, { era: reader.varint() })
  return message !== null && reader.ok && reader.left === 0 ? message : null
}

function decodeBody(
  reader: ByteReader,
  kind: (typeof messageKinds)[number],
  head: Head,
): ZabMessage | null {
  switch (kind) {
    case 'notification':
      return decodeNotification(reader, head)
    case 'follower-info':
      return { kind, ...head, acceptedEpoch: reader.varint(), ...health(reader) }
    case 'leader-info': {
      const epoch = reader.varint()
      const { is: founds, knows } = readFlags(reader)
      const last = readPosition(reader)
      return { kind, ...head, epoch, founds, last, knows: knows ? readMembersKnown(reader) : null }
    }
    case 'ack-epoch': {
      const epoch = reader.varint()
      const currentEpoch = reader.varint()
      const last = readPosition(reader)
      const promise = promises[reader.byte()]
      if (promise === undefined) return null
      return { kind, ...head, epoch, currentEpoch, last, promise, ...health(reader) }
    }
    case 'diff':
    case 'trunc':
    case 'propose':
    case 'inform': {
      const { era } = head
      const epoch = reader.varint()
      const fence = reader.varint()
      const previous = readPosition(reader)
      const chain = reader.hash()
      const commit = reader.varint()
      const entries = readEntries(reader, previous, epoch)
      if (entries === null) return null
      return { kind, era, epoch, fence, previous, chain, commit, entries }
    }
    case 'ack': {
      const { era } = head
      const epoch = reader.varint()
      const fence = reader.varint()
      const ok = reader.boolean()
      const index = reader.varint()
      const hint = readPosition(reader)
      const recovering = reader.boolean()
      const needsSnapshot = reader.boolean()
      const life = reader.varint()
      return { kind, era, epoch, fence, ok, index, hint, recovering, needsSnapshot, life }
    }
    case 'new-leader': {
      const of = { ...head, epoch: reader.varint(), fence: reader.varint() }
      return { kind, ...of, at: readPosition(reader), intact: reader.varint() }
    }
    case 'ack-leader':
      return { kind, ...head, epoch: reader.varint(), fence: reader.varint(), ...health(reader) }
    case 'up-to-date':
    case 'commit':
      return { kind, ...head, epoch: reader.varint(), commit: reader.varint() }
    case 'ping': {
      const of = { ...head, epoch: reader.varint(), fence: reader.varint() }
      return { kind, ...of, round: reader.varint(), commit: reader.varint() }
    }
    case 'pong': {
      const of = { ...head, epoch: reader.varint(), fence: reader.varint() }
      const round = reader.varint()
      return { kind, ...of, round, isUpToDate: reader.boolean(), ...health(reader) }
    }
    case 'sync':
      return { kind, ...head, epoch: reader.varint(), id: reader.varint(), ...health(reader) }
    case 'synced': {
      const epoch = reader.varint()
      return { kind, ...head, epoch, id: reader.varint(), at: readPosition(reader) }
    }
    case 'take-over':
      return { kind, ...head, epoch: reader.varint() }
    case 'survey':
      return { kind, ...head, nonce: reader.varint() }
    case 'report':
      return decodeReport(reader, head)
    case 'forgotten': {
      const epoch = reader.varint()
      return { kind, ...head, epoch, life: reader.varint(), index: reader.varint() }
    }
    case 'accept-loss':
      return { kind, ...head }
  }
}

function health(reader: ByteReader): { readonly recovering: boolean; readonly life: number } {
  return { recovering: reader.boolean(), life: reader.varint() }
}

function decodeNotification(reader: ByteReader, head: Head): Notification | null {
  const state = memberStates[reader.byte()]
  if (state === undefined) return null
  const round = reader.varint()
  const epoch = reader.varint()
  const handover = reader.varint()
  const founding = reader.varint()
  const { is: counts, knows } = readFlags(reader)
  const id = reader.varint()
  const of = {
    kind: 'notification',
    ...head,
    state,
    round,
    epoch,
    handover,
    founding,
    counts,
  } as const
  if (id === 0) return { ...of, vote: null, knows: knows ? readMembersKnown(reader) : null }
  const era = reader.varint()
  const candidateEpoch = reader.varint()
  const vote = { id: id as MemberId, era, epoch: candidateEpoch, last: readPosition(reader) }
  return { ...of, vote, knows: knows ? readMembersKnown(reader) : null }
}

function decodeReport(reader: ByteReader, head: Head): Report | null {
  const acceptedEpoch = reader.varint()
  const nonce = reader.varint()
  const life = reader.varint()
  const cause = causes[reader.byte()]
  if (cause === undefined) return null
  const last = readPosition(reader)
  const flags = reader.byte()
  if (flags > 7) return null
  const [lossAccepted, stands] = [(flags & 1) !== 0, (flags & 2) === 0]
  const knows = (flags & 4) === 0 ? null : readMembersKnown(reader)
  const of = { kind: 'report', ...head, acceptedEpoch, nonce, life, cause } as const
  return { ...of, last, lossAccepted, stands, knows }
}
