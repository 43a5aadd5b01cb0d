// The messages between members and their bytes: version, kind, then the body. A decoder answers null for
// anything that is not a whole, sane message; it never throws.

import {
  ByteReader,
  ByteWriter,
  type Hash64,
  limits,
  type MemberList,
  seatsMax,
  slotCount,
  type StampRange,
  Vector,
} from 'quorate/plugin'
import { decodeKnown, encodeKnown, type Known } from './floor.js'
import type { Claim } from './gate.js'
import { firstVersion, isLater, readList, type Version, writeList, writeVersion } from './list.js'
import { readVectorNote } from './vector-note.js'

/** First byte of each message; members ignore versions that they do not know, and say so in their status. */
export const messageVersion = 3

/** Entries of one or several members, each behind what it needs. */
export interface Entries {
  readonly kind: 'entries'
  readonly entries: readonly Uint8Array[]
  /** Ranges without an entry: a member that lost its last entries left them behind. */
  readonly filled: readonly StampRange[]
  /** Where there never was one. */
  readonly sure: Vector
  /** The sender does not hold all any more that was asked for. */
  readonly isCut: boolean
}

/** What a member holds, durably as far as it has to be. Sent often; acknowledges entries. */
export interface VectorNote {
  readonly kind: 'vector'
  readonly vector: Vector
  /** The last entry that it made, durable or not. */
  readonly made: number
  /** Its entries to come have greater stamps; up to here there are no others of it than `vector` covers. */
  readonly promise: number
  /** The same for entries of all members. */
  readonly safe: number
  /** Another number for each run of the member. */
  readonly life: number
  /** It lost something and takes no writes yet. */
  readonly recovering: boolean
  /** It holds nothing beyond `vector`. */
  readonly isSettled: boolean
  /** What it holds beyond `vector`: not on disk, not handed out, or ahead of a gap. */
  readonly held: Vector
  /** Where groups of a keyspace wait for each other: there are no entries in here but those of `vector`. */
  readonly reach: Vector | null
  /** Of that, what nobody told of. */
  readonly guessed: Vector | null
  /** The list of members that it works by, as far as that is on its disk. */
  readonly follows: Version
}

/** Who the members are, for who follows an earlier list. */
export interface ListNote {
  readonly kind: 'list'
  readonly list: MemberList
}

/** Asks for what `vector` lacks. */
export interface Want {
  readonly kind: 'want'
  readonly vector: Vector
}

/** Asks for slots as they are, from `slot` on: entries do not tell any more. */
export interface WantSlots {
  readonly kind: 'want-slots'
  readonly slot: number
}

/** Slots as they are at the sender. */
export interface Slots {
  readonly kind: 'slots'
  /** The first of `exported`, null for one that there is nothing of. */
  readonly slot: number
  readonly exported: readonly (Uint8Array | null)[]
  /** Stands for those. */
  readonly empty: Uint8Array
  /** What is in them, and what the sender holds of all slots. */
  readonly vector: Vector
  readonly everywhere: Vector
  /** Of what it holds, that which is lost. */
  readonly lost: Vector
  readonly sure: Vector
  /** What they may hang on, in all groups of the keyspace. */
  readonly hangs: Vector
  /** Who holds this holds all that is forgotten there; null where that is not known. */
  readonly floor: Known | null
}

/** Digests of the slots from `from` to before `to` that there is anything of, at what `vector` covers. */
export interface Digests {
  readonly kind: 'digests'
  readonly vector: Vector
  readonly from: number
  readonly to: number
  readonly slots: ReadonlyMap<number, Hash64>
}

/** The answer: all slots before this one were compared, what differs is told. */
export interface Compared {
  readonly kind: 'compared'
  readonly slot: number
}

/** A slot that differs, as it is at the sender. */
export interface Differing {
  readonly kind: 'differing'
  readonly slot: number
  readonly vector: Vector
  readonly exported: Uint8Array
  readonly floor: Known | null
  /** The sender wants the receiver's, too. */
  readonly isAsking: boolean
}

/** Asks for a snapshot of everything; a part came. */
interface Plain {
  readonly kind: 'want-all' | 'took'
}

/** What the sender's groups of this keyspace have not got. */
export interface Claims {
  readonly kind: 'claims'
  /** In the order of the groups. */
  readonly claims: readonly Claim[]
}

/** A piece of a message that is too long for one frame. */
export interface Part {
  readonly kind: 'part'
  /** Of the whole message's bytes. */
  readonly hash: Hash64
  readonly index: number
  readonly count: number
  readonly bytes: Uint8Array
}

export type Message =
  | Entries
  | VectorNote
  | Want
  | WantSlots
  | Slots
  | Digests
  | Compared
  | Differing
  | Plain
  | Claims
  | Part
  | ListNote

/** Numbers are a format. */
const kinds = [
  'entries',
  'vector',
  'want',
  'want-all',
  'want-slots',
  'slots',
  'digests',
  'differing',
  'claims',
  'part',
  'took',
  'list',
  'compared',
] as const

/** Parts of one message. */
const partsMax = 1 << 20

const writer = new ByteWriter(1024)
const nothing = new Uint8Array(0)

export function encodeMessage(message: Message): Uint8Array {
  writer.byte(messageVersion).byte(kinds.indexOf(message.kind))
  switch (message.kind) {
    case 'entries':
      writer.varint(message.entries.length)
      for (const entry of message.entries) writer.blob(entry)
      writer.varint(message.filled.length)
      for (const { seat, after, upTo } of message.filled) {
        writer.byte(seat).varint(after).varint(upTo)
      }
      message.sure.encode(writer)
      return writer.boolean(message.isCut).finish()
    case 'vector':
      message.vector.encode(writer)
      writer.varint(message.made).varint(message.promise).varint(message.safe)
      writer.varint(message.life).boolean(message.recovering).boolean(message.isSettled)
      message.held.encode(writer)
      writer.boolean(message.reach !== null)
      message.reach?.encode(writer)
      message.guessed?.encode(writer)
      // As before where members never changed.
      if (isLater(message.follows, firstVersion)) writeVersion(writer, message.follows)
      return writer.finish()
    case 'list':
      return writeList(writer, message.list).finish()
    case 'claims':
      writer.varint(message.claims.length)
      for (const { after, upTo, isFresh } of message.claims) {
        writer
          .varint(upTo)
          .varint(upTo - after)
          .boolean(isFresh)
      }
      return writer.finish()
    case 'want':
      message.vector.encode(writer)
      return writer.finish()
    case 'want-slots':
    case 'compared':
      return writer.varint(message.slot).finish()
    case 'slots':
      message.vector.encode(writer)
      message.everywhere.encode(writer)
      message.lost.encode(writer)
      message.sure.encode(writer)
      message.hangs.encode(writer)
      encodeKnown(writer, message.floor)
      writer.blob(message.empty).varint(message.slot).varint(message.exported.length)
      for (const each of message.exported) writer.blob(each ?? nothing)
      return writer.finish()
    case 'digests':
      message.vector.encode(writer)
      writer.varint(message.from).varint(message.to).varint(message.slots.size)
      for (const [slot, digest] of message.slots) writer.varint(slot).hash(digest)
      return writer.finish()
    case 'differing':
      message.vector.encode(writer)
      writer.varint(message.slot).boolean(message.isAsking)
      encodeKnown(writer, message.floor)
      return writer.blob(message.exported).finish()
    case 'want-all':
    case 'took':
      return writer.finish()
    case 'part':
      writer.hash(message.hash).varint(message.index).varint(message.count)
      return writer.blob(message.bytes).finish()
  }
}

/** Null for bytes that are not a message of a known version and kind. */
export function decodeMessage(bytes: Uint8Array): Message | null {
  if (bytes.length < 2 || bytes[0] !== messageVersion) return null
  const reader = new ByteReader(bytes, 1)
  const kind = kinds[reader.byte()]
  const message = kind === undefined ? null : decodeBody(reader, kind)
  return message !== null && reader.ok && reader.left === 0 ? message : null
}

function decodeBody(reader: ByteReader, kind: (typeof kinds)[number]): Message | null {
  switch (kind) {
    case 'entries':
      return decodeEntries(reader)
    case 'vector':
      return readVectorNote(reader)
    case 'claims':
      return decodeClaims(reader)
    case 'list': {
      const list = readList(reader)
      return list === null ? null : { kind, list }
    }
    case 'want': {
      const vector = Vector.decode(reader)
      return vector === null ? null : { kind, vector }
    }
    case 'want-slots':
    case 'compared':
      return { kind, slot: reader.varint() }
    case 'slots':
      return decodeSlots(reader)
    case 'digests':
      return decodeDigests(reader)
    case 'differing': {
      const vector = Vector.decode(reader)
      const slot = reader.varint()
      const isAsking = reader.boolean()
      const floor = decodeKnown(reader)
      const exported = Uint8Array.prototype.slice.call(reader.blob())
      if (vector === null || floor === undefined || slot >= slotCount) return null
      return { kind, slot, vector, exported, floor, isAsking }
    }
    case 'want-all':
    case 'took':
      return { kind }
    case 'part': {
      const hash = reader.hash()
      const index = reader.varint()
      const count = reader.varint()
      const bytes = Uint8Array.prototype.slice.call(reader.blob())
      return index < count && count <= partsMax ? { kind, hash, index, count, bytes } : null
    }
  }
}

function decodeClaims(reader: ByteReader): Claims | null {
  const count = reader.varint()
  if (!reader.ok || count > limits.shardsMax) return null
  const claims: Claim[] = []
  for (let i = 0; i < count && reader.ok; i++) {
    const upTo = reader.varint()
    const length = reader.varint()
    if (length > upTo) return null
    claims.push({ after: upTo - length, upTo, isFresh: reader.boolean() })
  }
  return { kind: 'claims', claims }
}

function decodeDigests(reader: ByteReader): Digests | null {
  const vector = Vector.decode(reader)
  const from = reader.varint()
  const to = reader.varint()
  const count = reader.varint()
  if (vector === null || from >= to || to > slotCount || count > to - from) return null
  const slots = new Map<number, Hash64>()
  for (let i = 0; i < count && reader.ok; i++) slots.set(reader.varint(), reader.hash())
  return { kind: 'digests', vector, from, to, slots }
}

function decodeSlots(reader: ByteReader): Slots | null {
  const vector = Vector.decode(reader)
  const everywhere = Vector.decode(reader)
  const lost = Vector.decode(reader)
  const sure = Vector.decode(reader)
  const hangs = Vector.decode(reader)
  const floor = decodeKnown(reader)
  if (vector === null || everywhere === null || lost === null) return null
  if (sure === null || hangs === null || floor === undefined) return null
  const empty = Uint8Array.prototype.slice.call(reader.blob())
  const slot = reader.varint()
  const count = reader.varint()
  if (!reader.ok || slot + count > slotCount || count > reader.left) return null
  // As with entries: the frame is its owner's.
  const body = new ByteReader(Uint8Array.prototype.slice.call(reader.raw(reader.left)))
  const exported: (Uint8Array | null)[] = []
  for (let i = 0; i < count && body.ok; i++) {
    const length = body.varint()
    exported.push(length === 0 ? null : body.raw(length))
  }
  return body.ok && body.left === 0
    ? { kind: 'slots', slot, exported, empty, vector, everywhere, lost, sure, hangs, floor }
    : null
}

function decodeEntries(reader: ByteReader): Entries | null {
  const count = reader.varint()
  if (!reader.ok || count > reader.left) return null
  // The message may be a view into a frame that its owner uses again: the entries get bytes of their own.
  const body = new ByteReader(Uint8Array.prototype.slice.call(reader.raw(reader.left)))
  const entries: Uint8Array[] = []
  for (let i = 0; i < count && body.ok; i++) entries.push(body.blob())
  const filled: StampRange[] = []
  const ranges = body.varint()
  if (!body.ok || ranges > body.left) return null
  for (let i = 0; i < ranges && body.ok; i++) {
    const range = { seat: body.byte(), after: body.varint(), upTo: body.varint() }
    if (range.seat >= seatsMax || range.after >= range.upTo) return null
    filled.push(range)
  }
  const sure = Vector.decode(body)
  const isCut = body.boolean()
  if (sure === null || !body.ok || body.left > 0) return null
  return { kind: 'entries', entries, filled, sure, isCut }
}
