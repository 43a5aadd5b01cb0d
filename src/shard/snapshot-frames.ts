// The three messages of a snapshot transfer, and the place in its stream. The stream is the shard's meta
// as item '' and then the rows of one finished checkpoint in key order, cut into chunks at any byte, so
// that neither a large row nor a large meta makes a large frame. A chunk names the place where it
// begins: one that does not continue what the receiver has is dropped, whatever order they come in.

import type { Position } from '../api/position.js'
import type { Members } from '../api/strategy.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { crc32c } from '../base/crc32c.js'
import { type Hash64, hashBytes } from '../base/hash.js'
import { readMembers, writeMembers } from '../log/members.js'

/** Version of all three messages; an unknown one is dropped. */
const frameVersion = 1
/** An offer with members. */
const offerVersionMembers = 2

/** All items up to `key` are whole (null: none), and `offset` bytes of the item behind it. */
export interface Place {
  readonly key: string | null
  readonly offset: number
}

export const placeZero: Place = { key: null, offset: 0 }

/** Item key of the shard's meta: first in the stream, no row has it. */
export const metaKey = ''

export interface SnapshotOffer {
  /** Term of the sender when it sent this. */
  readonly term: number
  /** The sender's generation and checkpoint number: what it can resume from. */
  readonly generation: number
  readonly number: number
  readonly position: Position
  readonly chain: Hash64
  readonly era: number
  /** At the position; null where no entry ever changed those that the group began with. */
  readonly members: Members | null
  /** The engine's manifest. */
  readonly engine: Uint8Array
  /** Hash of everything but the term: equal for a transfer that may be resumed. */
  readonly identity: Hash64
}

/** The next bytes of an item; the first fragment of a chunk continues at the chunk's place. */
export interface Fragment {
  readonly key: string
  readonly isFinal: boolean
  readonly bytes: Uint8Array
}

export interface SnapshotChunk {
  readonly identity: Hash64
  readonly from: Place
  readonly fragments: readonly Fragment[]
  /** Nothing follows. */
  readonly isLast: boolean
}

/**
 * stored: chunks up to `place` are written. resume: the answer to an offer, go on at `place`.
 * done: installed. refused: not wanted. failed: what came is not the checkpoint.
 */
export const ackKinds = ['stored', 'resume', 'done', 'refused', 'failed'] as const
export type AckKind = (typeof ackKinds)[number]

export interface SnapshotAck {
  readonly kind: AckKind
  readonly identity: Hash64
  /** Term of the offer that it belongs to. */
  readonly term: number
  readonly place: Place
  /** Why, for refused and failed. */
  readonly why: string
}

export function samePlace(a: Place, b: Place): boolean {
  return a.key === b.key && a.offset === b.offset
}

/** Negative when `a` comes first. */
export function comparePlaces(a: Place, b: Place): number {
  if (a.key === b.key) return a.offset - b.offset
  if (a.key === null) return -1
  if (b.key === null) return 1
  return a.key < b.key ? -1 : 1
}

/** Where a chunk ends. */
export function placeAfter(chunk: SnapshotChunk): Place {
  let place = chunk.from
  for (const fragment of chunk.fragments) {
    place = fragment.isFinal
      ? { key: fragment.key, offset: 0 }
      : { key: place.key, offset: place.offset + fragment.bytes.length }
  }
  return place
}

export function encodeOffer(offer: Omit<SnapshotOffer, 'identity'>): Uint8Array {
  const body = encodeOfferBody(offer)
  const version = offer.members === null ? frameVersion : offerVersionMembers
  return new ByteWriter(body.length + 16).byte(version).varint(offer.term).raw(body).finish()
}

/** What acknowledgements of this offer carry. */
export function offerIdentity(offer: Omit<SnapshotOffer, 'identity'>): Hash64 {
  return hashBytes(encodeOfferBody(offer))
}

function encodeOfferBody(offer: Omit<SnapshotOffer, 'identity'>): Uint8Array {
  const writer = new ByteWriter(128 + offer.engine.length)
  writer.uint32(offer.generation).varint(offer.number)
  writer.varint(offer.position.term).varint(offer.position.index)
  writer.hash(offer.chain).varint(offer.era)
  if (offer.members !== null) writeMembers(writer, offer.members)
  // Version 1 has two lists there, which said nothing.
  else writer.varint(0).varint(0)
  return writer.blob(offer.engine).finish()
}

/** Null where the bytes are not an offer of a known version. */
export function decodeOffer(bytes: Uint8Array): SnapshotOffer | null {
  const reader = new ByteReader(bytes)
  const version = reader.byte()
  if (version !== frameVersion && version !== offerVersionMembers) return null
  const term = reader.varint()
  const identity = hashBytes(bytes.subarray(reader.at))
  const offer: SnapshotOffer = {
    term,
    generation: reader.uint32(),
    number: reader.varint(),
    position: { term: reader.varint(), index: reader.varint() },
    chain: reader.hash(),
    era: reader.varint(),
    members: version === offerVersionMembers ? readMembers(reader) : skipIds(reader),
    engine: reader.blob(),
    identity,
  }
  const isWhole = version === frameVersion || offer.members !== null
  return isWhole && reader.ok && reader.left === 0 ? offer : null
}

function skipIds(reader: ByteReader): null {
  for (let list = 0; list < 2; list++) {
    const count = reader.varint()
    for (let i = 0; i < count && reader.ok; i++) reader.varint()
  }
  return null
}

function encodePlace(writer: ByteWriter, place: Place): void {
  writer
    .boolean(place.key !== null)
    .text(place.key ?? '')
    .varint(place.offset)
}

function decodePlace(reader: ByteReader): Place {
  const isBegun = reader.boolean()
  const key = reader.text()
  return { key: isBegun ? key : null, offset: reader.varint() }
}

export function encodeChunk(chunk: SnapshotChunk): Uint8Array {
  let size = 64 + (chunk.from.key?.length ?? 0)
  for (const fragment of chunk.fragments) size += 16 + fragment.key.length + fragment.bytes.length
  const writer = new ByteWriter(size)
  writer.byte(frameVersion).hash(chunk.identity)
  encodePlace(writer, chunk.from)
  writer.boolean(chunk.isLast).varint(chunk.fragments.length)
  for (const fragment of chunk.fragments) {
    writer.text(fragment.key).boolean(fragment.isFinal).blob(fragment.bytes)
  }
  const body = writer.finish()
  return new ByteWriter(body.length + 4).raw(body).uint32(crc32c(body)).finish()
}

/** Null where the bytes fail their checksum or are no chunk; fragments are views into `bytes`. */
export function decodeChunk(bytes: Uint8Array): SnapshotChunk | null {
  const end = bytes.length - 4
  if (end < 1 || bytes[0] !== frameVersion) return null
  if (new ByteReader(bytes, end).uint32() !== crc32c(bytes, 0, end)) return null
  const reader = new ByteReader(bytes, 1, end)
  const identity = reader.hash()
  const from = decodePlace(reader)
  const isLast = reader.boolean()
  const count = reader.varint()
  const fragments: Fragment[] = []
  for (let i = 0; i < count && reader.ok; i++) {
    fragments.push({ key: reader.text(), isFinal: reader.boolean(), bytes: reader.blob() })
  }
  return reader.ok && reader.left === 0 ? { identity, from, fragments, isLast } : null
}

export function encodeAck(ack: SnapshotAck): Uint8Array {
  const writer = new ByteWriter()
  writer.byte(frameVersion).byte(ackKinds.indexOf(ack.kind)).hash(ack.identity).varint(ack.term)
  encodePlace(writer, ack.place)
  return writer.text(ack.why).finish()
}

export function decodeAck(bytes: Uint8Array): SnapshotAck | null {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== frameVersion) return null
  const kind = ackKinds[reader.byte()]
  const identity = reader.hash()
  const term = reader.varint()
  const place = decodePlace(reader)
  const why = reader.text()
  if (kind === undefined || !reader.ok || reader.left > 0) return null
  return { kind, identity, term, place, why }
}
