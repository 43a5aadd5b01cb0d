// Typed replies. The engine and the router answer these; only a door turns them into bytes, and the
// peer codec (`reply-codec.ts`) carries them between members. The common kinds are bare JavaScript
// values, so that the hot path makes no object for them.

/** `+OK` and the like. */
export interface StatusReply {
  readonly type: 'status'
  readonly text: string
}
/** `-ERR ...`: prefix and text in Redis' words; `definite` is false only for an unknown outcome. */
export interface ErrorReply {
  readonly type: 'error'
  readonly text: string
  readonly definite: boolean
}
/** RESP3 `,1.5`; RESP2 a bulk string of the same digits. */
export interface DoubleReply {
  readonly type: 'double'
  readonly value: number
}
/** RESP3 `,` and the digits as they are; RESP2 a bulk string of them. Coordinates have more than a double shows. */
export interface DecimalReply {
  readonly type: 'decimal'
  readonly text: string
}
/** RESP3 `#t`; RESP2 `:1` or `:0`. */
export interface BooleanReply {
  readonly type: 'boolean'
  readonly value: boolean
}
/** RESP3 `%n`; RESP2 a flat array. `pairs` alternates field and value. */
export interface MapReply {
  readonly type: 'map'
  readonly pairs: readonly Reply[]
}
/** RESP3 an array of arrays of two; RESP2 a flat array. `items` alternates, as member and score. */
export interface PairsReply {
  readonly type: 'pairs'
  readonly items: readonly Reply[]
}
/** RESP3 a map; RESP2 an array of arrays of two, as XREAD. `items` alternates key and value. */
export interface TableReply {
  readonly type: 'table'
  readonly items: readonly Reply[]
}
/** RESP3 `~n`; RESP2 an array. */
export interface SetReply {
  readonly type: 'set'
  readonly items: readonly Reply[]
}
/** RESP3 `>n`; RESP2 an array. */
export interface PushReply {
  readonly type: 'push'
  readonly items: readonly Reply[]
}
/** Several replies, one behind the other, to one command (SUBSCRIBE). */
export interface ManyReply {
  readonly type: 'many'
  readonly items: readonly Reply[]
}
/** A list of very many items in runs, one behind the other (see `long-reply`); never empty, no run nests in another. */
export interface LongReply {
  readonly type: 'long'
  readonly as: 'array' | 'map' | 'pairs' | 'set'
  readonly runs: readonly (readonly Reply[])[]
  /** Items of all runs. */
  readonly count: number
}
/** RESP3 `=n` with a format of three characters; RESP2 a bulk string. */
export interface VerbatimReply {
  readonly type: 'verbatim'
  readonly format: string
  readonly text: string
}
/** RESP3 `(` and the digits; RESP2 a bulk string of them. */
export interface BigNumberReply {
  readonly type: 'big-number'
  readonly text: string
}
/** RESP2 `*-1`; RESP3 `_`. */
export interface NullArrayReply {
  readonly type: 'null-array'
}
/** No bytes at all (CLIENT REPLY OFF and the like). */
export interface SilentReply {
  readonly type: 'silent'
}

export type ReplyObject =
  | StatusReply
  | ErrorReply
  | DoubleReply
  | DecimalReply
  | BooleanReply
  | MapReply
  | PairsReply
  | TableReply
  | SetReply
  | PushReply
  | ManyReply
  | LongReply
  | VerbatimReply
  | BigNumberReply
  | NullArrayReply
  | SilentReply

/**
 * string: bulk string of one-byte characters. number: integer (safe). bigint: integer of 64 bits.
 * null: RESP2 `$-1`, RESP3 `_`. array: array.
 */
export type Reply = string | number | bigint | null | readonly Reply[] | ReplyObject

/** Makes a status reply; keep the result in a constant where it is fixed. */
export function status(text: string): StatusReply {
  return { type: 'status', text }
}

export const ok: StatusReply = status('OK')
export const pong: StatusReply = status('PONG')
export const queued: StatusReply = status('QUEUED')
export const nullArray: NullArrayReply = { type: 'null-array' }
export const silent: SilentReply = { type: 'silent' }
export const emptyArray: readonly Reply[] = []

/** Whether a reply is an error. */
export function isError(reply: Reply): reply is ErrorReply {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'error'
}

/** Whether a reply is a word, as OK. */
export function isStatus(reply: Reply): reply is StatusReply {
  return typeof reply === 'object' && reply !== null && 'type' in reply && reply.type === 'status'
}
