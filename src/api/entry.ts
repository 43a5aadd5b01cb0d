// What a group's log carries. A shard encodes an entry once; the same bytes go to the log and to every
// peer. Strategies see a payload only as bytes.

import { ByteReader, type ByteWriter, bytesToText, textToBytes } from '../base/bytes.js'

/** Kinds of entries. A replica stops before a kind that it does not know. Numbers are a format. */
export const entryKinds = {
  noop: 0,
  command: 1,
  effects: 2,
  tick: 3,
  evict: 4,
  waiter: 5,
  member: 6,
  checkpoint: 7,
  migrate: 8,
  prepare: 9,
  commit: 10,
  abort: 11,
  fence: 12,
  clusterVersion: 13,
} as const

export type EntryKind = (typeof entryKinds)[keyof typeof entryKinds]

/** Format version of the entry head. */
export const entryVersion = 1
/** The same, with `bounds` behind it. */
export const entryVersionBounded = 2

/** Head of an entry. */
export interface EntryHead {
  readonly kind: number
  readonly version: number
  /** Origin member of the commands, 0 for none (tick, no-op). */
  readonly origin: number
  /** Incarnation of the origin: a restart without its session state gets a higher one. */
  readonly incarnation: number
  /** Number of this batch at its origin and group: 1, 2, 3 ... */
  readonly sequence: number
  /** All answers of this origin up to this sequence have arrived: the window may drop them. */
  readonly acknowledged: number
  /** Wall milliseconds of the proposer; the engine's clock becomes max(previous, stamp). */
  readonly stamp: number
  /** 64-bit seed of the proposer for chance at apply, as two unsigned halves. */
  readonly seedHigh: number
  readonly seedLow: number
  /** Trace id, empty for none. */
  readonly trace: string
  /** In version 2. */
  readonly bounds?: EntryBounds | undefined
}

/** What the proposer knew of the memory of its member: all replicas refuse the same commands by it. */
export interface EntryBounds {
  /** Bytes that the member takes beside the group's data. */
  readonly others: number
  /** Bytes of the group's data from which on commands that may grow it are refused. */
  readonly room: number
}

/** What a strategy replicates: opaque bytes. `bytes()` may encode, always to the same bytes. */
export interface Payload {
  /** Number of bytes that `bytes()` has, or a close upper estimate: for flow control. */
  readonly size: number
  /**
   * False where nobody but the proposer waits for the entry to commit: other members may then learn of it
   * with the next message instead of one of its own.
   */
  readonly isAwaited?: boolean
  bytes(): Uint8Array
}

/** A payload of bytes that are there already. */
export function payloadOf(bytes: Uint8Array): Payload {
  return new BytesPayload(bytes)
}

class BytesPayload implements Payload {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#bytes.length
  }

  bytes(): Uint8Array {
    return this.#bytes
  }
}

/**
 * The same payload for the long run: as a string, which lives in the collector's own heap, and free of
 * what its maker hung on it. Buffers that grow old are freed by a full collection only, and each 64 MB
 * of them cause one.
 */
export function packPayload(payload: Payload): Payload {
  return payload instanceof TextPayload ? payload : new TextPayload(payload)
}

class TextPayload implements Payload {
  readonly size: number
  readonly isAwaited: boolean
  readonly #text: string

  constructor(payload: Payload) {
    this.size = payload.size
    this.isAwaited = payload.isAwaited !== false
    this.#text = bytesToText(payload.bytes())
  }

  bytes(): Uint8Array {
    return textToBytes(this.#text)
  }
}

/** One entry of a totally ordered log. */
export interface LogEntry {
  readonly term: number
  readonly index: number
  readonly payload: Payload
}

export function encodeEntryHead(writer: ByteWriter, head: EntryHead): void {
  writer
    .byte(head.version)
    .byte(head.kind)
    .varint(head.origin)
    .varint(head.incarnation)
    .varint(head.sequence)
    .varint(head.acknowledged)
    .varint(head.stamp)
    .uint32(head.seedHigh)
    .uint32(head.seedLow)
    .text(head.trace)
  if (head.version === entryVersionBounded) {
    writer.varint(head.bounds?.others ?? 0).varint(head.bounds?.room ?? 0)
  }
}

/** Head of an entry that is no origin's batch. */
export function encodePlainHead(
  writer: ByteWriter,
  kind: EntryKind,
  { origin = 0, stamp = 0 }: { readonly origin?: number; readonly stamp?: number } = {},
): void {
  const none = { incarnation: 0, sequence: 0, acknowledged: 0, seedHigh: 0, seedLow: 0, trace: '' }
  encodeEntryHead(writer, { kind, version: entryVersion, origin, stamp, ...none })
}

/** Null when the bytes are not an entry head. */
export function decodeEntryHead(reader: ByteReader): EntryHead | null {
  const version = reader.byte()
  const head = {
    version,
    kind: reader.byte(),
    origin: reader.varint(),
    incarnation: reader.varint(),
    sequence: reader.varint(),
    acknowledged: reader.varint(),
    stamp: reader.varint(),
    seedHigh: reader.uint32(),
    seedLow: reader.uint32(),
    trace: reader.text(),
  }
  if (version !== entryVersionBounded) return reader.ok ? head : null
  const bounds = { others: reader.varint(), room: reader.varint() }
  return reader.ok ? { ...head, bounds } : null
}

/** Reads what follows an entry's head. */
export function afterHead(bytes: Uint8Array): ByteReader {
  const reader = new ByteReader(bytes)
  decodeEntryHead(reader)
  return reader
}
