// What engine tests build their worlds from: an engine with an entry open, and checkpoint storage.

import { createEngine } from '../../src/engine/engine.js'
import { type Engine, type EngineOptions, later } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import type { Row } from '../../src/api/store.js'

const unpacked = process.env['UNPACKED']

/** `UNPACKED=0` packs whatever may be packed between all commands. */
export const options: EngineOptions = {
  databases: 16,
  bulkBytesMax: 8 * 1024 * 1024,
  maxMemory: 0,
  ...(unpacked === undefined ? {} : { unpackedMax: Number(unpacked) }),
}

/** An engine with an entry open at `stamp`. */
export function makeEngine(stamp = 1_000_000, more: Partial<EngineOptions> = {}): Engine {
  const engine = createEngine({ ...options, ...more })
  engine.beginEntry(stamp, 1, 2)
  return engine
}

/** Executes one command to its end. */
export function run(engine: Engine, line: readonly string[], budget = 1000, db = 0): Reply {
  let reply = engine.execute(db, line)
  while (reply === later) reply = engine.step(budget)
  return reply
}

/** Executes commands given as words parted by blanks; answers the last reply. */
export function runAll(engine: Engine, ...lines: readonly string[]): Reply {
  let reply: Reply = null
  for (const line of lines) reply = run(engine, line.split(' '))
  return reply
}

/** Checkpoint storage: what a store holds of one group. */
export class Storage {
  readonly rows = new Map<string, Uint8Array>()
  manifest: Uint8Array | null = null

  put(rows: readonly Row[]): void {
    for (const row of rows) this.rows.set(row.key, row.value)
  }

  delete(keys: readonly string[]): void {
    for (const key of keys) this.rows.delete(key)
  }

  sorted(): Row[] {
    return [...this.rows]
      .map(([key, value]) => ({ key, value }))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  copy(): Storage {
    const made = new Storage()
    for (const [key, value] of this.rows) made.rows.set(key, value)
    made.manifest = this.manifest
    return made
  }

  /** A new engine with what is stored, or what is wrong. */
  restore(chunk = 7): Engine | string {
    const engine = createEngine(options)
    if (this.manifest === null) return engine
    // Rows may come before or after the manifest is known: both lead to the same.
    if (chunk % 2 === 1) engine.loadBegin?.(this.manifest)
    const rows = this.sorted()
    for (let i = 0; i < rows.length; i += chunk) engine.load(rows.slice(i, i + chunk))
    return engine.loadFinish(this.manifest) ?? engine
  }
}

/** Writes a whole checkpoint; the number of rows put. */
export function checkpoint(engine: Engine, storage: Storage, number: number): number {
  engine.checkpointBegin(number)
  return checkpointRest(engine, storage)
}

/** Goes on with an open checkpoint to its end. */
export function checkpointRest(engine: Engine, storage: Storage): number {
  let rows = 0
  for (;;) {
    const step = engine.checkpointStep(100, 100_000)
    storage.put(step.puts)
    rows += step.puts.length
    if (step.manifest === null) continue
    storage.manifest = step.manifest
    engine.checkpointFinish()
    return rows
  }
}
