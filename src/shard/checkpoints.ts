// Drives the engine's checkpoints: rows to the state store in bounded, paced slices between turns, then
// the manifest, then the garbage. The shard calls `turn` once per core turn; callbacks of the sink only
// record, `turn` acts. It never touches the log: `onFinished` is the shard's leave to cut it.
//
// Why rows go unsynced and only the manifest is synced: both are in one LevelDB, whose write-ahead log
// keeps the order of writes, so a synced manifest makes all rows before it durable as well. A crash
// before it may lose any tail of the rows, and then the old manifest still stands. The loader checks the
// digest of the rows all the same, because a damaged store opens without an error.

import type { Engine } from '../api/engine.js'
import type { GroupId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { Position } from '../api/position.js'
import type { Row } from '../api/store.js'
import type { Members } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import type { Hash64 } from '../base/hash.js'
import type { ShardSink } from './sink.js'
import { encodeManifest, type Manifest, stateKey } from './state-layout.js'

/** Milliseconds between two checkpoints of a member that stops. */
const againMs = 100

export interface CheckpointsInit {
  readonly group: GroupId
  readonly engine: Engine
  readonly sink: ShardSink
  readonly generation: number
  /** Greatest checkpoint number ever seen in this generation; the next one is greater. */
  readonly number: number
  /** The finished checkpoint that the engine was loaded from, or null. */
  readonly finished: Manifest | null
  /** Pace of a checkpoint in the background. */
  readonly keysPerSecond: number
  /** Log bytes, and milliseconds, after which a checkpoint is due. */
  readonly logBytesMax: number
  readonly intervalMs: number
  /** A checkpoint is durable: the log may be cut up to its position. */
  readonly onFinished: (manifest: Manifest) => void
}

/** Where a checkpoint stands, fixed when it begins. */
export interface CheckpointStart {
  readonly position: Position
  readonly chain: Hash64
  readonly era: number
  readonly meta: Uint8Array
  readonly members?: Members | undefined
}

export interface CheckpointsStatus {
  readonly phase: 'idle' | 'rows' | 'manifest' | 'failed' | 'closed'
  readonly number: number
  readonly keysWritten: number
  readonly rowsWritten: number
  readonly finishedIndex: number
  /** Wall milliseconds at which the last one of this run was finished, 0 for none. */
  readonly finishedAt: number
}

export class Checkpoints {
  readonly #init: CheckpointsInit
  #phase: CheckpointsStatus['phase'] = 'idle'
  /** Number of the open checkpoint, or of the last one. */
  #number: number
  #start: CheckpointStart | null = null
  /** The engine's manifest once it gave its last row; the shard's own follows when all rows are answered. */
  #engineManifest: Uint8Array | null = null
  #finished: Manifest | null
  #writesInFlight = 0
  /** The manifest's write was answered; `turn` finishes the checkpoint. */
  #isManifestDurable = false
  #failure: string | null = null
  #isUrgent = false
  /** Snapshot transfers that still read the last finished checkpoint's rows: no row is deleted. */
  #holds = 0
  #hasGarbage: boolean
  /** Keys that may be written now; negative after a slice that was larger than what was there. */
  #tokens: number = limits.checkpointSliceKeys
  #refilledAt: number | null = null
  #begunAt: number | null = null
  #keysWritten = 0
  #rowsWritten = 0
  #finishedAt = 0

  constructor(init: CheckpointsInit) {
    this.#init = init
    this.#number = init.number
    this.#finished = init.finished
    this.#hasGarbage = init.finished !== null
  }

  /** The last checkpoint that is durable; a snapshot transfer reads its rows under `hold`. */
  get finished(): Manifest | null {
    return this.#finished
  }

  /** Whether a checkpoint is open. */
  get isBusy(): boolean {
    return this.#phase === 'rows' || this.#phase === 'manifest'
  }

  /** Whether one may begin now. */
  get mayBegin(): boolean {
    return this.#phase === 'idle'
  }

  /** The same of a member that stops: while entries still come, the next one would be behind when it is finished, too. */
  mayBeginAgain({ mono }: Now): boolean {
    return this.mayBegin && (this.#begunAt === null || mono - this.#begunAt >= againMs)
  }

  /** Why no further checkpoint can be written, or null. */
  get failure(): string | null {
    return this.#failure
  }

  get status(): CheckpointsStatus {
    return {
      phase: this.#phase,
      number: this.#number,
      keysWritten: this.#keysWritten,
      rowsWritten: this.#rowsWritten,
      finishedIndex: this.#finished === null ? 0 : this.#finished.position.index,
      finishedAt: this.#finishedAt,
    }
  }

  /** Whether to begin one: the log grew beyond its bound, or the interval passed and something was applied. */
  due(now: Now, logBytes: number, applied: Position): boolean {
    if (this.#phase !== 'idle') return false
    if (this.#finished !== null && applied.index <= this.#finished.position.index) return false
    if (applied.index === 0) return false
    if (logBytes >= this.#init.logBytesMax) return true
    this.#begunAt ??= now.mono
    return now.mono - this.#begunAt >= this.#init.intervalMs
  }

  /** Begins a checkpoint of the engine as it is now. `meta` belongs to the same position. */
  begin(now: Now, start: CheckpointStart): void {
    assert(this.#phase === 'idle', 'one checkpoint is open at a time')
    this.#phase = 'rows'
    this.#number++
    this.#start = start
    this.#engineManifest = null
    this.#isManifestDurable = false
    this.#keysWritten = 0
    this.#rowsWritten = 0
    this.#begunAt = now.mono
    this.#init.engine.checkpointBegin(this.#number)
  }

  /** Writes the open checkpoint without pacing: for a clean stop, or a snapshot that a peer waits for. */
  hurry(): void {
    if (this.#isUrgent || !this.isBusy) return
    this.#isUrgent = true
    this.#init.sink.wake()
  }

  /** While held, no row is deleted: a snapshot transfer reads the last finished checkpoint. */
  hold(): void {
    this.#holds++
  }

  release(): void {
    assert(this.#holds > 0, 'a hold is released once')
    this.#holds--
  }

  /** The engine is about to be replaced by a snapshot: nothing is written from here on. */
  close(): void {
    this.#phase = 'closed'
  }

  /** Monotonic milliseconds at which `turn` is next needed. */
  wakeAt(): number {
    if (this.#phase === 'closed' || this.#phase === 'failed') return Infinity
    if (this.#phase === 'manifest') return this.#isManifestDurable ? 0 : Infinity
    if (this.#phase === 'rows') {
      if (this.#engineManifest !== null) return this.#writesInFlight === 0 ? 0 : Infinity
      if (this.#writesInFlight >= limits.checkpointWritesInFlight) return Infinity
      return this.#isUrgent ? 0 : this.#paidAt()
    }
    const mayClean = this.#hasGarbage && this.#holds === 0
    return mayClean && this.#writesInFlight === 0 ? this.#paidAt() : Infinity
  }

  turn(now: Now): void {
    this.#refill(now)
    switch (this.#phase) {
      case 'rows':
        this.#writeSlice()
        this.#writeManifest()
        return
      case 'manifest':
        if (this.#isManifestDurable) this.#finish(now)
        return
      case 'idle':
        this.#deleteSlice()
        return
      case 'failed':
      case 'closed':
        return
    }
  }

  #paidAt(): number {
    if (this.#tokens > 0 || this.#refilledAt === null) return 0
    const missing = 1 - this.#tokens
    return this.#refilledAt + Math.ceil((missing * 1000) / this.#init.keysPerSecond)
  }

  /** A slice is paid for afterwards: the bucket goes negative by what it cost and refills with time. */
  #refill(now: Now): void {
    const before = this.#refilledAt ?? now.mono
    this.#refilledAt = now.mono
    const more = ((now.mono - before) * this.#init.keysPerSecond) / 1000
    this.#tokens = Math.min(limits.checkpointSliceKeys, this.#tokens + more)
  }

  #writeSlice(): void {
    if (this.#engineManifest !== null) return
    if (this.#writesInFlight >= limits.checkpointWritesInFlight) return
    if (!this.#isUrgent && this.#tokens <= 0) return
    const step = this.#init.engine.checkpointStep(
      limits.checkpointSliceKeys,
      limits.checkpointSliceBytes,
    )
    this.#engineManifest = step.manifest
    this.#keysWritten += step.keys
    this.#rowsWritten += step.puts.length
    if (step.puts.length > 0) this.#writeRows(step.puts, step.keys)
    if (this.#isUrgent) this.#init.sink.wake()
  }

  #writeRows(rows: readonly Row[], keys: number): void {
    const { group, generation } = this.#init
    const puts: Row[] = []
    let bytes = 0
    for (const row of rows) {
      puts.push({ key: stateKey(group, generation, row.key), value: row.value })
      bytes += row.value.length
    }
    // Large values cost by their bytes: a kilobyte counts as a key.
    this.#tokens -= Math.max(keys, rows.length, Math.ceil(bytes / 1024))
    this.#write({ puts, deletes: [], sync: false })
  }

  #writeManifest(): void {
    const engine = this.#engineManifest
    if (engine === null || this.#writesInFlight > 0 || this.#phase !== 'rows') return
    const manifest = this.#makeManifest(engine)
    this.#phase = 'manifest'
    this.#write({
      puts: [encodeManifest(this.#init.group, manifest)],
      deletes: [],
      sync: true,
    })
  }

  #makeManifest(engine: Uint8Array): Manifest {
    const start = this.#start
    assert(start !== null, 'an open checkpoint has a start')
    return {
      generation: this.#init.generation,
      number: this.#number,
      position: start.position,
      chain: start.chain,
      era: start.era,
      engine,
      meta: start.meta,
      members: start.members,
    }
  }

  #finish(now: Now): void {
    const engine = this.#engineManifest
    assert(engine !== null, 'a checkpoint finishes with its manifest')
    const manifest = this.#makeManifest(engine)
    this.#init.engine.checkpointFinish()
    this.#finished = manifest
    this.#finishedAt = now.wall
    this.#start = null
    this.#engineManifest = null
    this.#phase = 'idle'
    this.#isUrgent = false
    this.#hasGarbage = true
    this.#init.sink.trace({
      level: 'info',
      event: 'checkpoint.finished',
      fields: {
        group: this.#init.group,
        number: manifest.number,
        index: manifest.position.index,
        keys: this.#keysWritten,
        rows: this.#rowsWritten,
      },
    })
    this.#init.onFinished(manifest)
  }

  #deleteSlice(): void {
    if (!this.#hasGarbage || this.#holds > 0) return
    if (this.#writesInFlight > 0 || this.#tokens <= 0) return
    const { engine, group, generation } = this.#init
    const keys = engine.checkpointGarbage(limits.checkpointSliceKeys)
    this.#hasGarbage = keys.length > 0
    if (keys.length === 0) return
    this.#tokens -= keys.length
    const deletes = keys.map((key) => stateKey(group, generation, key))
    this.#write({ puts: [], deletes, sync: false })
  }

  #write(what: { puts: readonly Row[]; deletes: readonly string[]; sync: boolean }): void {
    this.#writesInFlight++
    this.#init.sink.write({ store: 'state', ...what, ranges: [], witness: [] }, (error) =>
      this.#written(error, what.sync),
    )
  }

  #written(error: string | null, isManifest: boolean): void {
    this.#writesInFlight--
    if (this.#phase === 'closed' || this.#phase === 'failed') return
    if (error === null) {
      if (isManifest) this.#isManifestDurable = true
      return
    }
    this.#phase = 'failed'
    this.#failure = `a checkpoint could not be written: ${error}`
    this.#init.sink.trace({
      level: 'error',
      event: 'checkpoint.failed',
      fields: { group: this.#init.group, number: this.#number, error },
    })
  }
}
