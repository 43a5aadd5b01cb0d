// The bytes of checkpoint rows. A row's key is its place (slot, database, start of the hash range; the
// stem in `api/row-key`) and the number of the checkpoint that wrote it, big endian, so that key order is
// slot-major and the versions of one place stand together. Values carry a format version and a CRC32C
// over key and value; an empty one is a tombstone.

import { rowNumber, rowNumberBytes, rowStem } from '../api/row-key.js'
import type { Row } from '../api/store.js'
import { ByteReader, ByteWriter, type Slab } from '../base/bytes.js'
import { crc32c } from '../base/crc32c.js'
import { type Hash64, hashBytes, hashString } from '../base/hash.js'
import { slotCount } from '../base/keyslot.js'
import type { ExpiryItem } from './expiry.js'
import type { PreImage, Segment } from './segment.js'
import { type Awaited, decodeValue, digestValue, encodeValue } from './values/codec.js'
import { Packed, type Stored } from './values/packed.js'
import type { Value } from './values/value.js'

/** Format version of rows and manifest. */
export const rowVersion = 1
/** Stands in the database byte of rows that hold slot versions. */
export const versionsDb = 255
/** Slots whose versions share one row. */
export const slotsPerVersionRow = 64

/** Added to the database byte of rows that hold a part of a container. */
const partDbs = 128
/** Databases that row keys can name. */
export const rowDatabasesMax = partDbs - 1

const keyLength = 7 + rowNumberBytes
const partKeyLength = 15 + rowNumberBytes
const crcLength = 4

/** Slot, database and start as seven characters. */
export function rowPlace(db: number, slot: number, start: number): string {
  return String.fromCharCode(
    slot >>> 8,
    slot & 255,
    db,
    start >>> 24,
    (start >>> 16) & 255,
    (start >>> 8) & 255,
    start & 255,
  )
}

/** Where a part of a container stands. */
export interface PartPlace {
  readonly db: number
  readonly slot: number
  readonly id: number
  readonly start: number
}

/** Slot, database, body and start as fifteen characters. */
export function partPlace({ db, slot, id, start }: PartPlace): string {
  return String.fromCharCode(slot >>> 8, slot & 255, db + partDbs) + sixBytes(id) + sixBytes(start)
}

function sixBytes(value: number): string {
  const high = Math.floor(value / 0x100000000)
  return String.fromCharCode(
    (high >>> 8) & 255,
    high & 255,
    (value >>> 24) & 255,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  )
}

/** What a row's key says. */
export interface RowKey {
  readonly place: string
  readonly slot: number
  readonly db: number
  /** Body of a part, 0 where the row is a segment's. */
  readonly id: number
  readonly start: number
  readonly number: number
}

/** Null where the text is not the key of a row. */
export function parseRowKey(key: string): RowKey | null {
  const slot = number(key, 0, 2)
  const db = key.charCodeAt(2)
  const isPart = db >= partDbs && db !== versionsDb
  if (key.length !== (isPart ? partKeyLength : keyLength) || slot >= slotCount) return null
  return {
    place: rowStem(key),
    slot,
    db: isPart ? db - partDbs : db,
    id: isPart ? number(key, 3, 6) : 0,
    start: isPart ? number(key, 9, 6) : number(key, 3, 4),
    number: rowNumber(key),
  }
}

function number(text: string, at: number, length: number): number {
  let value = 0
  for (let i = at; i < at + length; i++) value = value * 256 + text.charCodeAt(i)
  return value
}

/** Keys in iteration order with values and times to live: the body of a segment's row. */
export function encodeSegment(writer: ByteWriter, segment: Segment): void {
  const expires = segment.expires
  writer.varint(segment.map.size)
  for (const [key, value] of segment.map) {
    encodeKey(writer, key, expires === null ? undefined : expires.get(key))
    encodeStored(writer, value)
  }
}

function encodeStored(writer: ByteWriter, stored: Stored): void {
  if (stored instanceof Packed) stored.encode(writer)
  else encodeValue(writer, stored)
}

/** The same for its digest: with all of every value. */
export function digestSegment(writer: ByteWriter, segment: Segment): void {
  const expires = segment.expires
  writer.varint(segment.map.size)
  for (const [key, value] of segment.map) {
    encodeKey(writer, key, expires === null ? undefined : expires.get(key))
    if (value instanceof Packed) value.encode(writer)
    else digestValue(writer, value)
  }
}

/** The same of a segment as it was. */
export function encodePreImage(writer: ByteWriter, image: PreImage): void {
  const expires = new Map(image.items.map((item) => [item.key, item]))
  writer.varint(image.keys.length)
  image.keys.forEach((key, i) => {
    encodeKey(writer, key, expires.get(key))
    encodeStored(writer, image.values[i] as Stored)
  })
}

function encodeKey(writer: ByteWriter, key: string, item: ExpiryItem | undefined): void {
  writer.text(key).varint(item === undefined ? 0 : item.at + 1)
}

/** What a segment's row holds; `awaited` are the containers with rows of their own. */
export interface DecodedSegment {
  readonly map: Map<string, Value>
  readonly times: Map<string, number>
  readonly awaited: Awaited[]
}

/** In the order of the row; null where the body is malformed. */
export function decodeSegment(body: Uint8Array): DecodedSegment | null {
  const map = new Map<string, Value>()
  const times = new Map<string, number>()
  const awaited: Awaited[] = []
  const reader = new ByteReader(body)
  const count = reader.varint()
  for (let i = 0; i < count && reader.ok; i++) {
    const key = reader.text()
    const time = reader.varint()
    const value = decodeValue(reader, key, awaited)
    if (value === null) return null
    map.set(key, value)
    if (time > 0) times.set(key, time - 1)
  }
  const isWhole = reader.ok && reader.left === 0 && map.size === count
  return isWhole ? { map, times, awaited } : null
}

/** Wraps a body that `writer` holds behind `sealStart` into a row. */
export function sealRow(key: string, writer: ByteWriter, slab: Slab | null = null): Row {
  const body = writer.written
  const crc = crc32c(body, 0, body.length, hashString(key))
  return { key, value: writer.uint32(crc).finish(slab) }
}

/** Begins a row's value. */
export function openRow(writer: ByteWriter): ByteWriter {
  return writer.byte(rowVersion)
}

/** The body of a row's value, or one sentence of what is wrong with it. */
export function unsealRow(key: string, value: Uint8Array): Uint8Array | string {
  const end = value.length - crcLength
  if (end < 1) return 'a checkpoint row is too short'
  const reader = new ByteReader(value, end)
  if (reader.uint32() !== crc32c(value, 0, end, hashString(key))) {
    return 'a checkpoint row fails its check'
  }
  if (value[0] !== rowVersion) return `a checkpoint row has the unknown format ${value[0]}`
  return value.subarray(1, end)
}

/** Hash of a row as the manifest sums it up. */
export function hashRow(row: Row): Hash64 {
  return hashBytes(row.value, { high: hashString(row.key), low: row.key.length })
}

/** Which checkpoint wrote the row of a place, and the row's hash. */
export interface LiveRow {
  readonly number: number
  readonly hash: Hash64
}

/** What a finished checkpoint says of itself. */
export interface Manifest {
  readonly number: number
  readonly rows: number
  /** Sum of the hashes of all its rows, by lanes, modulo 2^32. */
  readonly sum: Hash64
  readonly clock: number
}

const manifestKey = 'manifest'

export function encodeManifest(manifest: Manifest): Uint8Array {
  const writer = openRow(new ByteWriter(64))
  writer.varint(manifest.number).varint(manifest.rows).hash(manifest.sum).varint(manifest.clock)
  return sealRow(manifestKey, writer).value
}

/** One sentence where the bytes are not a manifest. */
export function decodeManifest(bytes: Uint8Array): Manifest | string {
  const body = unsealRow(manifestKey, bytes)
  if (typeof body === 'string') return `the checkpoint's manifest: ${body}`
  const reader = new ByteReader(body)
  const manifest = {
    number: reader.varint(),
    rows: reader.varint(),
    sum: reader.hash(),
    clock: reader.varint(),
  }
  return reader.ok && reader.left === 0 ? manifest : "the checkpoint's manifest is malformed"
}
