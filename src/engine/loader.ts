// Takes the rows of checkpoint storage into an empty engine, row by row as they come, so that no load
// ends in one long stall. Of each place the newest row that is not above the manifest's number counts.
// Rows that come before the manifest is known wait. After a fault the engine is to be thrown away.

import { rowKey } from '../api/row-key.js'
import type { Row } from '../api/store.js'
import { ByteReader } from '../base/bytes.js'
import { hashEquals } from '../base/hash.js'
import { type Awaited, restorePart } from './values/codec.js'
import type { Part } from './values/part.js'
import type { Container } from './values/value.js'
import {
  decodeManifest,
  decodeSegment,
  hashRow,
  type LiveRow,
  type DecodedSegment,
  type Manifest,
  parseRowKey,
  type RowKey,
  slotsPerVersionRow,
  unsealRow,
  versionsDb,
} from './rows.js'

/** Where the loader puts what it found; called in order of slot, database and start. */
export interface LoadTarget {
  segment(at: RowKey, decoded: DecodedSegment): void
  /** A part of a container whose segment was given before. */
  part(key: string, value: Container, part: Part): void
  /** Ids above this one were given to no body. */
  lastBody(id: number): void
  version(slot: number, version: number): void
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
  readonly #databases: number
  readonly #target: LoadTarget
  #manifest: Manifest | null = null
  /** Rows that came before the manifest was known. */
  #held: Row[] = []
  #lastKey = ''
  /** Newest row so far of the place that is being read; it counts once the next place begins. */
  #candidate: { readonly at: RowKey; readonly row: Row } | null = null
  readonly #live = new Map<string, LiveRow>()
  readonly #garbage: string[] = []
  readonly #unfinished: RowKey[] = []
  /** Containers with rows of their own by the id of their body, and how many rows are to come. */
  readonly #awaited = new Map<number, { readonly awaited: Awaited; left: number }>()
  #lastBody = 0
  #high = 0
  #low = 0
  #fault = ''

  constructor(databases: number, target: LoadTarget) {
    this.#databases = databases
    this.#target = target
  }

  /** The checkpoint that the rows belong to; from here on they go in as they come. */
  begin(bytes: Uint8Array): void {
    const manifest = decodeManifest(bytes)
    if (typeof manifest === 'string') {
      this.#fault = manifest
      return
    }
    this.#manifest = manifest
    const held = this.#held
    this.#held = []
    this.take(held)
  }

  take(rows: readonly Row[]): void {
    if (this.#fault !== '') return
    const manifest = this.#manifest
    if (manifest === null) {
      for (const row of rows) this.#held.push(row)
      return
    }
    for (const row of rows) this.#takeRow(manifest, row)
  }

  /** What was loaded, or one sentence of what is wrong. */
  finish(bytes: Uint8Array): Loaded | string {
    if (this.#manifest === null && this.#fault === '') this.begin(bytes)
    if (this.#candidate !== null) this.#settle(this.#candidate)
    this.#candidate = null
    const manifest = this.#manifest
    if (this.#fault !== '' || manifest === null) return this.#fault
    const given = decodeManifest(bytes)
    if (typeof given === 'string') return given
    if (given.number !== manifest.number) return 'the rows were loaded for another checkpoint'
    if (this.#live.size !== manifest.rows) {
      return `the checkpoint has ${manifest.rows} rows, ${this.#live.size} were found`
    }
    if (!hashEquals(manifest.sum, { high: this.#high, low: this.#low })) {
      return 'the rows found are not those of the checkpoint'
    }
    for (const { left } of this.#awaited.values()) {
      if (left > 0) return `a container lacks ${left} rows of entries`
    }
    this.#target.lastBody(this.#lastBody)
    const garbage = this.#garbage
    return { manifest, live: this.#live, garbage, unfinished: this.#unfinished }
  }

  #takeRow(manifest: Manifest, row: Row): void {
    const at = parseRowKey(row.key)
    if (at === null) this.#fault = 'a checkpoint row has a malformed key'
    else if (row.key <= this.#lastKey) this.#fault = 'checkpoint rows are out of order'
    if (at === null || this.#fault !== '') return
    this.#lastKey = row.key
    this.#lastBody = Math.max(this.#lastBody, at.id)
    if (at.number > manifest.number) {
      this.#unfinished.push(at)
      return
    }
    const before = this.#candidate
    this.#candidate = { at, row }
    if (before === null) return
    if (before.at.place === at.place) this.#garbage.push(rowKey(at.place, before.at.number))
    else this.#settle(before)
  }

  /** A row that counts: into the engine with it. */
  #settle({ at, row }: { readonly at: RowKey; readonly row: Row }): void {
    if (this.#fault !== '') return
    if (row.value.length === 0) {
      this.#garbage.push(row.key)
      return
    }
    const body = unsealRow(row.key, row.value)
    if (typeof body === 'string') this.#fault = body
    else if (at.db === versionsDb) this.#takeVersions(at, body)
    else if (at.db >= this.#databases) {
      this.#fault = `the checkpoint has keys of database ${at.db}, there are ${this.#databases} databases`
    } else if (at.id > 0) this.#takePart(at, body)
    else this.#takeSegment(at, body)
    if (this.#fault !== '') return
    const hash = hashRow(row)
    this.#high = (this.#high + hash.high) >>> 0
    this.#low = (this.#low + hash.low) >>> 0
    this.#live.set(at.place, { number: at.number, hash })
  }

  #takeVersions(at: RowKey, body: Uint8Array): void {
    const reader = new ByteReader(body)
    const versions: number[] = []
    for (let i = 0; i < slotsPerVersionRow; i++) versions.push(reader.varint())
    if (!reader.ok || reader.left > 0) this.#fault = 'a row of slot versions is malformed'
    else versions.forEach((version, i) => this.#target.version(at.slot + i, version))
  }

  #takeSegment(at: RowKey, body: Uint8Array): void {
    const decoded = decodeSegment(body)
    if (decoded === null) {
      this.#fault = 'a row of keys is malformed'
      return
    }
    for (const awaited of decoded.awaited) {
      const { id } = awaited.value.body
      if (this.#awaited.has(id)) this.#fault = 'two containers claim the same rows'
      this.#awaited.set(id, { awaited, left: awaited.parts })
    }
    this.#target.segment(at, decoded)
  }

  #takePart(at: RowKey, body: Uint8Array): void {
    const found = this.#awaited.get(at.id)
    if (found === undefined || found.left === 0) {
      this.#fault = 'a row of entries belongs to no key'
      return
    }
    const { key, value } = found.awaited
    const reader = new ByteReader(body)
    const part = value.body.kind.decode(reader, at.start)
    if (part === null || reader.left > 0) {
      this.#fault = 'a row of entries is malformed'
      return
    }
    restorePart(value, part)
    this.#target.part(key, value, part)
    // Who reads slot by slot lets whole ones go.
    if (--found.left === 0) this.#awaited.delete(at.id)
  }
}
