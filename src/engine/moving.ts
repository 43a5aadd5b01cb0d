// What the engine does for slots that change hands: it keeps what the group says of them, and copies that came from
// another group, in hidden databases, so that checkpoints, snapshots and the digest have them and no client sees
// them. Keys come and go without a word: they only changed their group.

import type { EngineMoving, KeyWatch, later } from '../api/engine.js'
import type { Reply } from '../api/reply.js'
import type { MoveProgress } from '../api/move-progress.js'
import { slotCount } from '../base/keyslot.js'
import type { Context } from './context.js'
import type { Database } from './database.js'
import { placesDb } from './place-key.js'
import { dropSegment, forgetTimes, type Side, takeSegment } from './slot-tables.js'
import type { Value } from './values/value.js'

/** Clients' databases at most: behind them are those of their copies, below what else is hidden, and fixed as that is. */
export const movingDatabasesMax = Math.floor(placesDb / 2)
/** Under which the state of a group of which something moved stands in `placesDb`. */
export const slotsKey = 'slots'

export interface MovingInit {
  readonly context: Context
  readonly execute: (db: number, args: readonly string[]) => Reply | typeof later
  /** Copies stand where they will be: their slots are hidden until they are the group's. */
  readonly merges: boolean
}

export class Moving implements EngineMoving {
  note = ''
  progress: (() => MoveProgress) | null = null
  readonly #init: MovingInit

  constructor(init: MovingInit) {
    this.#init = init
  }

  state(): string | null {
    const value = this.#find(placesDb, slotsKey)
    return typeof value === 'string' ? value : null
  }

  keep(text: string): void {
    this.#in(placesDb, () => this.#init.context.effects.put(slotsKey, text, ''))
  }

  stage(db: number, args: readonly string[]): Reply | typeof later {
    const { execute, merges } = this.#init
    return execute(merges ? db : stagingOf(db), args)
  }

  clear(): void {
    const { effects, options } = this.#init.context
    for (let db = 0; db < options.databases; db++) effects.clear(stagingOf(db))
  }

  adopt(elements: number, clock: number): number {
    const { options } = this.#init.context
    let spent = 0
    for (let db = 0; db < options.databases && spent < elements; db++) {
      const database = this.#init.context.keyspace.databases[stagingOf(db)]
      if (database === undefined || database.keys === 0) continue
      spent += this.#end({ database, db: stagingOf(db) }, clock, elements - spent)
      if (spent < elements) spent += this.#adoptFrom(database, db, elements - spent)
    }
    return spent
  }

  /** Copies that are past their time do not become keys. */
  #end({ database, db }: Side, clock: number, countMax: number): number {
    const { effects } = this.#init.context
    let count = 0
    for (let due = database.expiry.peek(); due !== undefined; due = database.expiry.peek()) {
      if (due.at > clock || count >= countMax) break
      const { key } = due
      effects.quietly(() => this.#in(db, () => effects.remove(key, '')))
      count++
    }
    return count
  }

  #adoptFrom(database: Database, db: number, elements: number): number {
    const { keyspace } = this.#init.context
    const from = { database, db: stagingOf(db) }
    const to = { database: keyspace.database(keyspace.places.of(db)), db }
    let spent = 0
    let slot = database.tables.next(0)
    while (slot < slotCount && spent < elements) {
      const isFirst = database.tables.at(slot)?.starts[0] === 0
      // What is not the group's has no keys here.
      while (isFirst && to.database.tables.at(slot) !== undefined) {
        spent += dropSegment(this.#init.context, slot, to)
      }
      spent += takeSegment(this.#init.context, slot, from, to)
      slot = database.tables.next(slot)
    }
    forgetTimes(from)
    return spent
  }

  drop(slot: number, elements: number): number {
    const { context } = this.#init
    const { effects, keyspace, options } = context
    if (!effects.isOrdered) return this.#dropKeys(slot, elements)
    let spent = 0
    for (let db = 0; db < options.databases; db++) {
      const database = keyspace.databases[keyspace.places.of(db)]
      while (database?.tables.at(slot) !== undefined && spent < elements) {
        spent += dropSegment(context, slot, { database, db })
      }
    }
    return spent
  }

  /** What merges is removed key by key: others are told of each. */
  #dropKeys(slot: number, countMax: number): number {
    const { effects, keyspace, options } = this.#init.context
    let count = 0
    effects.quietly(() => {
      for (let db = 0; db < options.databases && count < countMax; db++) {
        const table = keyspace.databases[keyspace.places.of(db)]?.tables.at(slot)
        const keys: string[] = []
        for (const { map } of table?.segments ?? []) {
          if (keys.length >= countMax - count) break
          for (const key of map.keys()) keys.push(key)
        }
        this.#in(db, () => {
          for (const key of keys) effects.remove(key, '')
        })
        count += keys.length
      }
    })
    return count
  }

  count(slot: number): number {
    const { keyspace, options } = this.#init.context
    let count = 0
    for (let db = 0; db < options.databases; db++) {
      count += keyspace.databases[keyspace.places.of(db)]?.tables.at(slot)?.keys ?? 0
    }
    return count
  }

  hide(slots: Uint8Array | null): void {
    this.#init.context.keyspace.hidden = slots
  }

  raise(slot: number, least: number): void {
    this.#init.context.effects.raiseTo(slot, least)
  }

  follow(watch: KeyWatch | null): void {
    this.#init.context.effects.changes.follow = watch
  }

  #find(place: number, key: string): Value | undefined {
    return this.#init.context.keyspace.find(place, key)?.map.get(key)
  }

  #in(db: number, act: () => void): void {
    const { context } = this.#init
    const before = context.db
    context.select(db)
    act()
    context.select(before)
  }
}

function stagingOf(db: number): number {
  return movingDatabasesMax + db
}
