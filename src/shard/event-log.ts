// What the open entry did to keys, kept until its replies are given: a client that is told of a change
// must have had every reply that was made before it. What no entry did, a script that is tried out for
// instance, is not told. Costs a question per change while nobody listens.

import { type EventListener, type KeyEvents, noKeyEvents } from '../api/events.js'
import type { Caller } from '../api/group.js'
import { limits } from '../api/limits.js'

/** Not events of Redis: they stand for the other calls of the listener. */
const marks = { created: '+', missed: '?', cleared: '*' } as const

export interface Told {
  /** Which call of the entry did it. */
  readonly at: number
  readonly event: string
  readonly db: number
  readonly key: string
}

/** Members that hold no replica and want to hear of the keys of the group all the same. */
export interface Eavesdroppers {
  readonly isWanted: boolean
  /** What one entry did, behind its replies. */
  told(list: readonly Told[]): void
  forgotten(): void
}

/** Tells of what an entry did as its replies are given. */
export interface Tellable {
  /** The reply of call `at` was given to `causer`. */
  answered(at: number, causer: Caller | null): void
}

export class EventLog implements EventListener, Tellable {
  readonly #events: KeyEvents
  readonly #databases: number
  readonly #others: Eavesdroppers | null
  /** Which call of the entry is executed. */
  at = 0
  /** Keys of slots that are another group's. */
  hides: (key: string) => boolean = () => false
  #told: Told[] = []
  #next = 0
  #isOpen = false
  /** More happened than is kept. */
  #isOverflown = false

  /** `databases`: those behind them are hidden, and no client hears of their keys. */
  constructor(
    events: KeyEvents = noKeyEvents,
    databases: number,
    others: Eavesdroppers | null = null,
  ) {
    this.#events = events
    this.#databases = databases
    this.#others = others
  }

  /** An entry begins. */
  open(): void {
    this.#isOpen = true
    this.at = 0
  }

  get isEmpty(): boolean {
    return this.#told.length === 0
  }

  /** Somebody is told of what changes. */
  get isWanted(): boolean {
    return this.#events.isWanted || this.#others?.isWanted === true
  }

  /** Of the open entry so far. */
  get told(): readonly Told[] {
    return this.#told
  }

  get isAwaited(): boolean {
    return this.#events.isAwaited
  }

  changed(event: string, db: number, key: string): void {
    if (this.#isOpen && this.isWanted && !this.hides(key)) this.#keep(event, db, key)
  }

  created(db: number, key: string): void {
    if (this.#isOpen && this.isWanted && !this.hides(key)) this.#keep(marks.created, db, key)
  }

  missed(db: number, key: string): void {
    if (!this.isWanted) return
    if (this.#isOpen) this.#keep(marks.missed, db, key)
    else if (db < this.#databases) this.#events.missed(db, key, false)
  }

  cleared(db: number): void {
    if (!this.#isOpen || !this.isWanted) return
    const last = this.#told[this.#told.length - 1]
    // FLUSHALL clears one database after the other: that is told once.
    if (last?.at !== this.at || last.event !== marks.cleared) this.#keep(marks.cleared, db, '')
  }

  /** The reply of call `at` was given to `causer`. */
  answered(at: number, causer: Caller | null): void {
    for (let told = this.#told[this.#next]; told !== undefined; told = this.#told[this.#next]) {
      if (told.at > at) return
      this.#next++
      this.#tell(told, causer)
    }
  }

  /** The entry is done, and its replies are given. */
  close(): void {
    this.#isOpen = false
    if (this.#told.length === 0) return
    this.answered(Number.MAX_SAFE_INTEGER, null)
    this.#others?.told(this.#told)
    this.#told = []
    this.#next = 0
    if (!this.#isOverflown) return
    this.#isOverflown = false
    this.forgotten()
  }

  /** The entry is done, and its replies are given later: whoever does that tells of it, and closes it. */
  hold(): HeldEvents {
    const others = (list: readonly Told[]): void => this.#others?.told(list)
    const held = new HeldEvents(this.#told, (told, causer) => this.#tell(told, causer), others)
    this.#told = []
    this.#next = 0
    this.close()
    return held
  }

  /** A snapshot took the place of the entry. */
  drop(): void {
    this.#isOpen = false
    this.#told = []
    this.#next = 0
  }

  /** Nothing that was read before may be kept. */
  forgotten(): void {
    this.#events.forgotten()
    this.#others?.forgotten()
  }

  #keep(event: string, db: number, key: string): void {
    if (db >= this.#databases) return
    this.#told.push({ at: this.at, event, db, key })
    if (this.#told.length < limits.keyEventsMax) return
    // Told before replies that were made earlier: what clients keep is forgotten behind those.
    this.#isOverflown = true
    this.answered(Number.MAX_SAFE_INTEGER, null)
    this.#told = []
    this.#next = 0
  }

  #tell(told: Told, causer: Caller | null): void {
    tellOf(this.#events, told, causer)
  }
}

/** One thing that happened to a key. */
export function tellOf(events: KeyEvents, { event, db, key }: Told, causer: Caller | null): void {
  if (event === marks.created) events.changed('new', db, key, causer)
  else if (event === marks.missed) events.missed(db, key, true)
  else if (event === marks.cleared) events.cleared(db, causer)
  else events.changed(event, db, key, causer)
}

/** What an entry did whose replies are given later. */
export class HeldEvents implements Tellable {
  readonly told: readonly Told[]
  readonly #tell: (told: Told, causer: Caller | null) => void
  readonly #closed: (told: readonly Told[]) => void
  #next = 0

  constructor(
    told: readonly Told[],
    tell: (told: Told, causer: Caller | null) => void,
    closed: (told: readonly Told[]) => void = () => undefined,
  ) {
    this.told = told
    this.#tell = tell
    this.#closed = closed
  }

  answered(at: number, causer: Caller | null): void {
    for (let told = this.told[this.#next]; told !== undefined; told = this.told[this.#next]) {
      if (told.at > at) return
      this.#next++
      this.#tell(told, causer)
    }
  }

  close(): void {
    this.answered(Number.MAX_SAFE_INTEGER, null)
    if (this.told.length > 0) this.#closed(this.told)
  }
}
