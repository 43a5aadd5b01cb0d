// The engine as a shard sees it: one replication group's data and the commands on it. The shipped one
// is `src/engine`; a simulator profile runs one that answers some turns later.

import type { MoveProgress } from './move-progress.js'
import type { EngineEviction, EvictionPolicy } from './eviction.js'
import type { Hash64 } from '../base/hash.js'
import type { CommandSpec } from './command.js'
import type { Payload } from './entry.js'
import type { EventListener } from './events.js'
import { type Reply, type StatusReply, status } from './reply.js'
import type { Row } from './store.js'

/** The command goes on: call `step` until it answers. Meanwhile nothing else is executed or read. */
export const later: unique symbol = Symbol('later')
/** The read met a key that is past its time by the turn's clock but not by the engine's: send it through the log. */
export const needsLog: unique symbol = Symbol('needsLog')

/** What a command comes to at once. */
export type Execution = Reply | typeof later | typeof needsLog

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
  /**
   * Executes a command that only reads, outside the log; `wall` is the turn's wall clock, null where what
   * this member has is read as it is, whatever the time is by now.
   */
  read(
    db: number,
    args: readonly string[],
    wall: number | null,
  ): Reply | typeof later | typeof needsLog
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
  /** Nothing is to be executed now: does a little of what may be done at any time. Whether more of it is left. */
  rest?(): boolean
  /** Deletes at most `keysMax` keys that are due by the engine's clock, in heap order; the number deleted. */
  expireDue(keysMax: number): number
  /** Wall milliseconds at which the next key is due, or null. */
  nextExpiry(): number | null

  /** What the leader needs to run scripts; without it they are refused. */
  readonly scripting?: EngineScripting
  /** Absent where entries are ordered. */
  readonly merging?: EngineMerging | undefined
  /** Without it slots stay in their group. */
  readonly moving?: EngineMoving | undefined

  keyCount(db: number): number
  slotKeyCount(db: number, slot: number): number
  slotKeys(db: number, slot: number, countMax: number): readonly string[]
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
  /** A cheaper one, that holds until the next: `undoTo` may refuse it, and then all has to be undone. */
  lightMark(): number
  undoTo(mark: number): boolean
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

/** What a move of slots needs of the data of both groups. Keys come and go without a word to those who listen. */
export interface EngineMoving {
  /** For an operator: what is on its way, and what keeps it. Kept by nobody. */
  note: string
  /** How far its copies are, where this member drives it. Kept by nobody. */
  progress: (() => MoveProgress) | null
  /** What `keep` kept last; null for nothing. */
  state(): string | null
  keep(text: string): void
  /**
   * As `EngineScripting.execute`, on the copies that belong to a database and are seen by nobody. Where entries are
   * not ordered: on the database itself, whose slots are hidden.
   */
  stage(db: number, args: readonly string[]): Reply | typeof later
  /** Drops all copies. */
  clear(): void
  /** Copies become keys of their databases, but for those that ended by `clock`, until so many elements are spent; how many were, 0 where no copy is left. */
  adopt(elements: number, clock: number): number
  /** Removes keys of a slot from all databases, until so many elements are spent; how many were, 0 where none is left. */
  drop(slot: number, elements: number): number
  /** Keys of a slot in all databases, hidden or not. */
  count(slot: number): number
  /** Slots (1 each) whose keys no command over a whole database shows, nor counts; null for none. Kept by nobody. */
  hide(slots: Uint8Array | null): void
  /** The version of a slot becomes at least `least`, and greater than it was. */
  raise(slot: number, least: number): void
  /** Tells `watch` of every change of a key from now on, also of those that are undone; null for nobody. */
  follow(watch: KeyWatch | null): void
}

/** Which entries somebody had seen: a version vector. */
export interface Seen {
  /** Whether the entry of this stamp is among them. Closed under causality. */
  covers(stamp: number): boolean
  /** All of this seat's entries up to which stamp are among them, where that is known. */
  wholeTo?(seat: number): number
}

/** What `merge` needs to know of an entry. */
export interface MergedEntry {
  /** Names the entry and orders it among all: greater than every stamp that its origin had seen. */
  readonly stamp: number
  /** What its origin had seen before it, its own earlier entries included. */
  readonly seen: Seen
  /** Whether a slot holds it already: it came with `mergeSlot`. */
  holds?(slot: number): boolean
}

/**
 * The engine where writes are not ordered: each member executes its clients' commands and records what they
 * changed as operations, and merges those of others. Entries are merged once each, causes before effects; what
 * their order leaves open makes no difference to what clients see (`slotDigest`). Present where
 * `EngineOptions.merges` asks for it; nothing is executed outside of `prepare` and `prepared` then.
 */
export interface EngineMerging {
  /**
   * Opens an own entry, behind `beginEntry` with the milliseconds of `stamp`: all that is executed, evicted and
   * stepped until `prepared` belongs to it, and takes effect at once. `stamp` is above all that were merged here.
   * `ms`: its milliseconds, below which no automatic id is from here on: the clock may have been there before, in a
   * run whose entries are lost here and held by others.
   */
  prepare(stamp: number, ms?: number): void
  /** Closes it: its operations, of size 0 where nothing changed. The entry may be dropped then. */
  prepared(): Payload
  /**
   * Takes in another member's entry or, when the log is read again, an own one: both come to the same. Called
   * behind `beginEntry` with the milliseconds of the stamp. False where the bytes are malformed: the replica
   * stops before the entry, of which nothing or a part was done.
   */
  merge(operations: Uint8Array, entry: MergedEntry): boolean
  /**
   * Everything up to this stamp has been merged by all members, and whatever comes here later has seen it:
   * what was kept to merge with it is forgotten. Never goes back. Members may be told at different times.
   */
  stable(upTo: number): void
  /**
   * A key was given another time to live elsewhere after its old one had ended here: the next own entry removes
   * it for all. Whoever sees this true opens one, even if no command waits.
   */
  readonly owes: boolean
  /** Keys of which something is kept to merge with. */
  readonly unstableKeys: number
  /** Times that a counter ended at the bounds of 64 bits. */
  readonly saturated: number
  /** Digest of what clients see of a slot: values and exact times to live, whatever the order within. */
  slotDigest(slot: number): Hash64
  /**
   * The same a part at a time: goes on with what was begun, and takes off `work` what it looks at. Null where more is
   * to be looked at, `changed` where the slot did not stay as it was since the last step. One slot is open at a time.
   */
  digestStep(slot: number, work: DigestWork): Hash64 | 'changed' | null
  /** What is kept to merge with, to be stored beside a checkpoint's rows and given back after they were loaded. */
  saveUnstable(): Uint8Array
  /** False where the bytes are malformed. */
  loadUnstable(bytes: Uint8Array): boolean
  /** Whether there is anything of a slot. */
  holdsSlot(slot: number): boolean
  /** The first slot from `from` on with anything in it, the count of slots for none. */
  nextSlot(from: number): number
  /** All of a slot with what is kept of it, for `mergeSlot` of a member whose digest differs. */
  exportSlot(slot: number): Uint8Array
  /** Whether `mergeSlot` takes these bytes of another member for this slot. */
  isSlot(exported: Uint8Array, slot: number): boolean
  /**
   * Merges it. False where the bytes are malformed: nothing was done. From the first slot of an exchange on
   * nothing else is merged until the last one is and the exporter's vector counts as this member's own.
   */
  mergeSlot(exported: Uint8Array, how: SlotMerge): boolean
}

/** Bytes of data to look at; what was already is taken off it. Behind 0 nothing more is. */
export interface DigestWork {
  left: number
}

export interface SlotMerge {
  readonly slot: number
  /** What was merged here. */
  readonly mine: Seen
  /** What the exporting member had merged when it did. */
  readonly theirs: Seen
  /**
   * Of a member that lost entries: above which stamp it may lack something that the other one merged. What it
   * lacks of what is stable it did not remove. Infinity for any other.
   */
  readonly mineLacksAbove: number
  readonly theirsLacksAbove: number
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
  /** Entries are not ordered: see `EngineMerging`. */
  readonly merges?: boolean
  /** Of this member's stamps, where entries are not ordered; not asked for before there is one to be made. */
  readonly seat?: number | (() => number)
  /** What versions of slots are counted from, where members count them apart. */
  readonly versionBase?: (() => number) | undefined
  /** Containers that stand as objects at most, while nothing goes on; others are packed. It decides nothing. */
  readonly unpackedMax?: number
  /** What the time is by now, for reads that say how long something is past or to come. It decides nothing. */
  readonly time?: () => number
}

export type EngineFactory = (options: EngineOptions, listener?: EventListener) => Engine
