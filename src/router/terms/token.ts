// The text of a session token: what a client was shown, per keyspace of level causal as stamps, per group of
// a total order as a place. At most 256 characters whatever it holds: what does not fit is replaced by
// something that asks for more, never for less. Pure.

import { Buffer } from 'node:buffer'
import { comparePositions, type Position } from '../../api/position.js'
import { badToken, damagedToken, foreignToken, futureToken } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import type { SeenPosition, SeenStamps, StampRange } from '../../api/seen.js'
import { ByteReader, ByteWriter } from '../../base/bytes.js'
import { crc32c } from '../../base/crc32c.js'

export const tokenCharsMax = 256
/** Base64 makes four characters of three bytes. */
const tokenBytesMax = (tokenCharsMax / 4) * 3
const version = 1
const crcBytes = 4
/** What stands behind the list of vectors when nothing fits: a stamp, a flag and the count of places. */
const restBytes = 12

export interface SessionToken {
  /** By index of the keyspace. */
  readonly stamps: ReadonlyMap<number, readonly StampRange[]>
  /** Everything up to this stamp in all keyspaces of level causal that are not listed; 0 for nothing. */
  readonly restUpTo: number
  /** By index of the group. */
  readonly places: ReadonlyMap<number, SeenPosition>
  /** Everything that was there when the token came, in all groups of a total order that are not listed. */
  readonly hasRest: boolean
}

/** `cluster`: 32 bits that name it, with its keyspaces and members. */
export function encodeToken(token: SessionToken, cluster: number): string {
  const writer = new ByteWriter(tokenBytesMax).byte(version).uint32(cluster)
  let room = tokenBytesMax - crcBytes - writer.length - restBytes
  let { restUpTo, hasRest } = token
  const vectors: Uint8Array[] = []
  for (const [keyspace, ranges] of token.stamps) {
    const bytes = encodeVector(keyspace, ranges)
    if (bytes !== null && bytes.length <= room) {
      vectors.push(bytes)
      room -= bytes.length
    } else for (const { upTo } of ranges) restUpTo = Math.max(restUpTo, upTo)
  }
  const places: Uint8Array[] = []
  for (const [group, { era, at }] of token.places) {
    const one = new ByteWriter(32)
    const bytes = one.varint(group).varint(era).varint(at.term).varint(at.index).finish()
    if (bytes.length <= room) {
      places.push(bytes)
      room -= bytes.length
    } else hasRest = true
  }
  writer.byte(vectors.length)
  for (const bytes of vectors) writer.raw(bytes)
  writer.varint(restUpTo).boolean(hasRest).varint(places.length)
  for (const bytes of places) writer.raw(bytes)
  const body = writer.finish()
  const whole = new ByteWriter(tokenBytesMax).raw(body).uint32(crc32c(body) >>> 0)
  return Buffer.from(whole.finish()).toString('base64url')
}

/** What is wrong with it, where it is none of this cluster. */
export function decodeToken(text: string, cluster: number): SessionToken | ErrorReply {
  if (text.length === 0 || text.length > tokenCharsMax || !/^[\w-]+$/.test(text)) return badToken
  const bytes = Buffer.from(text, 'base64url')
  if (bytes.length <= crcBytes || bytes.toString('base64url') !== text) return badToken
  const end = bytes.length - crcBytes
  const crc = new ByteReader(bytes, end).uint32()
  if (crc32c(bytes, 0, end) >>> 0 !== crc) return damagedToken
  const reader = new ByteReader(bytes, 0, end)
  const given = reader.byte()
  if (given > version) return futureToken
  if (given !== version) return badToken
  const owner = reader.uint32()
  if (!reader.ok) return badToken
  if (owner !== cluster) return foreignToken
  const stamps = new Map<number, readonly StampRange[]>()
  const vectors = reader.byte()
  for (let i = 0; i < vectors; i++) {
    const keyspace = reader.varint()
    const ranges = decodeVector(reader)
    if (!reader.ok || ranges === null) return badToken
    stamps.set(keyspace, ranges)
  }
  const restUpTo = reader.varint()
  const hasRest = reader.boolean()
  const places = new Map<number, SeenPosition>()
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    const group = reader.varint()
    const era = reader.varint()
    places.set(group, {
      kind: 'position',
      era,
      at: { term: reader.varint(), index: reader.varint() },
    })
  }
  return reader.ok && reader.left === 0 ? { stamps, restUpTo, places, hasRest } : badToken
}

/** The later one. Who was shown both of two eras can be shown no less nowhere: what the first lost is not known. */
export function joinPlaces(a: SeenPosition, b: SeenPosition): SeenPosition {
  if (a.era !== b.era) return { ...a, at: nowhere }
  return comparePositions(a.at, b.at) >= 0 ? a : b
}

const nowhere: Position = { term: Number.MAX_SAFE_INTEGER, index: Number.MAX_SAFE_INTEGER }

export function stampsOf(ranges: readonly StampRange[], upTo = 0): SeenStamps {
  return { kind: 'stamps', ranges, upTo }
}

/** A seat's stamps differ from each other in their upper bits only. */
const seats = 64

/** Bounds by their distance from the greatest one. Null where they are none that a member makes. */
function encodeVector(keyspace: number, ranges: readonly StampRange[]): Uint8Array | null {
  let top = 0
  let last = 0
  for (const { seat, after, upTo } of ranges) {
    const isSound = upTo % seats === seat && (after === 0 || after % seats === seat)
    if (!isSound || after >= upTo) return null
    top = Math.max(top, tickOf(upTo))
    last = Math.max(last, seat)
  }
  const writer = new ByteWriter(64).varint(keyspace).varint(top)
  if (ranges.length === 0) return writer.byte(0).finish()
  writer.byte(last + 1)
  for (let seat = 0; seat <= last; seat++) {
    const own = ranges.filter((range) => range.seat === seat).reverse()
    // 0 ends the seat; else the distance to the bound before, and whether the range has a beginning.
    let from = top
    for (const { after, upTo } of own) {
      writer.varint((from - tickOf(upTo)) * 2 + (after === 0 ? 1 : 2))
      from = tickOf(upTo)
      if (after === 0) continue
      writer.varint(from - tickOf(after))
      from = tickOf(after)
    }
    if (own.length === 0 || own.at(-1)?.after !== 0) writer.varint(0)
  }
  return writer.finish()
}

function decodeVector(reader: ByteReader): StampRange[] | null {
  const top = reader.varint()
  const count = reader.byte()
  if (count > seats) return null
  const found: StampRange[] = []
  for (let seat = 0; seat < count; seat++) {
    const own: StampRange[] = []
    let from = top
    while (reader.ok) {
      const step = reader.varint()
      if (step === 0) break
      const isFirst = step % 2 === 1
      const upTo = from - (step - (isFirst ? 1 : 2)) / 2
      const after = isFirst ? 0 : upTo - reader.varint()
      if (after < 0 || after >= upTo) return null
      own.push({ seat, after: isFirst ? 0 : stampOf(after, seat), upTo: stampOf(upTo, seat) })
      if (isFirst) break
      from = after
    }
    found.push(...own.reverse())
  }
  return reader.ok ? found : null
}

function tickOf(stamp: number): number {
  return Math.floor(stamp / seats)
}

function stampOf(tick: number, seat: number): number {
  return tick * seats + seat
}
