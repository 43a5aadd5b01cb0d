// Takes the rows of checkpoint storage into an empty engine. Which checkpoint counts is known only when
// the manifest comes, so every version of a place is decoded and held, and the newest one that is not
// above the manifest's number is taken at the end. Nothing is taken where anything is wrong.

import { rowKey } from '../api/row-key.js'
import type { Row } from '../api/store.js'
import { ByteReader, noBytes } from '../base/bytes.js'
import { type Hash64, hashEquals, hashZero } from '../base/hash.js'
import type { Value } from './values/value.js'
import {
  decodeManifest,
  decodeSegment,
  hashRow,
  type LiveRow,
  type Manifest,
  parseRowKey,
  type RowKey,
  slotsPerVersionRow,
  unsealRow,
  versionsDb,
} from './rows.js'

/** Where the loader puts what it found; called in order of slot, database and start. */
export interface LoadTarget {
  segment(at: RowKey, map: Map<string, Value>, times: ReadonlyMap<string, number>): void
  version(slot: number, version: number): void
}

interface Version {
  readonly at: RowKey
  readonly hash: Hash64
  readonly isTombstone: boolean
  /** What is wrong with the row, '' for nothing. */
  readonly fault: string
  /** Keys in the order of their segment, and the times to live of those that have one. */
  readonly map: Map<string, Value>
  readonly times: ReadonlyMap<string, number>
  readonly versions: readonly number[]
}

export interface Loaded {
  readonly manifest: Manifest
  readonly live: Map<string, LiveRow>
  /** Superseded rows and tombstones, each tombstone behind what it hides. */
  readonly garbage: string[]
  /** Rows of checkpoints that were not finished. */
  readonly unfinished: readonly RowKey[]
}

export class Loader {
  readonly #versions: Version[] = []
  readonly #databases: number
  #lastKey = ''
  #fault = ''

  constructor(databases: number) {
    this.#databases = databases
  }

  take(rows: readonly Row[]): void {
    for (const row of rows) {
      const at = parseRowKey(row.key)
      if (at === null) this.#fault = 'a checkpoint row has a malformed key'
      else if (row.key <= this.#lastKey) this.#fault = 'checkpoint rows are out of order'
      else this.#versions.push(decodeRow(row, at))
      this.#lastKey = row.key
    }
  }

  /** Hands everything to the target, or answers one sentence of what is wrong and hands out nothing. */
  finish(bytes: Uint8Array, target: LoadTarget): Loaded | string {
    const manifest = decodeManifest(bytes)
    if (typeof manifest === 'string') return manifest
    if (this.#fault !== '') return this.#fault
    const { chosen, garbage, unfinished } = this.#choose(manifest.number)
    const fault = check(chosen, manifest, this.#databases)
    if (fault !== '') return fault
    const live = new Map<string, LiveRow>()
    for (const version of chosen) {
      live.set(version.at.place, { number: version.at.number, hash: version.hash })
      if (version.at.db === versionsDb) {
        for (const [i, count] of version.versions.entries()) {
          target.version(version.at.slot + i, count)
        }
      } else target.segment(version.at, version.map, version.times)
    }
    this.#versions.length = 0
    return { manifest, live, garbage, unfinished }
  }

  /** The newest version of each place that is not above `number`, tombstones left out. */
  #choose(number: number): Pick<Loaded, 'garbage' | 'unfinished'> & { readonly chosen: Version[] } {
    const chosen: Version[] = []
    const garbage: string[] = []
    const unfinished: RowKey[] = []
    for (const version of this.#versions) {
      if (version.at.number > number) {
        unfinished.push(version.at)
        continue
      }
      const last = chosen[chosen.length - 1]
      if (last !== undefined && last.at.place === version.at.place) {
        garbage.push(rowKey(last.at.place, last.at.number))
        chosen.pop()
      }
      if (version.isTombstone) garbage.push(rowKey(version.at.place, version.at.number))
      else chosen.push(version)
    }
    return { chosen, garbage, unfinished }
  }
}

function decodeRow(row: Row, at: RowKey): Version {
  const map = new Map<string, Value>()
  const times = new Map<string, number>()
  const versions: number[] = []
  const isTombstone = row.value.length === 0
  const body = isTombstone ? noBytes : unsealRow(row.key, row.value)
  let fault = ''
  if (isTombstone) return { at, hash: hashZero, isTombstone, fault, map, times, versions }
  if (typeof body === 'string') fault = body
  else if (at.db === versionsDb) {
    const reader = new ByteReader(body)
    for (let i = 0; i < slotsPerVersionRow; i++) versions.push(reader.varint())
    if (!reader.ok || reader.left > 0) fault = 'a row of slot versions is malformed'
  } else if (!decodeSegment(body, map, times)) fault = 'a row of keys is malformed'
  return { at, hash: hashRow(row), isTombstone, fault, map, times, versions }
}

function check(chosen: readonly Version[], manifest: Manifest, databases: number): string {
  let high = 0
  let low = 0
  for (const version of chosen) {
    if (version.fault !== '') return version.fault
    if (version.at.db >= databases && version.at.db !== versionsDb) {
      return `the checkpoint has keys of database ${version.at.db}, there are ${databases} databases`
    }
    high = (high + version.hash.high) >>> 0
    low = (low + version.hash.low) >>> 0
  }
  if (chosen.length !== manifest.rows) {
    return `the checkpoint has ${manifest.rows} rows, ${chosen.length} were found`
  }
  return hashEquals(manifest.sum, { high, low })
    ? ''
    : 'the rows found are not those of the checkpoint'
}
