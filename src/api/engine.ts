// The engine as a shard sees it: one replication group's data and the commands on it. The shipped one
// is `src/engine`; a simulator profile runs one that answers some turns later.

import type { EngineEviction, EvictionPolicy } from './eviction.js'
import type { Hash64 } from '../base/hash.js'
import type { CommandSpec } from './command.js'
import type { EventListener } from './events.js'
import { type Reply, type StatusReply, status } from './reply.js'
import type { Row } from './store.js'

/** A command on the engine: names are lower case, `client|kill` style never occurs here. */
export interface Call {
  readonly db: number
  /** args[0] is the command's name in lower case; the rest are one-byte strings. */
  readonly args: readonly string[]
}

/** The command goes on: call `step` until it answers. Meanwhile nothing else is executed or read. */
export const later: unique symbol = Symbol('later')
/** The read met a key that is past its time by the turn's clock but not by the engine's: send it through the log. */
export const needsLog: unique symbol = Symbol('needsLog')

/**
 * A blocking command found nothing: `Engine.waiting` says what it waits for. Only where the caller lets
 * it wait; told apart by identity, never sent to anybody.
 */
export const waits: StatusReply = status('waits')

/** What a key must hold to serve a command that waits. */
export const waitedValues = ['list', 'zset', 'stream'] as const
export type WaitedValue = (typeof waitedValues)[number]

export interface Waiting {
  readonly value: WaitedValue
  readonly keys: readonly string[]
  /** By key: the command that takes from this key alone; it answers `waits` again where there is nothing. */
  readonly attempts: readonly (readonly string[])[]
  /** 0 for ever. */
  readonly timeoutMs: number
  /** A consumer group is read: the wait ends with an error when a key goes away. */
  readonly endsWithKey: boolean
}

/** Hears which keys are changed. Must not call back. */
export interface KeyWatch {
  touched(db: number, key: string): void
  /** All keys of a database were removed, or took others' places. */
  touchedAll(db: number): void
}

export interface Engine {
  /** Specs of the commands that it executes, by lower-case name. */
  readonly commands: ReadonlyMap<string, CommandSpec>
  /** Engine clock: wall milliseconds, never goes back. */
  readonly clock: number

  /** Opens an entry: the clock becomes max(clock, stamp), chance comes from the seed. */
  beginEntry(stamp: number, seedHigh: number, seedLow: number): void
  /** Executes one command of the open entry. Total: whatever the bytes, it answers. */
  execute(db: number, args: readonly string[], mayWait?: boolean): Reply | typeof later
  /** Executes a command that only reads, outside the log; `wall` is the turn's wall clock. */
  read(db: number, args: readonly string[], wall: number): Reply | typeof later | typeof needsLog
  /** A command that comes soon, in the order in which they will; false where enough are known for `look`. */
  foresee?(db: number, args: readonly string[]): boolean
  /** Looks at the keys of the commands that were foreseen: a hint, without any effect. */
  look?(): void
  /** What the command waits for that just answered `waits`. */
  readonly waiting: Waiting | null
  /** Tells `watch` of every changed key from now on; null for nobody. */
  watchKeys(watch: KeyWatch | null): void
  /** Goes on with the open long command for at most `elements` elements. */
  step(elements: number): Reply | typeof later
  /** Deletes at most `keysMax` keys that are due by the engine's clock, in heap order; the number deleted. */
  expireDue(keysMax: number): number
  /** Wall milliseconds at which the next key is due, or null. */
  nextExpiry(): number | null

  /** What the leader needs to run scripts; without it they are refused. */
  readonly scripting?: EngineScripting

  keyCount(db: number): number
  expiresCount(db: number): number
  /** Mean remaining milliseconds of keys with a TTL, an estimate for INFO. */
  averageTtl(db: number): number
  /** Own accounting of all data, bytes. */
  readonly memoryBytes: number
  /** Entries (keys) that a checkpoint beginning now would have to write. */
  readonly dirtyKeys: number
  /** Absent where the engine knows no eviction. */
  readonly eviction?: EngineEviction | undefined
  readonly counters: EngineCounters
  /** Version of a slot: grows with each write, never goes back. */
  slotVersion(slot: number): number
  /** Digest of everything that is replicated state, container order included. Walks all data. */
  digest(): Hash64

  /**
   * Begins checkpoint `number` (greater than all before) at the state as it is now. Only one is open
   * at a time. Row keys are relative to the group.
   */
  checkpointBegin(number: number): void
  /** The next rows, at most about `keysMax` keys or `bytesMax` bytes. */
  checkpointStep(keysMax: number, bytesMax: number): CheckpointStep
  /** All rows were written durably: superseded rows may now be deleted with `checkpointGarbage`. */
  checkpointFinish(): void
  /** Gives the open checkpoint up: its rows count as never written and are listed as garbage. */
  checkpointAbort(): void
  /** Row keys that no finished checkpoint needs any more, at most `countMax`; each is answered once. */
  checkpointGarbage(countMax: number): readonly string[]

  /**
   * Names the checkpoint before its rows come, so that each row goes in as it is loaded. Without it
   * rows may have to wait, and `loadFinish` may take long.
   */
  loadBegin?(manifest: Uint8Array): void
  /** Takes rows of checkpoint storage in key order, any number of times, into an empty engine. */
  load(rows: readonly Row[]): void
  /** All rows were given. Null when they are exactly checkpoint `manifest`, else one sentence of what is wrong, and the engine is of no use any more. */
  loadFinish(manifest: Uint8Array): string | null
}

/** Execution that leaves no trace, and what scripts are kept in. */
export interface EngineScripting {
  /** What follows can be undone: entries, with clock and chance as in `beginEntry`. */
  speculate(): void
  /** What has not happened since `speculate` is undone. */
  undo(): void
  /** What lies before a mark has happened, and the clock stood there: it will not be undone. */
  happened(mark: number, clock: number): void
  /** Everything since `speculate` has happened. */
  allHappened(): void
  /** A place within it to go back to. */
  mark(): number
  undoTo(mark: number): void
  /** Of the entry that is executed, where others see the one before. */
  readonly clock: number
  /** Changes of the data so far: a command that adds none changed nothing. */
  readonly changes: number
  /**
   * As `execute`, in a hidden database too, whatever the memory, and without waiting. `isScript`: a script
   * calls it, and gets an order that does not hang on how a set is kept.
   */
  execute(db: number, args: readonly string[], isScript?: boolean): Reply | typeof later
  /** Chance for what follows comes from the entry's seed and `salt`. */
  reseed(salt: number): void
  /** The data takes more memory than it may. */
  readonly isFull: boolean
  /** Index of the first hidden database. */
  readonly hiddenFrom: number
  /** What a hidden database (see `hidden` in `scripts`) holds at a key. */
  find(database: number, key: string): string | null
  /** Its keys, in ascending order. */
  keys(database: number): readonly string[]
  /** How many there are. */
  count(database: number): number
  /** What they take, by the memory model. */
  bytes(database: number): number
}

export interface CheckpointStep {
  readonly puts: readonly Row[]
  /** Keys (entries) in `puts`, for pacing. */
  readonly keys: number
  /** Null while there is more. Else the manifest: number, rows, digest of rows, clock; opaque to others. */
  readonly manifest: Uint8Array | null
}

export interface EngineCounters {
  readonly hits: number
  readonly misses: number
  readonly expired: number
  readonly evicted: number
  /** Changes since the last finished checkpoint began. */
  readonly changed: number
}

export interface EngineOptions {
  readonly databases: number
  readonly bulkBytesMax: number
  readonly maxMemory: number
  /** Absent: what CONFIG SET says, `noeviction` where it says nothing. */
  readonly maxMemoryPolicy?: EvictionPolicy | undefined
  /** What CONFIG SET says of memory takes the place of the two above. */
  readonly yields?: boolean
}

export type EngineFactory = (options: EngineOptions, listener?: EventListener) => Engine
