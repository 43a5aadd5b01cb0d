// One entry of the eventual strategy: what one batch of a member changed, with the stamp that names it,
// the stamp before it at the same member, and what that member had seen. The same bytes go to the log
// and to every peer.

import {
  ByteReader,
  ByteWriter,
  decodeEntryHead,
  encodePlainHead,
  entryKinds,
  entryVersion,
  msOfStamp,
  type Payload,
  seatOfStamp,
  Vector,
} from 'quorate/plugin'

export interface EntryFacts {
  readonly seat: number
  /** The member's entry before this one; for the first of an incarnation a stamp above all of earlier ones. */
  readonly previous: number
  /** The first entry of an incarnation: what lies before `previous` may have to be learned from others. */
  readonly isFirst: boolean
  readonly stamp: number
  /** Without the member's own entries of this incarnation: `previous` tells of them. */
  readonly seen: Vector
  /** What has to be visible before it in all groups of the keyspace; null where this one goes for itself. */
  readonly needs: Vector | null
}

export interface Entry extends EntryFacts {
  readonly ops: Uint8Array
}

const firstFlag = 1
const needsFlag = 2

const writer = new ByteWriter(1024)

export function encodeEntry(entry: Entry, origin: number): Uint8Array {
  encodePlainHead(writer, entryKinds.effects, { origin, stamp: msOfStamp(entry.stamp) })
  const { needs } = entry
  const flags = (entry.isFirst ? firstFlag : 0) | (needs === null ? 0 : needsFlag)
  writer.varint(entry.stamp).varint(entry.previous).byte(flags)
  entry.seen.encode(writer)
  needs?.encode(writer)
  return writer.raw(entry.ops).finish()
}

/** Bytes of an entry's facts, about. */
const factsBytes = 64

/** An entry that no disk and no other member gets, unless one comes in this turn: bytes once somebody asks. */
export class LoneEntry implements Payload {
  readonly size: number
  readonly #facts: EntryFacts
  readonly #ops: Payload
  readonly #origin: number

  constructor(facts: EntryFacts, ops: Payload, origin: number) {
    this.size = ops.size + factsBytes
    this.#facts = facts
    this.#ops = ops
    this.#origin = origin
  }

  bytes(): Uint8Array {
    return encodeEntry({ ...this.#facts, ops: this.#ops.bytes() }, this.#origin)
  }
}

/** Null for bytes that are no entry. `ops` is a view into `bytes`. */
export function decodeEntry(bytes: Uint8Array): Entry | null {
  const reader = new ByteReader(bytes)
  const head = decodeEntryHead(reader)
  if (head === null || head.kind !== entryKinds.effects || head.version !== entryVersion)
    return null
  const stamp = reader.varint()
  const previous = reader.varint()
  const flags = reader.byte()
  const isFirst = (flags & firstFlag) !== 0
  const seen = Vector.decode(reader)
  const needs = (flags & needsFlag) === 0 ? null : Vector.decode(reader)
  if (!reader.ok || flags > (firstFlag | needsFlag) || seen === null) return null
  const seat = seatOfStamp(stamp)
  const isSane = stamp > 0 && previous < stamp && (previous === 0 || seatOfStamp(previous) === seat)
  if (!isSane) return null
  return { seat, previous, isFirst, stamp, seen, needs, ops: reader.raw(reader.left) }
}
