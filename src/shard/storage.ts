// Everything of a shard that reaches the disk or comes from it: the log, checkpoints, the boot, and
// snapshots to and from peers. Tells the strategy what is durable; never decides what is committed.

import { type Config, type Durability, groupCount } from '../api/config.js'
import type { Engine } from '../api/engine.js'
import type { LogEntry } from '../api/entry.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import { limits, tailShare } from '../api/limits.js'
import { type Position, positionZero } from '../api/position.js'
import type { Row, Witness } from '../api/store.js'
import type {
  EarlierEntries,
  LogRange,
  Members,
  RecoveryCause,
  StoreBatch,
  Strategy,
  StrategyStatus,
} from '../api/strategy.js'
import { assert } from '../base/assert.js'
import { type Hash64, hashZero } from '../base/hash.js'
import { hasBug } from '../base/seeded-bug.js'
import { GroupLog } from '../log/records.js'
import { Backups, type BackupsHost } from './backups.js'
import { Checkpoints } from './checkpoints.js'
import { Cleaner } from './cleaner.js'
import type { Executor } from './executor.js'
import { Loader, type LoadResult } from './loader.js'
import { LogWriter } from './log-writer.js'
import { decodeMeta, encodeMeta, type MergeMeta } from './meta.js'
import type { Membership } from './membership.js'
import type { Channel, ShardSink } from './sink.js'
import { Snapshots } from './snapshots.js'
import type { Windows } from './windows.js'

/** What is known when the strategy begins. */
export interface StorageStart {
  /** All rows of the log store. */
  readonly logRows: readonly Row[]
  readonly witness: Witness | null
  readonly witnessDamaged: boolean
  /** The member has run before and its identity row was found. */
  readonly hasHistory: boolean
  /** The whole disk is as it was in an earlier life. */
  readonly isOldCopy: boolean
  /** Why the member as a whole is recovering, or null. */
  readonly recovering: RecoveryCause | null
}

export interface Recovered {
  readonly state: Uint8Array | null
  readonly base: Position
  readonly baseChain: Hash64
  readonly entries: readonly LogEntry[]
  readonly earlier: EarlierEntries | null
  readonly mark: Uint8Array | null
  readonly members: Members
  readonly recovering: RecoveryCause | null
}

export interface StorageHost extends Pick<BackupsHost, 'submit' | 'supports'> {
  readonly executor: Executor
  strategy(): Strategy | null
  /** A snapshot took the place of the engine. */
  installed(): void
}

export interface StorageInit {
  readonly group: GroupId
  readonly config: Config
  readonly durability: Durability
  /** What reaches the log is synced, whatever the durability. */
  readonly isStrict?: boolean | undefined
  readonly membership: Membership
  readonly sink: ShardSink
  readonly makeEngine: () => Engine
  readonly windows: Windows
  /** Entries have no total order. */
  readonly merges: boolean
  readonly host: StorageHost
}

export class Storage {
  readonly backups: Backups
  readonly #init: StorageInit
  readonly #log: GroupLog
  readonly #writer: LogWriter
  readonly #cleaner: Cleaner
  #loader: Loader | null = null
  #checkpoints: Checkpoints | null = null
  #snapshots: Snapshots | null = null
  /** Under durability none: what the log may forget at the next mark. */
  #mark: Position = positionZero
  /** Somebody asked for a checkpoint that has not begun yet. */
  #isAsked = false
  #settleUntil = 0
  /** One sentence where the storage cannot go on, else empty. */
  why = ''

  constructor(init: StorageInit) {
    this.#init = init
    this.#log = new GroupLog(init.group, init.merges)
    const { sink, durability, isStrict } = init
    this.#writer = new LogWriter({ log: this.#log, sink, durability, isStrict })
    this.#cleaner = new Cleaner(init.sink)
    this.backups = new Backups({
      ...init.host,
      group: init.group,
      sink: init.sink,
      checkpoints: () => this.#checkpoints,
      requestCheckpoint: () => this.requestCheckpoint(),
      applied: () => init.host.executor.applied,
      hidden: () => init.host.executor.ownership.hidden,
    })
  }

  get counters(): Readonly<Record<string, number>> {
    return {
      checkpoint: this.#checkpoints?.status.number ?? 0,
      checkpoint_index: this.#checkpoints?.status.finishedIndex ?? 0,
      checkpoint_rows: this.#checkpoints?.status.rowsWritten ?? 0,
      checkpoint_open: this.#isAsked || this.#checkpoints?.isBusy === true ? 1 : 0,
      checkpoint_time: this.#checkpoints?.status.finishedAt ?? 0,
      log_bytes: this.#log.bytes,
      ...this.#snapshots?.counters,
    }
  }

  /** Begins to load the last checkpoint into a fresh engine. */
  load(engine: Engine): void {
    this.#loader = new Loader({ group: this.#init.group, engine, sink: this.#init.sink })
    this.#loader.start()
  }

  get isLoaded(): boolean {
    return this.#loader !== null && this.#loader.result !== null
  }

  /** Verifies the log behind the checkpoint and says what the strategy starts from. */
  recover(start: StorageStart): Recovered {
    const loaded = this.#loader?.result ?? null
    const { group, sink, durability, windows, host } = this.#init
    let recovering = start.recovering
    let base = positionZero
    let baseChain: Hash64 = hashZero
    let mark: Uint8Array | null = null
    if (loaded !== null && loaded.kind === 'loaded') {
      base = loaded.manifest.position
      baseChain = loaded.manifest.chain
      this.#init.membership.applied = loaded.manifest.members
      const meta = decodeMeta(loaded.manifest.meta, windows)
      if (meta === false) recovering ??= 'log-damaged'
      mark = this.#takeMerges(host.executor.engine, meta)
      host.executor.replace(host.executor.engine, base)
    } else if (loaded !== null && loaded.kind === 'damaged') {
      recovering ??= 'log-damaged'
      host.executor.replace(this.#init.makeEngine(), positionZero)
    }
    const witness = start.witness?.groups.find((note) => note.group === group) ?? null
    const recovered = this.#log.recover(start.logRows, { base, chain: baseChain }, witness)
    if (recovered.fault !== null && !hasBug('log-witness-ignored')) {
      recovering ??= 'log-damaged'
      const { kind, sentence } = recovered.fault
      sink.trace({ level: 'error', event: 'log.damaged', fields: { group, kind, sentence } })
    }
    // A write of the store is there whole or not at all, so this is no write that a crash cut short: who merges may have
    // told others of it, and groups that hang on each other do not end with the same turn any more.
    if (recovered.tornRecords > 0 && this.#init.merges && !hasBug('log-witness-ignored')) {
      recovering ??= 'log-damaged'
      const fields = { group, kind: 'torn', sentence: 'the last record fails its check' }
      sink.trace({ level: 'error', event: 'log.damaged', fields })
    }
    // Without its witness nothing tells whether the log is as long as it was.
    if (start.witnessDamaged && start.hasHistory && !hasBug('log-witness-ignored')) {
      recovering ??= 'log-damaged'
      sink.trace({ level: 'error', event: 'log.witness-damaged', fields: { group } })
    }
    if (start.isOldCopy && !hasBug('log-witness-ignored')) {
      recovering ??= 'log-damaged'
      sink.trace({ level: 'error', event: 'log.old-copy', fields: { group } })
    }
    if (durability !== 'always' && start.hasHistory && start.witness?.clean !== true) {
      recovering ??= 'unclean-stop'
    }
    this.#open(loaded)
    this.#mark = base
    const { state, entries, earlier } = recovered
    const { members } = this.#init.membership
    return { state, base, baseChain, entries, earlier, mark, members, recovering }
  }

  /** Gives the engine what it needs to merge; the strategy's part. */
  #takeMerges(engine: Engine, meta: MergeMeta | boolean): Uint8Array | null {
    if (typeof meta === 'boolean') return null
    if (engine.merging?.loadUnstable(meta.unstable) === false) {
      this.why = 'a checkpoint has a part that this version does not know'
    }
    return meta.mark
  }

  #merges(): MergeMeta | null {
    const mark = this.#init.host.strategy()?.mark?.()
    const { merging } = this.#init.host.executor.engine
    if (mark === undefined || merging === undefined) return null
    return { mark, unstable: merging.saveUnstable() }
  }

  /** Writes the strategy's batch; `done` when it is as durable as asked. */
  write(batch: StoreBatch, mustSync: boolean, done: () => void): void {
    this.#writer.write(batch, mustSync, done)
  }

  /** The next batch is synced, whatever the strategy asks for. */
  seal(): void {
    this.#writer.seal()
  }

  fetch(range: LogRange): void {
    this.#writer.fetch(range, (entries) => this.#init.host.strategy()?.fetched(entries))
  }

  snapshotTo(peer: MemberId): void {
    this.#snapshots?.wanted(peer)
  }

  message(from: MemberId, channel: Channel, body: Uint8Array, now: Now): void {
    this.#snapshots?.message(from, channel, body, now)
  }

  peerUp(peer: MemberId): void {
    this.#snapshots?.peerUp(peer)
  }

  peerDown(peer: MemberId): void {
    this.#snapshots?.peerDown(peer)
  }

  turn(now: Now): void {
    const strategy = this.#init.host.strategy()
    if (strategy === null) return
    this.#writer.turn(now)
    this.#writer.settle(this.#init.host.executor.applied.index)
    this.#forget(strategy)
    this.#checkpoint(strategy, now)
    this.#snapshots?.turn(now)
    this.backups.turn(now)
    this.#cleaner.turn(now)
    if (this.#writer.failed !== null) this.why = `the log cannot be written: ${this.#writer.failed}`
  }

  /** For a clean stop: everything to disk. Asked every turn until it is not `working`. */
  settle(now: Now, status: StrategyStatus): 'working' | 'clean' | 'unclean' {
    const checkpoints = this.#checkpoints
    if (checkpoints === null || this.#writer.failed !== null) return 'unclean'
    if (this.#settleUntil === 0) this.#settleUntil = now.mono + 10_000
    if (now.mono > this.#settleUntil) return 'unclean'
    this.#writer.sync()
    const { executor } = this.#init.host
    if (this.#init.durability !== 'none') return this.#writer.isSettled ? 'clean' : 'working'
    // Without a log on disk, only a checkpoint of all that this member acknowledged makes a stop clean.
    if (executor.applied.index < status.last.index) return 'working'
    if (checkpoints.failure !== null) return 'unclean'
    if ((checkpoints.finished?.position.index ?? 0) >= status.last.index) {
      return this.#writer.isSettled ? 'clean' : 'working'
    }
    // No wake in every turn: with a slow disk they would follow each other without work.
    if (checkpoints.mayBeginAgain(now) && executor.isBetweenEntries) this.begin(now, status)
    checkpoints.hurry()
    return 'working'
  }

  wakeAt(): number {
    return Math.min(
      this.#writer.wakeAt(),
      this.#checkpoints?.wakeAt() ?? Number.MAX_SAFE_INTEGER,
      this.#snapshots?.wakeAt() ?? Number.MAX_SAFE_INTEGER,
      this.backups.wakeAt(),
      this.#cleaner.wakeAt(),
    )
  }

  /** Begins a checkpoint as soon as one can begin. */
  requestCheckpoint(): void {
    this.#isAsked = true
    this.#init.sink.wake()
  }

  /** Begins a checkpoint of the state as it is now. */
  begin(now: Now, status: StrategyStatus): void {
    const { executor } = this.#init.host
    const chain = this.#init.host.strategy()?.chainAt(executor.applied.index) ?? null
    if (chain === null) return
    this.#checkpoints?.begin(now, {
      position: executor.applied,
      chain,
      era: status.era,
      meta: encodeMeta(this.#init.windows, this.#merges()),
      members: this.#init.membership.kept,
    })
    if (hasBug('shard-cut-before-checkpoint'))
      this.#init.host.strategy()?.checkpointed(executor.applied)
  }

  #checkpoint(strategy: Strategy, now: Now): void {
    const checkpoints = this.#checkpoints
    if (checkpoints === null) return
    const { executor } = this.#init.host
    const logBytes = this.#log.bytes
    const isDue = checkpoints.due(now, logBytes, executor.applied)
    if (executor.isBetweenEntries && (isDue || (this.#isAsked && checkpoints.mayBegin))) {
      this.#isAsked = false
      this.begin(now, strategy.status())
    }
    checkpoints.turn(now)
  }

  /** Durability none keeps the log in memory only, for peers that lag: it forgets the older half now and then. */
  #forget(strategy: Strategy): void {
    if (this.#init.durability !== 'none') return
    const { applied } = this.#init.host.executor
    const { isAlone } = this.#init.membership
    const keep = isAlone ? 256 : limits.memoryLogEntries
    if (applied.index - this.#mark.index < keep) return
    if (this.#mark.index > 0 || isAlone) strategy.checkpointed(isAlone ? applied : this.#mark)
    this.#mark = applied
  }

  #open(loaded: LoadResult | null): void {
    const { group, sink, host, membership } = this.#init
    assert(loaded !== null, 'a shard starts after its checkpoint was read')
    const isDamaged = loaded.kind === 'damaged'
    const { generation, generationMax } = loaded
    this.#cleaner.add(loaded.garbage)
    this.#openCheckpoints(host.executor.engine, {
      generation,
      number: isDamaged ? 0 : loaded.number,
      finished: loaded.kind === 'loaded' ? loaded.manifest : null,
    })
    this.#snapshots = new Snapshots({
      group,
      sink,
      makeEngine: this.#init.makeEngine,
      generation,
      generationMax,
      cleaner: this.#cleaner,
      host: {
        checkpoints: () => this.#checkpoints as Checkpoints,
        strategy: () => host.strategy() as Strategy,
        mayBegin: () => host.executor.isBetweenEntries,
        begin: (now) => this.begin(now, (host.strategy() as Strategy).status()),
        hold: () => {
          this.#checkpoints?.close()
          host.executor.isHeld = true
        },
        install: (engine, manifest) => {
          const meta = decodeMeta(manifest.meta, this.#init.windows)
          if (meta === false) {
            // Nothing is executed any more: without the windows, batches would take effect twice.
            this.why = 'a snapshot has a part that this version does not know'
            return
          }
          host.executor.isHeld = false
          host.executor.replace(engine, manifest.position)
          this.#mark = manifest.position
          this.#openCheckpoints(engine, {
            generation: manifest.generation,
            number: manifest.number,
            finished: manifest,
          })
          const mark = this.#takeMerges(engine, meta) ?? undefined
          const { position, chain } = manifest
          membership.applied = manifest.members
          host.strategy()?.snapshotInstalled(position, chain, membership.members, mark)
          host.installed()
        },
      },
    })
  }

  #openCheckpoints(
    engine: Engine,
    from: Pick<ConstructorParameters<typeof Checkpoints>[0], 'generation' | 'number' | 'finished'>,
  ): void {
    const { group, config, sink, host } = this.#init
    this.#checkpoints = new Checkpoints({
      ...from,
      group,
      engine,
      sink,
      keysPerSecond: config.checkpointKeysPerSecond,
      // A process that starts reads all logs of the member at once.
      logBytesMax: tailShare(config.checkpointLogBytes, groupCount(config)),
      intervalMs: config.checkpointIntervalMs,
      onFinished: (manifest) => {
        if (this.#init.durability !== 'none') host.strategy()?.checkpointed(manifest.position)
      },
    })
  }
}
