// Rows of the log store: their keys and their bytes. One identity row; per group a hard state row and
// log records, sorted by (group, index). Every value begins with a format version and ends with a
// CRC32C over all before it, so that a reader of any version can tell damage from an unknown format.

import type { LogEntry } from '../api/entry.js'
import { payloadOf } from '../api/entry.js'
import type { GroupId } from '../api/ids.js'
import type { RowRange } from '../api/store.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { crc32c } from '../base/crc32c.js'
import type { Hash64 } from '../base/hash.js'
import { chainEntry } from './chain.js'

/** Version of every row's format. A change of bytes is a new number, and the old one stays readable. */
export const layoutVersion = 1

/** The row that says whose store it is. */
export const identityKey = 'i'

/** The row with the lives that this disk has had. */
export const livesKey = 'n'

/** The row with the last topology that the member heard of. */
export const topologyKey = 't'

/**
 * How far the birth of the cluster went on this member. forming: it took the cluster id. agreed: it
 * saw every member take it. born: it saw every member agree, so clients may be served. lost: it is a
 * member whose disk was lost; born again once its groups are refilled.
 */
export const identityPhases = ['forming', 'agreed', 'born', 'lost'] as const
export type IdentityPhase = (typeof identityPhases)[number]

export interface Identity {
  readonly phase: IdentityPhase
  readonly clusterId: string
  readonly member: number
  readonly incarnation: number
  /** The keyspace table that the data was written under. */
  readonly keyspaceEpoch: number
  readonly keyspaceDigest: Hash64
  /** Shard groups of each keyspace; absent for one. */
  readonly shards?: number
  /** Of who holds which of them; absent where every member holds each. */
  readonly placement?: Hash64 | undefined
  /** Member ids that agreed on the birth of the cluster, ascending. */
  readonly born: readonly number[]
}

/** One batch of entries as it stands on disk. */
export interface LogRecord {
  readonly first: number
  readonly entries: readonly LogEntry[]
  readonly chainBefore: Hash64
  readonly chainAfter: Hash64
  /** Number of the last hard state written before this record or with it; 0 for none. */
  readonly states: number
}

export interface HardState {
  /** Opaque bytes of the strategy. */
  readonly state: Uint8Array
  readonly voteTerm: number
  /** 1 for the group's first hard state, then counted up: shows a stale row. */
  readonly states: number
}

/** corrupt: damaged. format: whole, but written by a version that this one does not know. */
export type RowFault = 'corrupt' | 'format'

/** Key of a group's hard state. */
export function stateKey(group: GroupId): string {
  return `h${bigEndian(group, 4)}`
}

/** Key of the row that says that a group which was added at run time was begun on this disk. */
export function begunKey(group: GroupId): string {
  return `g${bigEndian(group, 4)}`
}

/** The group that a row key of that kind speaks of, or null. */
export function begunGroup(key: string): GroupId | null {
  if (key.length !== 5 || !key.startsWith('g')) return null
  let group = 0
  for (let at = 1; at < 5; at++) group = group * 256 + key.charCodeAt(at)
  return group as GroupId
}

/** All that the log store has of a group. */
export function groupRows(group: GroupId): {
  readonly keys: readonly string[]
  readonly range: RowRange
} {
  const range = { from: recordPrefix(group), to: recordPrefix((group + 1) as GroupId) }
  return { keys: [stateKey(group), begunKey(group)], range }
}

/** What the keys of all records of a group begin with. */
export function recordPrefix(group: GroupId): string {
  return `l${bigEndian(group, 4)}`
}

/** Key of the record whose first entry has this index. */
export function recordKey(group: GroupId, first: number): string {
  return recordPrefix(group) + bigEndian(first, 7)
}

/** Whether a row key is one of a log record, of whatever group. */
export function isRecordKey(key: string): boolean {
  return key.length === 12 && key.startsWith('l')
}

/** First index of a record by its key, or null when the key does not begin with this `recordPrefix`. */
export function recordIndex(prefix: string, key: string): number | null {
  if (key.length !== 12 || !key.startsWith(prefix)) return null
  let index = 0
  for (let at = 5; at < 12; at++) index = index * 256 + key.charCodeAt(at)
  return Number.isSafeInteger(index) ? index : null
}

function bigEndian(value: number, bytes: number): string {
  let text = ''
  let rest = value
  for (let count = 0; count < bytes; count++) {
    text = String.fromCharCode(rest % 256) + text
    rest = Math.floor(rest / 256)
  }
  return text
}

export function encodeIdentity(identity: Identity): Uint8Array {
  const writer = new ByteWriter()
    .byte(layoutVersion)
    .byte(identityPhases.indexOf(identity.phase))
    .text(identity.clusterId)
    .varint(identity.member)
    .varint(identity.incarnation)
    .varint(identity.keyspaceEpoch)
    .hash(identity.keyspaceDigest)
    .varint(identity.born.length)
  for (const member of identity.born) writer.varint(member)
  const { shards = 1, placement } = identity
  if (shards !== 1 || placement !== undefined) writer.varint(shards)
  if (placement !== undefined) writer.hash(placement)
  return seal(writer)
}

export function decodeIdentity(bytes: Uint8Array): Identity | RowFault {
  const reader = open(bytes)
  if (typeof reader === 'string') return reader
  const phase = identityPhases[reader.byte()]
  if (phase === undefined) return 'corrupt'
  const born: number[] = []
  const identity = {
    phase,
    clusterId: reader.text(),
    member: reader.varint(),
    incarnation: reader.varint(),
    keyspaceEpoch: reader.varint(),
    keyspaceDigest: reader.hash(),
    born,
  }
  const count = reader.varint()
  for (let n = 0; n < count && reader.ok; n++) born.push(reader.varint())
  const shards = reader.ok && reader.left > 0 ? { shards: reader.varint() } : {}
  const placement = reader.ok && reader.left > 0 ? { placement: reader.hash() } : {}
  return reader.ok && reader.left === 0 ? { ...identity, ...shards, ...placement } : 'corrupt'
}

/** Incarnations, oldest first. */
export function encodeLives(lives: readonly number[]): Uint8Array {
  const writer = new ByteWriter().byte(layoutVersion).varint(lives.length)
  for (const life of lives) writer.varint(life)
  return seal(writer)
}

/** Null where it is damaged, or of another format. */
export function decodeLives(bytes: Uint8Array): readonly number[] | null {
  const reader = open(bytes)
  if (typeof reader === 'string') return null
  const lives: number[] = []
  const count = reader.varint()
  for (let n = 0; n < count && reader.ok; n++) lives.push(reader.varint())
  return reader.ok && reader.left === 0 ? lives : null
}

export function encodeTopologyRow(text: string): Uint8Array {
  return seal(new ByteWriter(text.length + 16).byte(layoutVersion).text(text))
}

/** Null where it is damaged, or of another format. */
export function decodeTopologyRow(bytes: Uint8Array): string | null {
  const reader = open(bytes)
  if (typeof reader === 'string') return null
  const text = reader.text()
  return reader.ok && reader.left === 0 ? text : null
}

export function encodeBegun(group: GroupId): Uint8Array {
  return seal(new ByteWriter().byte(layoutVersion).varint(group))
}

export function encodeState(group: GroupId, hard: HardState): Uint8Array {
  const writer = new ByteWriter(hard.state.length + 32).byte(layoutVersion).varint(group)
  return seal(writer.varint(hard.states).varint(hard.voteTerm).blob(hard.state))
}

export function decodeState(group: GroupId, bytes: Uint8Array): HardState | RowFault {
  const reader = open(bytes)
  if (typeof reader === 'string') return reader
  const owner = reader.varint()
  const states = reader.varint()
  const voteTerm = reader.varint()
  const state = reader.blob()
  const whole = reader.ok && reader.left === 0 && owner === group && states > 0
  return whole ? { state, voteTerm, states } : 'corrupt'
}

/** Reused for every record: `finish` copies out and empties it. */
const scratch = new ByteWriter(64 * 1024)

/** A record of these entries, which are not empty; the chain behind them is answered with it. */
export function encodeRecord(
  group: GroupId,
  entries: readonly LogEntry[],
  head: { readonly chainBefore: Hash64; readonly states: number },
): { readonly bytes: Uint8Array; readonly chainAfter: Hash64 } {
  const writer = scratch
    .byte(layoutVersion)
    .varint(group)
    .varint(entries[0]?.index ?? 0)
    .varint(head.states)
    .varint(entries.length)
    .hash(head.chainBefore)
  let chain = head.chainBefore
  for (const entry of entries) {
    const bytes = entry.payload.bytes()
    chain = chainEntry(chain, entry, bytes)
    writer.varint(entry.term).blob(bytes)
  }
  return { bytes: seal(writer.hash(chain)), chainAfter: chain }
}

/** Checks the CRC, the format and the chain inside the record. Entries are views into `bytes`. */
export function decodeRecord(
  group: GroupId,
  first: number,
  bytes: Uint8Array,
): LogRecord | RowFault {
  const reader = open(bytes)
  if (typeof reader === 'string') return reader
  const owner = reader.varint()
  const index = reader.varint()
  const states = reader.varint()
  const count = reader.varint()
  const chainBefore = reader.hash()
  if (!reader.ok || owner !== group || index !== first || count === 0) return 'corrupt'
  const entries: LogEntry[] = []
  let chain = chainBefore
  for (let n = 0; n < count; n++) {
    const term = reader.varint()
    const body = reader.blob()
    if (!reader.ok) return 'corrupt'
    const entry = { term, index: first + n, payload: payloadOf(body) }
    chain = chainEntry(chain, entry, body)
    entries.push(entry)
  }
  const chainAfter = reader.hash()
  const whole = reader.ok && reader.left === 0
  const fits = chainAfter.high === chain.high && chainAfter.low === chain.low
  return whole && fits ? { first, entries, chainBefore, chainAfter, states } : 'corrupt'
}

/** Ends a row with the CRC of all before. */
function seal(writer: ByteWriter): Uint8Array {
  const size = writer.length
  const bytes = writer.uint32(0).finish()
  const crc = crc32c(bytes, 0, size)
  bytes[size] = crc >>> 24
  bytes[size + 1] = crc >>> 16
  bytes[size + 2] = crc >>> 8
  bytes[size + 3] = crc
  return bytes
}

/** A reader behind the version of a sealed row. */
function open(bytes: Uint8Array): ByteReader | RowFault {
  const size = bytes.length - 4
  if (size < 1) return 'corrupt'
  if (new ByteReader(bytes, size).uint32() !== crc32c(bytes, 0, size)) return 'corrupt'
  const reader = new ByteReader(bytes, 0, size)
  return reader.byte() === layoutVersion ? reader : 'format'
}
