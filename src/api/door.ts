// A door: bytes to commands, typed replies to bytes. Session, router and shard know no door. RESP is
// the first; memcached comes.

import type { ErrorReply, Reply } from './reply.js'

/** Limits that hold for one connection at the moment; the session changes them after AUTH. */
export interface DoorLimits {
  readonly argumentsMax: number
  readonly bulkBytesMax: number
  readonly queryBytesMax: number
  /** True before authentication: Redis' own words for the smaller limits. */
  readonly unauthenticated: boolean
}

/** What a parser hands out for each whole command. Answer false to stop parsing here (go on with `resume`). */
export type CommandSink = (args: string[]) => boolean

/** Why a parser gave up for good: the reply to send, null for none, then the connection closes. */
export interface ParseFault {
  readonly reply: ErrorReply | null
  readonly why: string
}

/** The resumable parser of one connection. */
export interface CommandParser {
  /** Parses all whole commands; keeps the rest. Null, or the fault after which it takes no more bytes. */
  push(bytes: Uint8Array, limits: DoorLimits, sink: CommandSink): ParseFault | null
  /** Goes on with bytes kept since the sink answered false. */
  resume(limits: DoorLimits, sink: CommandSink): ParseFault | null
  /** Bytes kept: of an unfinished command, or not parsed since the sink stopped. */
  readonly keptBytes: number
  /** Whether a command has begun and is not whole. */
  readonly isPartial: boolean
}

/** The one-byte text of a long reply, made as it leaves. */
export interface ReplyText {
  /** Text of about `chars` characters more. */
  next(chars: number): string
  readonly isOver: boolean
}

export interface Door {
  readonly name: string
  parser(): CommandParser
  /** One-byte text of a reply for a protocol version (RESP: 2 or 3). */
  encode(reply: Reply, protocol: number): string
  /** The same text in pieces, for a reply too long to be encoded in one go; null for any other. */
  stream(reply: Reply, protocol: number): ReplyText | null
}
