// What a command sees: finding keys, the clock, chance, and the effects through which alone it may
// change anything. One context serves all commands of an engine; nothing is made per command.

import { later, type EngineOptions, type Waiting, waits } from '../api/engine.js'
import { limits } from '../api/limits.js'
import type { Reply } from '../api/reply.js'
import { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Effects } from './effects.js'
import type { ExpiryItem } from './expiry.js'
import { leastTime } from './field-times.js'
import type { Keyspace } from './keyspace.js'
import { bytesWith } from './memory.js'
import type { HashValue } from './values/hash.js'
import type { Segment } from './segment.js'
import { overwrite } from './values/flat.js'
import { Packed, type Stored } from './values/packed.js'
import { typeName, type Value } from './values/value.js'

/** A long command that goes on in steps of at most `budget` elements. */
export interface Machine {
  step(budget: number): Reply | typeof later
}

export class Context {
  readonly effects: Effects
  readonly options: EngineOptions
  /** Of the whole group: SCAN, KEYS and RANDOMKEY walk it and must not change it. */
  readonly keyspace: Keyspace
  /** As clients name it. */
  db = 0
  /** Where it is in the keyspace. */
  place = 0
  /** Wall milliseconds, the same on all replicas at the same entry. */
  clock = 0
  /** Keys whose time is at or before this are not there: the clock, in a read the later of it and the wall. */
  horizon = 0
  /** Of this member among those that write at the same time, -1 where entries are ordered. */
  seat = -1
  /** Automatic ids of this member are not below these milliseconds. */
  idMs = 0
  /** A script calls the command. */
  isScript = false
  /** A read met a key that is past its time by the wall but not by the clock. */
  isLate = false
  /** It reads what is there, whatever the time is by now. */
  isLocal = false
  hits = 0
  misses = 0
  machine: Machine | null = null
  /** The command may answer `waits`; and what it waits for then. */
  mayWait = false
  waiting: Waiting | null = null
  #isReading = false
  #seedHigh = 0
  #seedLow = 0
  #reads = 0
  #random: Random | null = null

  constructor(keyspace: Keyspace, effects: Effects, options: EngineOptions) {
    this.keyspace = keyspace
    this.effects = effects
    this.options = options
  }

  beginEntry(stamp: number, seedHigh: number, seedLow: number): void {
    if (stamp > this.clock || hasBug('shard-clock-goes-back')) this.clock = stamp
    this.#seedHigh = seedHigh
    this.#seedLow = seedLow
    this.#random = null
  }

  /** Chance for what follows is drawn from the entry's seed and `salt`. */
  reseed(salt: number): void {
    const low = (this.#seedLow ^ Math.imul(salt + 1, 0x9e3779b1)) >>> 0
    this.#random = new Random(low, this.#seedHigh)
  }

  enter(db: number): void {
    this.select(db)
    this.horizon = this.clock
    this.effects.clock = this.clock
    if (this.effects.accesses !== null) this.effects.accesses.clock = this.horizon
    this.#isReading = false
    this.isLocal = false
    this.isLate = false
  }

  /** `wall` is null for a read of what is there. */
  enterRead(db: number, wall: number | null): void {
    this.select(db)
    this.isLocal = wall === null
    this.horizon = wall !== null && wall > this.clock ? wall : this.clock
    this.#isReading = true
    if (this.effects.accesses !== null) this.effects.accesses.clock = this.present
    this.mayWait = false
    this.isLate = false
  }

  /**
   * The time from which replies count how long something is past or to come. Reads of what the member has
   * go by the clock, which stands while nobody writes.
   */
  get present(): number {
    const { time } = this.options
    return this.#isReading && time !== undefined ? Math.max(time(), this.horizon) : this.horizon
  }

  /** Makes `db` the database of what follows. */
  select(db: number): void {
    this.db = db
    this.place = this.keyspace.places.of(db)
    this.effects.select(db)
  }

  /** Bytes of a key with its value and times, by the memory model; null where it is not there. */
  usage(key: string): number | null {
    const stored = this.findStored(key)
    const segment = this.keyspace.find(this.place, key)
    return stored === undefined || segment === undefined ? null : bytesWith(segment, key, stored)
  }

  /** The value of a key, undefined where it is not there or past its time. */
  find(key: string): Value | undefined {
    const segment = this.keyspace.find(this.place, key)
    if (segment === undefined) return undefined
    const value = segment.map.get(key)
    if (value === undefined || this.#isGone(segment, key)) return undefined
    if (typeof value === 'string' || value.type !== 'hash' || value.timer === null) return value
    return value.timer.at <= this.horizon ? this.#meetFields(key, value) : value
  }

  /** As `find`; a packed container stays packed. */
  findStored(key: string): Stored | undefined {
    const segment = this.keyspace.find(this.place, key)
    if (segment === undefined) return undefined
    const stored = segment.map.look(key)
    if (stored === undefined || this.#isGone(segment, key)) return undefined
    if (typeof stored === 'string' || stored instanceof Packed) return stored
    if (stored.type !== 'hash' || stored.timer === null) return stored
    return stored.timer.at <= this.horizon ? this.#meetFields(key, stored) : stored
  }

  /** Whether a key is past its time. */
  #isGone({ expires }: Segment, key: string): boolean {
    const item = expires === null ? undefined : expires.get(key)
    if (item === undefined || item.at > this.horizon) return false
    this.#meetPast(item)
    return true
  }

  /** The type of what a key holds, null where it holds nothing. Nothing is unpacked for it. */
  typeOf(key: string): string | null {
    const stored = this.findStored(key)
    if (stored === undefined) return null
    return stored instanceof Packed ? stored.type : typeName(stored)
  }

  /** As `find`, counted as hit or miss. */
  lookup(key: string): Value | undefined {
    const value = this.find(key)
    this.#counted(key, value)
    return value
  }

  /** As `findStored`, counted the same. */
  lookupStored(key: string): Stored | undefined {
    const stored = this.findStored(key)
    this.#counted(key, stored)
    return stored
  }

  #counted(key: string, found: Stored | undefined): void {
    if (found !== undefined) {
      this.hits++
      if (this.effects.accesses !== null) this.effects.accesses.use(this.db, key)
      return
    }
    this.misses++
    // A late key is looked for again in the log.
    if (!this.isLate) this.effects.missed(key)
  }

  /** For a reply, a text cut out of a packed one: replies of entries are kept for a while, and would keep all of that. */
  ownText(cut: string): string {
    return this.#isReading ? cut : overwrite(cut, 0, '')
  }

  /** Time at which a key that exists ends, or null. */
  expiryOf(key: string): number | null {
    const item = this.keyspace.find(this.place, key)?.expires?.get(key)
    return item === undefined ? null : item.at
  }

  /** Whether a read would have to go through the log because some key of the database is late. */
  meetsLate(): boolean {
    if (!this.#isReading) return false
    const database = this.keyspace.databases[this.place]
    const first = database?.expiry.peek()
    const isLate = first !== undefined && first.at <= this.horizon && !this.isLocal
    const fields = database?.fieldTimes.peek()
    if (!isLate && (fields === undefined || fields.at > this.horizon)) return false
    this.isLate = true
    return true
  }

  /** Whether this is a read, which may not change anything: it goes through the log then. */
  needsLog(): boolean {
    if (this.#isReading) this.isLate = true
    return this.#isReading
  }

  /** Whether a key's time is past; marks a read as late where the log must decide. */
  isPast(item: ExpiryItem | undefined): boolean {
    if (item === undefined || item.at > this.horizon) return false
    if (item.at > this.clock) this.isLate = true
    return true
  }

  /** As `isPast`, for the time of a hash's field. */
  isPastTime(at: number | undefined): boolean {
    if (at === undefined || at > this.horizon) return false
    if (at > this.clock) this.isLate = true
    return true
  }

  /** Chance: in an entry from its seed, in a read from the last seed and a count that is not replicated. */
  random(): Random {
    if (this.#isReading) return new Random(this.#seedLow ^ ++this.#reads, this.#seedHigh)
    if (this.#random === null) this.#random = new Random(this.#seedLow, this.#seedHigh)
    return this.#random
  }

  /** Makes the command a long one. */
  begin(machine: Machine): typeof later {
    this.machine = machine
    return later
  }

  /** Nothing is there: the command waits, or answers `nothing` where nothing may wait. */
  wait(nothing: Reply, waiting: Waiting): Reply {
    if (!this.mayWait) return nothing
    this.waiting = waiting
    return waits
  }

  /** A hash some of whose fields may be past their time: a read turns to the log, which removes them. */
  #meetFields(key: string, hash: HashValue): HashValue | undefined {
    if (this.#isReading) {
      if (leastTime(hash) <= this.horizon) this.isLate = true
      return hash
    }
    this.effects.removeFields({ key, hash }, this.clock, limits.stepElements)
    return hash.body.size === 0 ? undefined : hash
  }

  #meetPast(item: ExpiryItem): void {
    if (this.#isReading) {
      if (item.at > this.clock) this.isLate = true
      return
    }
    this.effects.expired++
    this.effects.remove(item.key, 'expired')
  }
}
