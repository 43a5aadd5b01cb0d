// A small engine for tests of checkpoints and snapshots: a Map of keys, one row per key, tombstones for
// deleted ones, a manifest with number, count and digest. As strict as the real one about what it loads.

import { rowKey, rowNumber, rowStem } from '../../src/api/row-key.js'
import type { CheckpointStep, Engine } from '../../src/api/engine.js'
import type { Row } from '../../src/api/store.js'
import { assert } from '../../src/base/assert.js'
import { ByteReader, ByteWriter, bytesToText, textToBytes } from '../../src/base/bytes.js'
import { type Hash64, hashBytes, hashEquals, hashZero } from '../../src/base/hash.js'

export class FakeEngine implements Engine {
  readonly waiting = null
  readonly commands = new Map()
  readonly clock = 0
  readonly memoryBytes = 0
  readonly counters = { hits: 0, misses: 0, expired: 0, evicted: 0, changed: 0 }
  readonly data = new Map<string, string>()
  /** Number of the checkpoint whose row holds a key now, tombstones included. */
  readonly #rows = new Map<string, number>()
  readonly #dirty = new Set<string>()
  #garbage: string[] = []
  #open: { number: number; queue: [string, string | null][]; superseded: string[] } | null = null
  #manifest: Uint8Array | null = null
  #loaded: string[] = []

  set(key: string, value: string): void {
    this.data.set(key, value)
    this.#dirty.add(key)
  }

  delete(key: string): void {
    if (this.data.delete(key)) this.#dirty.add(key)
  }

  get dirtyKeys(): number {
    return this.#dirty.size
  }

  digest(): Hash64 {
    return digestOf(this.data)
  }

  checkpointBegin(number: number): void {
    assert(this.#open === null, 'one checkpoint at a time')
    const queue: [string, string | null][] = []
    for (const key of this.#dirty) queue.push([key, this.data.get(key) ?? null])
    this.#dirty.clear()
    this.#open = { number, queue, superseded: [] }
    this.#manifest = encodeManifest(number, this.data)
  }

  checkpointStep(keysMax: number, bytesMax: number): CheckpointStep {
    const open = this.#open
    assert(open !== null, 'a checkpoint is open')
    const puts: Row[] = []
    let bytes = 0
    while (puts.length < keysMax && bytes < bytesMax) {
      const next = open.queue.shift()
      if (next === undefined) break
      const [key, value] = next
      const before = this.#rows.get(key)
      if (before !== undefined) open.superseded.push(rowKey(stemOf(key), before))
      if (value === null && before === undefined) continue
      this.#rows.set(key, open.number)
      puts.push({ key: rowKey(stemOf(key), open.number), value: encodeValue(value) })
      bytes += value?.length ?? 0
      if (value === null) this.#rows.delete(key)
      if (value === null) open.superseded.push(rowKey(stemOf(key), open.number))
    }
    return { puts, keys: puts.length, manifest: open.queue.length > 0 ? null : this.#manifest }
  }

  checkpointFinish(): void {
    const open = this.#open
    assert(open !== null && open.queue.length === 0, 'all rows were taken')
    this.#garbage.push(...open.superseded)
    this.#open = null
  }

  checkpointAbort(): void {
    this.#open = null
  }

  checkpointGarbage(countMax: number): readonly string[] {
    const taken = this.#garbage.slice(0, countMax)
    this.#garbage = this.#garbage.slice(countMax)
    return taken
  }

  load(rows: readonly Row[]): void {
    for (const row of rows) {
      assert(this.#loaded.length === 0 || (this.#loaded.at(-1) as string) < row.key, 'key order')
      this.#loaded.push(row.key)
      const key = keyOf(rowStem(row.key))
      const value = decodeValue(row.value)
      if (value === null) {
        this.#garbage.push(row.key)
        continue
      }
      this.data.set(key, value)
      this.#rows.set(key, rowNumber(row.key))
    }
  }

  loadFinish(manifest: Uint8Array): string | null {
    const reader = new ByteReader(manifest)
    reader.uint32()
    const count = reader.varint()
    const digest = reader.hash()
    if (!reader.ok) return 'the manifest is malformed'
    if (count !== this.data.size) return `${count} keys expected, ${this.data.size} found`
    return hashEquals(digest, this.digest()) ? null : 'the digest differs'
  }

  beginEntry(): void {}
  execute(): null {
    return null
  }
  read(): null {
    return null
  }
  watchKeys(): void {}

  step(): null {
    return null
  }
  expireDue(): number {
    return 0
  }
  nextExpiry(): null {
    return null
  }
  keyCount(): number {
    return this.data.size
  }

  slotKeyCount(): number {
    return 0
  }

  slotKeys(): readonly string[] {
    return []
  }
  expiresCount(): number {
    return 0
  }
  averageTtl(): number {
    return 0
  }
  slotVersion(): number {
    return 0
  }
}

/** A length first, so that no stem is a prefix of another one. */
function stemOf(key: string): string {
  return String.fromCharCode(key.length) + key
}

function keyOf(stem: string): string {
  return stem.slice(1)
}

function encodeValue(value: string | null): Uint8Array {
  return value === null ? new Uint8Array(0) : textToBytes(`=${value}`)
}

function decodeValue(bytes: Uint8Array): string | null {
  return bytes.length === 0 ? null : bytesToText(bytes).slice(1)
}

function digestOf(data: ReadonlyMap<string, string>): Hash64 {
  let hash = hashZero
  const keys = [...data.keys()].sort((a, b) => (a < b ? -1 : 1))
  for (const key of keys) hash = hashBytes(textToBytes(`${key}\0${data.get(key)}`), hash)
  return hash
}

function encodeManifest(number: number, data: ReadonlyMap<string, string>): Uint8Array {
  return new ByteWriter().uint32(number).varint(data.size).hash(digestOf(data)).finish()
}
