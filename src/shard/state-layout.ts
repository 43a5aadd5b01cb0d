// Rows of the `state` store: per group one manifest, and the engine's rows under a generation. A
// generation is one lineage of checkpoints; an installed snapshot begins a new one, so that a crash
// while it comes in leaves the old one whole. Keys: group (2 bytes), kind (1), generation (4), row key.

import type { Hash64 } from '../base/hash.js'
import type { GroupId } from '../api/ids.js'
import type { Position } from '../api/position.js'
import type { Row, RowRange } from '../api/store.js'
import type { Members } from '../api/strategy.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { crc32c } from '../base/crc32c.js'
import { readMembers, writeMembers } from '../log/members.js'

/** Format version of a manifest; an unknown one is refused with a sentence. */
export const manifestFormat = 1
/** The same, with members behind it. */
export const manifestFormatMembers = 2

const kindManifest = 0
const kindRow = 1
const kindEnd = 2

/** Bytes before the engine's own row key. */
export const rowPrefixBytes = 7

/** What is known of one finished checkpoint. */
export interface Manifest {
  readonly generation: number
  /** Number of the checkpoint within its generation; row keys end with it. */
  readonly number: number
  readonly position: Position
  /** The log's chain hash at the position. */
  readonly chain: Hash64
  readonly era: number
  /** The engine's own manifest, opaque. */
  readonly engine: Uint8Array
  /** What the shard keeps beside the engine (answer window and the like), opaque. */
  readonly meta: Uint8Array
  /** The group's members at the position, where an entry ever changed them. */
  readonly members?: Members | undefined
}

export type DecodedManifest =
  | { readonly kind: 'manifest'; readonly manifest: Manifest }
  | { readonly kind: 'damaged'; readonly sentence: string }

function prefix(group: GroupId, kind: number): string {
  return String.fromCharCode((group >>> 8) & 255, group & 255, kind)
}

function uint32Text(value: number): string {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
}

export function manifestKey(group: GroupId): string {
  return prefix(group, kindManifest)
}

/** The range that holds the manifest row of a group and nothing else. */
export function manifestRange(group: GroupId): RowRange {
  return { from: prefix(group, kindManifest), to: prefix(group, kindRow) }
}

/** All rows of a group. */
export function groupRange(group: GroupId): RowRange {
  return { from: prefix(group, kindManifest), to: prefix((group + 1) as GroupId, kindManifest) }
}

/** Store key of an engine row. */
export function stateKey(group: GroupId, generation: number, key: string): string {
  return generationPrefix(group, generation) + key
}

/** What all store keys of one generation begin with. */
export function generationPrefix(group: GroupId, generation: number): string {
  return prefix(group, kindRow) + uint32Text(generation)
}

/** All rows of a generation. */
export function generationRange(group: GroupId, generation: number): RowRange {
  return { from: generationPrefix(group, generation), to: rowsEnd(group, generation) }
}

/** Rows of all generations from `generation` on. */
export function generationsFrom(group: GroupId, generation: number): RowRange {
  return { from: generationPrefix(group, generation), to: prefix(group, kindEnd) }
}

function rowsEnd(group: GroupId, generation: number): string {
  return generation === 0xffffffff
    ? prefix(group, kindEnd)
    : generationPrefix(group, generation + 1)
}

/** Generation that a store key of an engine row belongs to. */
export function generationOf(key: string): number {
  return (
    ((key.charCodeAt(3) << 24) |
      (key.charCodeAt(4) << 16) |
      (key.charCodeAt(5) << 8) |
      key.charCodeAt(6)) >>>
    0
  )
}

/** The engine's row key of a store key. */
export function engineKey(key: string): string {
  return key.slice(rowPrefixBytes)
}

export function encodeManifest(group: GroupId, manifest: Manifest): Row {
  const writer = new ByteWriter(64 + manifest.engine.length + manifest.meta.length)
  writer
    .byte(manifest.members === undefined ? manifestFormat : manifestFormatMembers)
    .uint32(manifest.generation)
    .varint(manifest.number)
    .varint(manifest.position.term)
    .varint(manifest.position.index)
    .hash(manifest.chain)
    .varint(manifest.era)
    .blob(manifest.engine)
    .blob(manifest.meta)
  if (manifest.members !== undefined) writeMembers(writer, manifest.members)
  const body = writer.finish()
  writer.raw(body).uint32(crc32c(body))
  return { key: manifestKey(group), value: writer.finish() }
}

export function decodeManifest(group: GroupId, bytes: Uint8Array): DecodedManifest {
  const format = bytes[0]
  if (format !== undefined && format !== manifestFormat && format !== manifestFormatMembers) {
    return damaged(
      `the checkpoint manifest of group ${group} has format ${format}, this version reads ${manifestFormat} and ${manifestFormatMembers}`,
    )
  }
  const end = bytes.length - 4
  if (end < 1 || new ByteReader(bytes, end).uint32() !== crc32c(bytes, 0, end)) {
    return damaged(`the checkpoint manifest of group ${group} fails its checksum`)
  }
  const reader = new ByteReader(bytes, 1, end)
  const manifest: Manifest = {
    generation: reader.uint32(),
    number: reader.varint(),
    position: { term: reader.varint(), index: reader.varint() },
    chain: reader.hash(),
    era: reader.varint(),
    engine: reader.blob(),
    meta: reader.blob(),
  }
  const members = format === manifestFormatMembers ? readMembers(reader) : undefined
  if (!reader.ok || reader.left > 0 || members === null) {
    return damaged(`the checkpoint manifest of group ${group} is malformed`)
  }
  return { kind: 'manifest', manifest: members === undefined ? manifest : { ...manifest, members } }
}

function damaged(sentence: string): DecodedManifest {
  return { kind: 'damaged', sentence }
}
