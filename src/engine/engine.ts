// The engine: one replication group's data and the commands on it. The shard drives it: entries and
// reads in, replies out, long commands in steps, checkpoints in slices. Deterministic: equal entries
// give an equal digest on every member. Total: whatever the bytes, a command answers and never throws.

import { type CommandSpec, fitsArity } from '../api/command.js'
import {
  type CheckpointStep,
  type Engine,
  type EngineCounters,
  type EngineFactory,
  type EngineOptions,
  type KeyWatch,
  later,
  needsLog,
  type Waiting,
} from '../api/engine.js'
import { dbIndexRange, outOfMemory, unknownCommand, wrongArity } from '../api/replies.js'
import { keepSettingsName } from '../api/group-settings.js'
import type { Reply } from '../api/reply.js'
import type { EventListener } from '../api/events.js'
import type { Row } from '../api/store.js'
import { hiddenDatabases } from '../api/scripts.js'
import { assert } from '../base/assert.js'
import type { Hash64 } from '../base/hash.js'
import { Checkpoints } from './checkpoint.js'
import { commandTable } from './commands/table.js'
import type { Execute } from './commands/command.js'
import { Context } from './context.js'
import { digestOf } from './digest.js'
import { Effects } from './effects.js'
import { Eviction } from './eviction.js'
import type { ExpiryHeap } from './expiry.js'
import { keepSettings, keptSettings } from './group-settings.js'
import { type Due, firstDue, timesChanged } from './field-times.js'
import { Foresight, type KeyPlaces, keyPlacesOf } from './foresight.js'
import { Journal } from './journal.js'
import type { Database } from './database.js'
import { Keyspace } from './keyspace.js'
import { Ledger } from './ledger.js'
import { Loader } from './loader.js'
import { Merging } from './merging.js'
import { Moving, movingDatabasesMax } from './moving.js'
import { placesDb, restorePlaces } from './place-key.js'
import { hiddenFrom, Scripting } from './scripting.js'
import { Segment } from './segment.js'
import type { Unpacked } from './unpacked.js'
import { CompactSizes } from './values/compact.js'
import type { MapPart } from './values/map-part.js'

/** A command with what the engine asks of it each time, worked out once. */
interface Prepared {
  readonly spec: CommandSpec
  readonly execute: Execute
  readonly isReadonly: boolean
  readonly deniesOom: boolean
  readonly keyPlaces: KeyPlaces
}

const prepared: ReadonlyMap<string, Prepared> = new Map(
  [...commandTable].map(([name, command]) => [
    name,
    {
      spec: command,
      execute: command.execute,
      isReadonly: !command.flags.includes('write'),
      deniesOom: command.flags.includes('denyoom'),
      keyPlaces: keyPlacesOf(command),
    },
  ]),
)

/** Those that clients can select, and what scripts are kept in. */
const databases = hiddenFrom + hiddenDatabases

/** Keys of an average time to live: the heap's first ones stand for all. */
const averageSamplesMax = 64

export class MemoryEngine implements Engine {
  readonly commands: ReadonlyMap<string, CommandSpec> = commandTable
  readonly scripting: Scripting
  readonly eviction: Eviction
  readonly merging: Merging | undefined
  readonly moving: Moving | undefined
  readonly #options: EngineOptions
  readonly #keyspace: Keyspace
  readonly #effects: Effects
  readonly #context: Context
  readonly #checkpoints: Checkpoints
  readonly #foresight: Foresight
  readonly #unpacked: Unpacked
  #loader: Loader | null = null
  /** Settings changed since a speculation began. */
  #hasNews = false

  constructor(options: EngineOptions, listener: EventListener | null = null) {
    assert(options.databases >= 1 && options.databases <= placesDb, 'rows can name databases')
    this.#options = options
    const journal = new Journal()
    this.#keyspace = new Keyspace(databases, new Ledger(databases), journal, options.unpackedMax)
    this.#unpacked = this.#keyspace.unpacked
    this.#foresight = new Foresight(this.#keyspace)
    this.#effects = new Effects(this.#keyspace, listener, journal)
    this.#context = new Context(this.#keyspace, this.#effects, options)
    this.#checkpoints = new Checkpoints(this.#keyspace, this.#effects)
    this.scripting = new Scripting({
      context: this.#context,
      journal,
      isFull: () => this.#isFull(),
      undone: () => {
        if (this.#hasNews) this.#followSettings()
      },
      speculates: (isOn) => this.merging?.speculates(isOn),
      unpacked: this.#unpacked,
    })
    const mayMove = options.databases <= movingDatabasesMax
    const execute: Scripting['execute'] = (db, args) => this.scripting.execute(db, args)
    this.moving = mayMove
      ? new Moving({ context: this.#context, execute, merges: options.merges === true })
      : undefined
    this.merging =
      options.merges === true
        ? new Merging(this.#context, options.seat ?? 0, () => this.#followSettings())
        : undefined
    this.eviction = new Eviction({ context: this.#context, options, kept: this.merging })
  }

  get clock(): number {
    return this.scripting.clockBefore ?? this.#context.clock
  }

  beginEntry(stamp: number, seedHigh: number, seedLow: number): void {
    assert(this.#context.machine === null, 'no entry opens while a long command goes on')
    this.#context.beginEntry(stamp, seedHigh, seedLow)
  }

  get waiting(): Waiting | null {
    return this.#context.waiting
  }

  watchKeys(watch: KeyWatch | null): void {
    this.#effects.watch = watch
  }

  execute(db: number, args: readonly string[], mayWait = false): Reply | typeof later {
    assert(this.#context.machine === null, 'a long command is finished before the next one')
    this.#unpacked.trim()
    const command = prepared.get(args[0] ?? '')
    if (command === undefined) return this.#unlisted(args)
    if (!fitsArity(command.spec, args.length)) return wrongArity(command.spec.name)
    if (!this.#hasDatabase(db)) return dbIndexRange
    if (command.deniesOom && this.#isFull()) return outOfMemory
    this.#context.enter(db)
    this.#context.mayWait = mayWait
    return command.execute(this.#context, args)
  }

  foresee(db: number, args: readonly string[]): boolean {
    const command = prepared.get(args[0] ?? '')
    return command === undefined || this.#foresight.add(db, args, command.keyPlaces)
  }

  look(): void {
    this.#foresight.look()
  }

  /** What no client can name. */
  #unlisted(args: readonly string[]): Reply {
    if (args[0] !== keepSettingsName) return unknownCommand(args)
    const reply = keepSettings(this.#context, args.slice(1))
    this.#followSettings()
    // What a script's leader tries may be taken back.
    this.#hasNews = this.scripting.clockBefore !== null
    return reply
  }

  #followSettings(): void {
    const settings = keptSettings(this.#keyspace)
    this.eviction.follow(settings)
    this.#keyspace.compact = new CompactSizes(settings.sizes)
    this.#hasNews = false
  }

  read(
    db: number,
    args: readonly string[],
    wall: number | null,
  ): Reply | typeof later | typeof needsLog {
    const context = this.#context
    assert(context.machine === null, 'nothing is read while a long command goes on')
    this.#unpacked.trim()
    const command = prepared.get(args[0] ?? '')
    if (command === undefined) return unknownCommand(args)
    assert(command.isReadonly, 'only commands that do not write are read outside the log')
    if (!fitsArity(command.spec, args.length)) return wrongArity(command.spec.name)
    if (!this.#hasDatabase(db)) return dbIndexRange
    context.enterRead(db, wall)
    const reply = command.execute(context, args)
    if (!context.isLate) return reply
    context.machine = null
    return needsLog
  }

  step(elements: number): Reply | typeof later {
    const machine = this.#context.machine
    assert(machine !== null, 'a long command is open')
    const reply = machine.step(elements)
    if (reply !== later) this.#context.machine = null
    return reply
  }

  rest(): boolean {
    return this.#context.machine === null && this.#unpacked.trim()
  }

  expireDue(keysMax: number): number {
    const context = this.#context
    assert(context.machine === null, 'nothing expires while a long command goes on')
    let count = 0
    while (count < keysMax) {
      const due = this.#nextDue()
      if (due === null || due.item.at > context.clock) break
      context.select(this.#keyspace.places.nameOf(due.place))
      if (due.isHash) {
        count += this.#expireFields(due.item.key, keysMax - count)
        continue
      }
      this.#effects.remove(due.item.key, 'expired')
      this.#effects.expired++
      count++
    }
    return count
  }

  /** Removes fields that are due by the clock, at most `fieldsMax`. */
  #expireFields(key: string, fieldsMax: number): number {
    const { place, clock } = this.#context
    const hash = this.#keyspace.find(place, key)?.map.get(key)
    assert(hash !== undefined && typeof hash !== 'string', 'a hash with times stands at its key')
    assert(hash.type === 'hash', 'only hashes have times of fields')
    return this.#effects.removeFields({ key, hash }, clock, fieldsMax)
  }

  nextExpiry(): number | null {
    return this.#nextDue()?.item.at ?? null
  }

  keyCount(db: number): number {
    return this.#keyspace.visibleKeys(this.#database(db))
  }

  slotKeyCount(db: number, slot: number): number {
    if (this.#keyspace.isHidden(slot)) return 0
    return this.#database(db)?.tables.at(slot)?.keys ?? 0
  }

  slotKeys(db: number, slot: number, countMax: number): readonly string[] {
    const keys: string[] = []
    if (this.#keyspace.isHidden(slot)) return keys
    for (const segment of this.#database(db)?.tables.at(slot)?.segments ?? []) {
      for (const key of segment.map.keys()) {
        if (keys.length >= countMax) return keys
        keys.push(key)
      }
    }
    return keys
  }

  expiresCount(db: number): number {
    return this.#database(db)?.expiry.size ?? 0
  }

  averageTtl(db: number): number {
    const expiry = this.#database(db)?.expiry
    return expiry === undefined ? 0 : averageTtl(expiry, this.clock)
  }

  get memoryBytes(): number {
    return this.eviction.used
  }

  get dirtyKeys(): number {
    return this.#keyspace.ledger.dirtyKeys
  }

  get counters(): EngineCounters {
    const { hits, misses } = this.#context
    const { expired } = this.#effects
    const { changed } = this.#checkpoints
    return { hits, misses, expired, evicted: this.eviction.evicted, changed }
  }

  slotVersion(slot: number): number {
    const { versionBase } = this.#options
    const version = this.#effects.versions[slot] ?? 0
    return versionBase === undefined ? version : versionBase() + version
  }

  digest(): Hash64 {
    return digestOf(this.#keyspace, this.#effects.versions, this.clock)
  }

  checkpointBegin(number: number): void {
    assert(this.#context.machine === null, 'a checkpoint begins between commands')
    this.#checkpoints.begin(number, this.clock)
  }

  checkpointStep(keysMax: number, bytesMax: number): CheckpointStep {
    return this.#checkpoints.step(keysMax, bytesMax)
  }

  checkpointFinish(): void {
    this.#checkpoints.finish()
  }

  checkpointAbort(): void {
    this.#checkpoints.abort()
  }

  checkpointGarbage(countMax: number): readonly string[] {
    return this.#checkpoints.garbage(countMax)
  }

  loadBegin(manifest: Uint8Array): void {
    assert(this.#loader === null, 'a load begins before its rows')
    this.#loader = this.#makeLoader()
    this.#loader.begin(manifest)
  }

  load(rows: readonly Row[]): void {
    if (this.#loader === null) this.#loader = this.#makeLoader()
    this.#loader.take(rows)
    this.#unpacked.trim(Number.POSITIVE_INFINITY)
  }

  loadFinish(manifest: Uint8Array): string | null {
    const loaded = (this.#loader ?? this.#makeLoader()).finish(manifest)
    this.#loader = null
    if (typeof loaded === 'string') return loaded
    this.#context.clock = loaded.manifest.clock
    restorePlaces(this.#keyspace)
    this.#followSettings()
    this.#checkpoints.restore(loaded)
    return null
  }

  #makeLoader(): Loader {
    assert(this.clock === 0 && this.memoryBytes === 0, 'rows are loaded into an empty engine')
    return new Loader(databases, {
      segment: (at, { map, times }) =>
        this.#keyspace.restore(new Segment(at, this.#keyspace.unpacked, map), times),
      part: (key, value, part) => {
        const database = this.#keyspace.databases[value.body.db] as Database
        database.bytes += part.bytes
        if (value.type !== 'hash') return
        const times = { fields: 0, least: (part as MapPart).least }
        timesChanged(this.#keyspace, { key, hash: value }, times)
      },
      lastBody: (id) => {
        this.#keyspace.lastBody = id
      },
      version: (slot, version) => {
        this.#effects.versions[slot] = version
      },
    })
  }

  #database(db: number): Database | undefined {
    return this.#keyspace.databases[this.#keyspace.places.of(db)]
  }

  #hasDatabase(db: number): boolean {
    return db >= 0 && db < this.#options.databases
  }

  #isFull(): boolean {
    const { eviction } = this
    return eviction.isFull(eviction.bounds)
  }

  #nextDue(): Due | null {
    return firstDue(this.#keyspace, this.#options.databases)
  }
}

function averageTtl(expiry: ExpiryHeap, clock: number): number {
  const count = Math.min(expiry.size, averageSamplesMax)
  if (count === 0) return 0
  // The heap is half ordered: evenly spaced places stand for all.
  let sum = 0
  for (let i = 0; i < count; i++) {
    const item = expiry.item(Math.floor((i * expiry.size) / count))
    if (item !== undefined) sum += Math.max(0, item.at - clock)
  }
  return Math.floor(sum / count)
}

/** Makes an empty engine. */
export const createEngine: EngineFactory = (options, listener) =>
  new MemoryEngine(options, listener)
