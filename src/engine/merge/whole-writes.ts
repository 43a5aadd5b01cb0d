// Stamps of keys that were written whole, once, while they are not stable. Hardly anybody asks for one, so that
// writes are only noted, in their order; who asks, or notes too many, has the stamps put beside the keys, and from
// there they are dropped some time after they are stable. Nothing is kept of a key that is gone.

import type { Database } from '../database.js'
import type { Keyspace } from '../keyspace.js'
import { states } from '../segment.js'
import { KeyQueue } from './key-queue.js'

/** So many of the noted keys, one after the other, are of this database and stamp; stamp 0 for keys of which nothing is known any more. */
interface Run {
  readonly db: number
  readonly stamp: number
  count: number
}

/** Notes from which on the oldest are put beside their keys, so many with each new one. */
const notesMax = 131_072
const notesAtOnce = 2
/** First runs that are done before the rest is moved together. */
const slackMax = 1_024
/** Segments with stamps that are looked at each time something is stable. */
const sweptLeast = 4096
/** Seats of a stamp: its last six bits. */
const seats = 64

export class WholeWrites {
  readonly #keyspace: Keyspace
  /** Everything up to this stamp is stable. */
  #stable = 0
  /** Greatest stamp of each seat that was set, and of all. */
  readonly #lastOf: number[] = []
  #last = 0
  #lastSet = 0
  /** What is only noted, and of what runs from `#runHead` on say it is. */
  readonly #keys = new KeyQueue()
  #runs: Run[] = []
  #runHead = 0

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace
  }

  /** Keys with a stamp, at most. */
  get size(): number {
    this.#lookUp()
    let size = 0
    for (const { stampedKeys } of this.#keyspace.used) size += stampedKeys
    return size
  }

  /** The greatest stamps that were set, by seat. */
  get lastOf(): readonly number[] {
    return this.#lastOf
  }

  stampOf(db: number, key: string): number | undefined {
    const stamp = this.#lastNoteOf(db, key) ?? this.#stampBeside(db, key)
    return stamp > this.#stable ? stamp : undefined
  }

  /** The stamp of the last note, if it is of this key: most who ask for one wrote just now. */
  #lastNoteOf(db: number, key: string): number | undefined {
    if (this.#keys.last !== key) return undefined
    const run = this.#runs[this.#runs.length - 1] as Run
    return run.db === db ? run.stamp : undefined
  }

  #stampBeside(db: number, key: string): number {
    this.#lookUp()
    const { places } = this.#keyspace
    return this.#keyspace.find(places.of(db), key)?.stampOf(key) ?? 0
  }

  set(db: number, key: string, stamp: number): void {
    if (stamp !== this.#lastSet) this.#see(stamp)
    this.#note(db, key, stamp)
  }

  #see(stamp: number): void {
    const last = this.#lastOf
    const seat = stamp % seats
    while (last.length <= seat) last.push(0)
    if (stamp > (last[seat] as number)) last[seat] = stamp
    if (stamp > this.#last) this.#last = stamp
    this.#lastSet = stamp
  }

  #note(db: number, key: string, stamp: number): void {
    const run = this.#runs[this.#runs.length - 1]
    if (run === undefined || run.stamp !== stamp || run.db !== db || run.count === 0) {
      this.#runs.push({ db, stamp, count: 1 })
    } else run.count++
    this.#keys.push(key)
    if (this.#keys.size <= notesMax) return
    for (let i = 0; i < notesAtOnce; i++) this.#lookUpOne()
    this.#compact()
  }

  /** Nothing is known of a key any more. */
  drop(db: number, key: string): void {
    if (this.#keys.size > 0) this.#note(db, key, 0)
    else this.#put(db, key, 0)
  }

  dropAll(db: number): void {
    this.#lookUp()
    const database = this.#keyspace.databases[this.#keyspace.places.of(db)]
    if (database !== undefined) sweep(database, { upTo: Number.MAX_SAFE_INTEGER, most: -1 })
  }

  /** Each key once, with the youngest stamp. */
  *all(): Iterable<readonly [number, string, number]> {
    this.#lookUp()
    const { databases, places } = this.#keyspace
    for (let place = 0; place < databases.length; place++) {
      const database = databases[place]
      if (database === undefined || database.stampedKeys === 0) continue
      const db = places.nameOf(place)
      for (const segment of new Set(database.stampedSegments)) {
        if (segment.state === states.dead) continue
        for (const [key, stamp] of segment.stamped()) {
          if (stamp > this.#stable) yield [db, key, stamp]
        }
      }
    }
  }

  /** Forgets what is stable of the notes, and beside keys that of some segments, of all once all is. */
  settle(upTo: number): void {
    this.#stable = upTo
    const { used } = this.#keyspace
    const isBeside = used.some(({ stampedSegments }) => stampedSegments.length > 0)
    for (;;) {
      const run = this.#runs[this.#runHead]
      if (run === undefined || run.stamp > upTo) break
      // What is beside such a key is older, or was forgotten since.
      if (isBeside && run.stamp === 0) while (run.count > 0) this.#lookUpOne()
      else {
        this.#keys.drop(run.count)
        run.count = 0
        this.#runHead++
      }
    }
    this.#compact()
    const most = upTo >= this.#last ? -1 : sweptLeast
    for (const database of used) sweep(database, { upTo, most })
  }

  /** Puts what was noted beside its keys, oldest first. */
  #lookUp(): void {
    while (this.#keys.size > 0) this.#lookUpOne()
    this.#compact()
  }

  #lookUpOne(): void {
    const run = this.#runs[this.#runHead]
    if (run === undefined) return
    this.#put(run.db, this.#keys.first, run.stamp)
    this.#keys.drop(1)
    run.count--
    if (run.count === 0) this.#runHead++
  }

  #put(db: number, key: string, stamp: number): void {
    const { databases, places } = this.#keyspace
    const place = places.of(db)
    const segment = this.#keyspace.find(place, key)
    if (segment === undefined || (stamp === 0 && !segment.hasStamps)) return
    const database = databases[place] as Database
    const isFirst = !segment.hasStamps
    database.stampedKeys += segment.setStamp(key, stamp)
    if (isFirst && segment.hasStamps) database.stampedSegments.push(segment)
  }

  /** Forgets the runs that are done. */
  #compact(): void {
    if (
      this.#keys.size > 0 &&
      (this.#runHead <= slackMax || this.#runHead * 2 <= this.#runs.length)
    )
      return
    this.#runs = this.#runs.slice(this.#runHead)
    this.#runHead = 0
  }
}

/** Drops stamps up to `upTo` where a segment has no later one; looks at `most` segments, -1 for all. */
function sweep(
  database: Database,
  { upTo, most }: { readonly upTo: number; readonly most: number },
): void {
  const segments = database.stampedSegments
  const count = segments.length
  if (count === 0) return
  const looked = most < 0 ? count : Math.min(count, most)
  const kept = segments.slice(looked)
  for (let i = 0; i < looked; i++) {
    const segment = segments[i]
    if (segment === undefined || segment.state === states.dead || !segment.hasStamps) continue
    if (segment.lastStamp <= upTo) database.stampedKeys -= segment.dropStamps()
    else kept.push(segment)
  }
  database.stampedSegments = kept
}
