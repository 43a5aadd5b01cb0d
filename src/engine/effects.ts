// The one seam through which commands change values. It keeps everything that hangs on a change:
// dirty marks, slot versions, key counts, memory accounting, the expiry heap and keyspace events.
// Effects are plain calls; nothing is allocated for them.

import { placesDb } from './place-key.js'
import type { KeyWatch } from '../api/engine.js'
import type { EventListener } from '../api/events.js'
import { limits } from '../api/limits.js'
import { slotCount } from '../base/keyslot.js'
import type { Accesses } from './accesses.js'
import { Changes } from './changes.js'
import { HashEffects } from './effects/hashes.js'
import { ListEffects } from './effects/lists.js'
import { KeyTimes } from './effects/key-times.js'
import { SetEffects } from './effects/sets.js'
import { StreamEffects } from './effects/streams.js'
import { ZsetEffects } from './effects/zsets.js'
import { expiryMax } from './expiry.js'
import type { Timed } from './field-times.js'
import { enter, leave } from './effects/homes.js'
import { Journal } from './journal.js'
import { type Amount, kinds } from './merge/cell.js'
import type { Recorder } from './merge/recorder.js'
import type { Database } from './database.js'
import type { Keyspace } from './keyspace.js'
import { keyBytes } from './memory.js'
import { type Segment, states } from './segment.js'
import { Packed, type Stored, storedBytes } from './values/packed.js'
import { type Container, type Value, valueBytes } from './values/value.js'

export class Effects {
  #db = 0
  #place = 0
  /** Somebody waits for keys. */
  watch: KeyWatch | null = null
  /** Uses of keys, where eviction asks for them. */
  accesses: Accesses | null = null
  readonly versions = new Float64Array(slotCount)
  raised = 0
  readonly #keyspace: Keyspace
  /** Milliseconds; keys that end by then are past their time. */
  clock = 0
  /** Keys that were met past their time. */
  expired = 0
  /** Null while a journal is open: what is undone happened for nobody. */
  #listener: EventListener | null
  readonly #events: EventListener | null
  readonly #journal: Journal
  readonly changes: Changes
  readonly #times: KeyTimes
  /** Where entries are merged; see `record`. */
  #recorder: Recorder | null = null
  readonly hashes: HashEffects
  readonly lists: ListEffects
  readonly sets: SetEffects
  readonly streams: StreamEffects
  readonly zsets: ZsetEffects

  constructor(keyspace: Keyspace, listener: EventListener | null, journal = new Journal()) {
    this.#keyspace = keyspace
    this.#journal = journal
    this.changes = new Changes(keyspace, journal, (slot) => this.#raise(slot))
    this.#times = new KeyTimes(keyspace, journal)
    this.hashes = new HashEffects(this.changes, keyspace)
    this.lists = new ListEffects(this.changes)
    this.sets = new SetEffects(this.changes)
    this.streams = new StreamEffects(this.changes)
    this.zsets = new ZsetEffects(this.changes)
    this.#listener = listener
    this.#events = listener
  }

  /** Database of the command that is executed, as clients name it. */
  get db(): number {
    return this.#db
  }

  /** Makes `db` the database of what follows. */
  select(db: number): void {
    this.#db = db
    this.#place = this.#keyspace.places.of(db)
    if (this.#recorder !== null) this.#recorder.db = db
  }

  /** Entries are executed in one order by all. */
  get isOrdered(): boolean {
    return this.#recorder === null
  }

  /** Tells `recorder` of every effect from here on. */
  record(recorder: Recorder): void {
    this.#recorder = recorder
    for (const each of [this.hashes, this.lists, this.sets, this.streams, this.zsets]) {
      each.recorder = recorder
    }
  }

  /** Sets a key and drops its time to live. */
  put(key: string, value: Value, event: string): void {
    const segment = this.#write(key, value)
    if (segment.expires !== null) this.#endOld(segment, key)
    this.#settle(segment)
    if (this.#recorder !== null) this.#recordPut(this.#recorder, key, value)
    this.#tell(event, key)
  }

  #recordPut(recorder: Recorder, key: string, value: Value): void {
    if (recorder.hearing !== 'own' && recorder.hearing !== 'tried') return
    if (typeof value !== 'string' && value.type === 'list') {
      this.lists.place(key, value, () => recorder.nextWhole())
    }
    if (recorder.hearing === 'own') recorder.put(key, value)
  }

  /** Gives a key that is not there a container that is about to be filled; whoever does that tells of it. */
  create(key: string, value: Container): void {
    if (this.#recorder !== null) this.#recorder.make(key, kinds[value.type])
    this.#settle(this.#write(key, value))
  }

  /** Tells of an event of a key; an empty one is told by somebody else. */
  notify(event: string, key: string): void {
    this.#tell(event, key)
  }

  /** Tells of a key that came to be where another one was: Redis removes that one first. */
  renewed(key: string): void {
    if (this.#listener !== null) this.#listener.created(this.db, key)
  }

  /** Tells of a read that found no key. */
  missed(key: string): void {
    if (this.#listener !== null) this.#listener.missed(this.db, key)
  }

  /** Ends a command's changes of a container: tells of them, and removes a key that holds nothing any more. */
  settle(key: string, value: Container, event: string): void {
    this.#tell(event, key)
    if (value.body.size === 0) this.remove(key, 'del')
  }

  /** Removes fields of a hash whose time is at or before `clock`, at most `fieldsMax`; how many. */
  removeFields(timed: Timed, clock: number, fieldsMax: number): number {
    const removed = this.hashes.removeDue(timed, clock, fieldsMax)
    if (removed > 0) this.settle(timed.key, timed.hash, 'hexpired')
    return removed
  }

  /** Sets a key to a text and leaves its time to live alone. */
  replace(key: string, value: string, event: string): void {
    if (this.#recorder !== null) this.#recorder.replace(key, value)
    this.#settle(this.#write(key, value))
    this.#tell(event, key)
  }

  /** Adds an integer, or a text that is a float, to a key, which comes to `value`, and leaves its time to live alone. */
  add(key: string, value: string, amount: Amount): void {
    if (this.#recorder !== null) this.#recorder.add(key, amount)
    this.#settle(this.#write(key, value))
    this.#tell(typeof amount === 'string' ? 'incrbyfloat' : 'incrby', key)
  }

  /** Gives a key that exists the time `at` (wall milliseconds, at most `expiryMax`) to end. */
  expire(key: string, at: number, event: string): void {
    const segment = this.#keyspace.find(this.#place, key)
    if (segment === undefined || !segment.map.has(key)) return
    const kept = at > expiryMax ? expiryMax : at < 0 ? 0 : at
    if (this.#recorder !== null) this.#recorder.expire(key, kept)
    if (this.changes.follow !== null) this.changes.follow.touched(this.#db, key)
    this.#change(segment)
    this.#times.set(segment, key, kept)
    this.#tell(event, key)
  }

  /** Drops the time to live of a key; whether it had one. */
  persist(key: string, event: string): boolean {
    const segment = this.#keyspace.find(this.#place, key)
    if (segment === undefined || segment.expires === null || !segment.expires.has(key)) return false
    if (this.#recorder !== null) this.#recorder.persist(key)
    if (this.changes.follow !== null) this.changes.follow.touched(this.#db, key)
    this.#change(segment)
    this.#times.drop(segment, key)
    this.#tell(event, key)
    return true
  }

  /** Removes a key; whether it was there. */
  remove(key: string, event: string): boolean {
    const segment = this.#keyspace.find(this.#place, key)
    if (segment === undefined) return false
    const value = segment.raw(key)
    if (value === undefined) return false
    if (this.#recorder !== null) this.#recorder.remove(key)
    if (this.changes.follow !== null) this.changes.follow.touched(this.#db, key)
    this.#change(segment)
    if (segment.expires !== null) this.#times.drop(segment, key)
    if (this.#journal.isOpen) this.#journalRemoval(segment, key, value)
    if (segment.hasStamps) this.#keyspace.countStamp(segment, key, -1)
    segment.map.delete(key)
    if (this.accesses !== null) this.accesses.forget(this.db, key)
    this.#account(segment, -keyBytes(key, value))
    this.#leave(value)
    this.#keyspace.count(segment, -1)
    if (segment.map.size <= limits.segmentEntriesMax / 2) this.#keyspace.shrink(segment)
    this.#tell(event, key)
    return true
  }

  /** Removes all keys of a database; the number removed. */
  clear(db: number): number {
    if (this.#listener !== null) this.#listener.cleared(db)
    if (this.#recorder !== null) this.#recorder.clearAll(db)
    const place = this.#keyspace.places.of(db)
    const database = this.#keyspace.databases[place]
    if (database === undefined || database.keys === 0) return 0
    const count = database.keys
    this.#raiseAll(database)
    this.#keyspace.clear(place)
    this.watch?.touchedAll(db)
    this.changes.follow?.touchedAll(db)
    return count
  }

  /** Exchanges two databases. */
  swap(a: number, b: number): void {
    const { places, databases } = this.#keyspace
    for (const db of [a, b]) {
      const database = databases[places.of(db)]
      if (database !== undefined) this.#raiseAll(database)
      if (this.#listener !== null) this.#listener.cleared(db)
    }
    const exchange = (): void => {
      places.swap(a, b)
      this.accesses?.swap(a, b)
    }
    exchange()
    if (this.#journal.isOpen) this.#journal.add(exchange)
    this.watch?.touchedAll(a)
    this.watch?.touchedAll(b)
    this.changes.follow?.touchedAll(a)
  }

  /** Changes without a word: what `act` does happens to no key that clients know. */
  quietly(act: () => void): void {
    const listener = this.#listener
    this.#listener = null
    act()
    this.#listener = listener
  }

  /** Raises the version of a slot to at least `least`, and by one. */
  raiseTo(slot: number, least: number): void {
    this.versions[slot] = Math.max(this.versions[slot] as number, least - 1)
    this.#raise(slot)
  }

  #raiseAll(database: Database): void {
    for (const table of database.tables.all()) this.#raise(table.slot)
  }

  #tell(event: string, key: string): void {
    if (this.#listener !== null && event !== '') this.#listener.changed(event, this.db, key)
    if (this.watch !== null) this.watch.touched(this.db, key)
  }

  #write(key: string, value: Value): Segment {
    const segment = this.#keyspace.make(this.#place, key)
    this.#change(segment)
    if (this.changes.follow !== null) this.changes.follow.touched(this.#db, key)
    if (this.accesses !== null) this.accesses.use(this.db, key)
    this.#enter(segment, key, value)
    if (this.#journal.isOpen) this.#journalWrite(key, value, segment.raw(key))
    const before = segment.exchange(key, value)
    if (before === undefined) {
      this.#account(segment, keyBytes(key, value))
      this.#keyspace.count(segment, 1)
      if (this.#listener !== null && this.db < placesDb) this.#listener.created(this.db, key)
      return segment
    }
    this.#account(segment, valueBytes(value) - storedBytes(before))
    // Texts are not compared: a large one takes as long for that as to be copied.
    if (typeof before !== 'string' && before !== value) this.#leave(before)
    return segment
  }

  #leave(stored: Stored): void {
    if (typeof stored !== 'string' && !(stored instanceof Packed)) leave(this.#keyspace, stored)
  }

  #enter(segment: Segment, key: string, stored: Stored): void {
    if (typeof stored === 'string' || stored instanceof Packed) return
    enter(this.#keyspace, this.changes, { segment, key, value: stored })
  }

  /** Before every change of a segment. */
  #change(segment: Segment): void {
    if (segment.state !== states.dirty) this.#keyspace.ledger.touch(segment)
    this.#raise(segment.slot)
  }

  #raise(slot: number): void {
    this.#journal.changes++
    if (this.#journal.isOpen && this.#journal.isFirst(slot)) {
      const before = this.versions[slot] as number
      this.#journal.add(() => {
        this.raised -= (this.versions[slot] as number) - before
        this.versions[slot] = before
      })
    }
    this.raised++
    this.versions[slot] = (this.versions[slot] as number) + 1
  }

  #account(segment: Segment, bytes: number): void {
    segment.bytes += bytes
    ;(this.#keyspace.databases[segment.db] as Database).bytes += bytes
  }

  /** After a change that may have made a segment too big. */
  #settle(segment: Segment): void {
    if (segment.map.size > limits.segmentEntriesMax || segment.bytes > limits.segmentBytesMax) {
      this.#keyspace.split(segment)
    }
  }

  /** A value took the place of another: one past its time was expired first, as in Redis. */
  #endOld(segment: Segment, key: string): void {
    const item = segment.expires?.get(key)
    if (item === undefined) return
    this.#times.drop(segment, key)
    if (item.at > this.clock) return
    this.expired++
    if (this.#listener === null) return
    this.#listener.changed('expired', this.db, key)
    this.#listener.created(this.db, key)
  }

  // The way back (see `Journal`)

  /** Begins to keep how to undo what follows. */
  speculate(): void {
    this.#journal.begin()
    this.#listener = null
  }

  /** What was done is undone, or stays. */
  endJournal(isUndone: boolean): void {
    if (isUndone) this.#journal.rollback()
    else this.#journal.end()
    this.#listener = this.#events
  }

  /** `before` undefined: the key is about to be added, behind all others. */
  #journalWrite(key: string, value: Value, before: Stored | undefined): void {
    const place = this.#place
    this.#journal.add(() => {
      const segment = this.#touched(place, key)
      if (before === undefined) {
        segment.map.delete(key)
        this.#account(segment, -keyBytes(key, value))
        this.#leave(value)
        this.#keyspace.count(segment, -1)
        return
      }
      segment.map.set(key, before)
      this.#account(segment, storedBytes(before) - valueBytes(value))
      if (value === before) return
      this.#leave(value)
      this.#enter(segment, key, before)
    })
  }

  /** A key is about to be removed from the middle of an order that has to come back. */
  #journalRemoval(segment: Segment, key: string, value: Stored): void {
    const place = this.#place
    const keys = [...segment.map.keys()]
    const values = [...segment.map.values()]
    const stamps = [...segment.stamped()]
    this.#journal.add(() => {
      const found = this.#touched(place, key)
      if (keys[keys.length - 1] === key) found.map.set(key, value)
      else {
        found.map.clear()
        values.forEach((each, i) => found.map.set(keys[i] as string, each))
      }
      for (const [each, stamp] of stamps) found.setStamp(each, stamp)
      this.#keyspace.countStamp(found, key, 1)
      this.#enter(found, key, value)
      this.#account(found, keyBytes(key, value))
      this.#keyspace.count(found, 1)
    })
  }

  #touched(place: number, key: string): Segment {
    const segment = this.#keyspace.find(place, key) as Segment
    if (segment.state !== states.dirty) this.#keyspace.ledger.touch(segment)
    return segment
  }
}
