// The messages between raft members and their bytes: version, kind, era, term, then the body. A
// decoder answers null for anything that is not a whole, sane message; it never throws.

import {
  ByteReader,
  ByteWriter,
  causes,
  finishWithEntries,
  type Hash64,
  type LogEntry,
  type MembersKnown,
  type Position,
  readEntries,
  readMembersKnown,
  readPosition,
  type RecoveryCause,
  writeMembersKnown,
  writePosition,
} from 'quorate/plugin'

/** First byte of each message; members ignore versions that they do not know. */
export const messageVersion = 1

interface Head {
  readonly era: number
  readonly term: number
}

/** `pre` asks without changing anything; `force` begins a new era (see recovery.ts). */
export interface VoteRequest extends Head {
  readonly kind: 'vote'
  readonly pre: boolean
  readonly transfer: boolean
  readonly force: boolean
  readonly last: Position
  /** Where it begins an era, the members that it goes by. */
  readonly knows?: MembersKnown | null
}

export interface VoteAnswer extends Head {
  readonly kind: 'voted'
  readonly pre: boolean
  readonly granted: boolean
}

export interface Append extends Head {
  readonly kind: 'append'
  readonly fence: number
  readonly previous: Position
  /** Chain hash behind `previous`. */
  readonly chain: Hash64
  readonly commit: number
  readonly entries: readonly LogEntry[]
}

/** `ok`: everything up to `index` is there and durable. Else `index` was the refused previous one. */
export interface AppendAnswer extends Head {
  readonly kind: 'appended'
  readonly fence: number
  readonly ok: boolean
  readonly index: number
  /** Where the logs may agree, for a refusal. */
  readonly hint: Position
  readonly recovering: boolean
  /** The engine of this member holds what the new history does not: only a snapshot helps. */
  readonly needsSnapshot: boolean
  /** Another number for each run of the member. */
  readonly life: number
}

export interface Heartbeat extends Head {
  readonly kind: 'heartbeat'
  readonly fence: number
  /** The newest ReadIndex round. */
  readonly round: number
  readonly commit: number
  /** False for a mere notice of the commit index. */
  readonly wantsAnswer: boolean
}

export interface HeartbeatAnswer extends Head {
  readonly kind: 'beaten'
  readonly fence: number
  readonly round: number
  readonly recovering: boolean
  readonly life: number
}

export interface ReadRequest extends Head {
  readonly kind: 'read'
  readonly id: number
  readonly recovering: boolean
  readonly life: number
}

export interface ReadAnswer extends Head {
  readonly kind: 'readable'
  readonly id: number
  readonly at: Position
}

export interface TimeoutNow extends Head {
  readonly kind: 'timeout-now'
}

/** Asks for a report; the answer carries the same nonce. */
export interface Survey extends Head {
  readonly kind: 'survey'
  readonly nonce: number
}

export interface Report extends Head {
  readonly kind: 'report'
  readonly nonce: number
  /** Another number for each run of the member. */
  readonly life: number
  readonly cause: RecoveryCause | null
  readonly last: Position
  readonly lossAccepted: boolean
  /** It may begin an era: by its own list it is a voter. */
  readonly stands: boolean
  /** The members that it goes by; null from an older version. */
  readonly knows: MembersKnown | null
}

export interface AcceptLoss extends Head {
  readonly kind: 'accept-loss'
}

/** An earlier run of the member acknowledged up to here, and this one does not have it. */
export interface Forgotten extends Head {
  readonly kind: 'forgotten'
  readonly life: number
  readonly index: number
}

export type RaftMessage =
  | VoteRequest
  | VoteAnswer
  | Append
  | AppendAnswer
  | Heartbeat
  | HeartbeatAnswer
  | ReadRequest
  | ReadAnswer
  | TimeoutNow
  | Survey
  | Report
  | AcceptLoss
  | Forgotten

/** Numbers are a format. */
const kinds = [
  'vote',
  'voted',
  'append',
  'appended',
  'heartbeat',
  'beaten',
  'read',
  'readable',
  'timeout-now',
  'survey',
  'report',
  'accept-loss',
  'forgotten',
] as const

const writer = new ByteWriter(256)

export function encodeMessage(message: RaftMessage): Uint8Array {
  writer
    .byte(messageVersion)
    .byte(kinds.indexOf(message.kind))
    .varint(message.era)
    .varint(message.term)
  switch (message.kind) {
    case 'vote':
      writer.byte(
        (message.pre ? 1 : 0) |
          (message.transfer ? 2 : 0) |
          (message.force ? 4 : 0) |
          (message.knows == null ? 0 : 8),
      )
      position(message.last)
      if (message.knows != null) writeMembersKnown(writer, message.knows)
      return writer.finish()
    case 'voted':
      return writer.boolean(message.pre).boolean(message.granted).finish()
    case 'append':
      return encodeAppend(message)
    case 'appended':
      writer.varint(message.fence).boolean(message.ok).varint(message.index)
      return position(message.hint)
        .boolean(message.recovering)
        .boolean(message.needsSnapshot)
        .varint(message.life)
        .finish()
    case 'heartbeat':
      writer.varint(message.fence).varint(message.round).varint(message.commit)
      return writer.boolean(message.wantsAnswer).finish()
    case 'beaten':
      writer.varint(message.fence).varint(message.round)
      return writer.boolean(message.recovering).varint(message.life).finish()
    case 'read':
      return writer.varint(message.id).boolean(message.recovering).varint(message.life).finish()
    case 'readable':
      writer.varint(message.id)
      return position(message.at).finish()
    case 'survey':
      return writer.varint(message.nonce).finish()
    case 'report':
      writer.varint(message.nonce).varint(message.life).byte(causes.indexOf(message.cause))
      position(message.last).byte(
        (message.lossAccepted ? 1 : 0) |
          (message.stands ? 0 : 2) |
          (message.knows === null ? 0 : 4),
      )
      if (message.knows !== null) writeMembersKnown(writer, message.knows)
      return writer.finish()
    case 'forgotten':
      return writer.varint(message.life).varint(message.index).finish()
    case 'timeout-now':
    case 'accept-loss':
      return writer.finish()
  }
}

function position(at: Position): ByteWriter {
  return writePosition(writer, at)
}

function encodeAppend(message: Append): Uint8Array {
  writer.varint(message.fence)
  position(message.previous).hash(message.chain).varint(message.commit)
  return finishWithEntries(writer, message.entries)
}

/** Null for bytes that are not a message of a known version and kind. */
export function decodeMessage(bytes: Uint8Array): RaftMessage | null {
  if (bytes.length < 2 || bytes[0] !== messageVersion) return null
  const reader = new ByteReader(bytes, 1)
  const kind = kinds[reader.byte()]
  if (kind === undefined) return null
  const head = { era: reader.varint(), term: reader.varint() }
  const message = decodeBody(reader, kind, head)
  return message !== null && reader.ok && reader.left === 0 ? message : null
}

function decodeBody(
  reader: ByteReader,
  kind: (typeof kinds)[number],
  head: Head,
): RaftMessage | null {
  switch (kind) {
    case 'vote': {
      const flags = reader.byte()
      const pre = (flags & 1) !== 0
      const transfer = (flags & 2) !== 0
      const force = (flags & 4) !== 0
      const last = readPosition(reader)
      const knows = (flags & 8) === 0 ? null : readMembersKnown(reader)
      return { kind, ...head, pre, transfer, force, last, knows }
    }
    case 'voted':
      return { kind, ...head, pre: reader.boolean(), granted: reader.boolean() }
    case 'append':
      return decodeAppend(reader, head)
    case 'appended': {
      const fence = reader.varint()
      const ok = reader.boolean()
      const index = reader.varint()
      const hint = readPosition(reader)
      const recovering = reader.boolean()
      const needsSnapshot = reader.boolean()
      return {
        kind,
        era: head.era,
        term: head.term,
        fence,
        ok,
        index,
        hint,
        recovering,
        needsSnapshot,
        life: reader.varint(),
      }
    }
    case 'heartbeat': {
      const fence = reader.varint()
      const round = reader.varint()
      return { kind, ...head, fence, round, commit: reader.varint(), wantsAnswer: reader.boolean() }
    }
    case 'beaten': {
      const fence = reader.varint()
      const round = reader.varint()
      return { kind, ...head, fence, round, recovering: reader.boolean(), life: reader.varint() }
    }
    case 'read':
      return {
        kind,
        ...head,
        id: reader.varint(),
        recovering: reader.boolean(),
        life: reader.varint(),
      }
    case 'readable':
      return { kind, ...head, id: reader.varint(), at: readPosition(reader) }
    case 'survey':
      return { kind, ...head, nonce: reader.varint() }
    case 'report': {
      const nonce = reader.varint()
      const life = reader.varint()
      const cause = causes[reader.byte()]
      if (cause === undefined) return null
      const last = readPosition(reader)
      const flags = reader.byte()
      const lossAccepted = (flags & 1) !== 0
      const stands = (flags & 2) === 0
      const knows = (flags & 4) === 0 ? null : readMembersKnown(reader)
      return { kind, ...head, nonce, life, cause, last, lossAccepted, stands, knows }
    }
    case 'forgotten':
      return { kind, ...head, life: reader.varint(), index: reader.varint() }
    case 'timeout-now':
    case 'accept-loss':
      return { kind, ...head }
  }
}

function decodeAppend(reader: ByteReader, head: Head): Append | null {
  const fence = reader.varint()
  const previous = readPosition(reader)
  const chain = reader.hash()
  const commit = reader.varint()
  const entries = readEntries(reader, previous, head.term)
  if (entries === null) return null
  const { era, term } = head
  return { kind: 'append', era, term, fence, previous, chain, commit, entries }
}
