// What the engine does for slots that change hands: it keeps what the group says of them, and copies that came from
// another group, in hidden databases, so that checkpoints, snapshots and the digest have them and no client sees
// them. Keys come and go without a word: they only changed their group.

import type { EngineMoving, KeyWatch, later } from '../api/engine.js'
import type { Reply } from '../api/reply.js'
import type { Context } from './context.js'
import { placesDb } from './place-key.js'
import type { Value } from './values/value.js'

/** Clients' databases at most: behind them are those of their copies, below what else is hidden, and fixed as that is. */
export const movingDatabasesMax = Math.floor(placesDb / 2)
/** Under which the state of a group of which something moved stands in `placesDb`. */
export const slotsKey = 'slots'

export interface MovingInit {
  readonly context: Context
  readonly execute: (db: number, args: readonly string[]) => Reply | typeof later
}

export class Moving implements EngineMoving {
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
    return this.#init.execute(stagingOf(db), args)
  }

  clear(): void {
    const { effects, options } = this.#init.context
    for (let db = 0; db < options.databases; db++) effects.clear(stagingOf(db))
  }

  adopt(countMax: number, clock: number): number {
    const { effects, options } = this.#init.context
    let count = 0
    effects.quietly(() => {
      for (let db = 0; db < options.databases && count < countMax; db++) {
        const staged = this.#staged(stagingOf(db), countMax - count)
        for (const key of staged) this.#adoptOne(db, key, clock)
        count += staged.length
      }
    })
    return count
  }

  #adoptOne(db: number, key: string, clock: number): void {
    const { effects } = this.#init.context
    const value = this.#find(stagingOf(db), key) as Value
    const at = this.#expiryOf(stagingOf(db), key)
    this.#in(stagingOf(db), () => effects.remove(key, ''))
    if (at !== null && at <= clock) return
    this.#in(db, () => {
      effects.put(key, value, '')
      if (at !== null) effects.expire(key, at, '')
    })
  }

  drop(slot: number, countMax: number): number {
    const { context } = this.#init
    const { effects, keyspace, options } = context
    let count = 0
    effects.quietly(() => {
      for (let db = 0; db < options.databases && count < countMax; db++) {
        const table = keyspace.databases[keyspace.places.of(db)]?.tables.at(slot)
        if (table === undefined) continue
        const keys: string[] = []
        for (const { map } of table.segments) {
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

  raise(slot: number, least: number): void {
    this.#init.context.effects.raiseTo(slot, least)
  }

  follow(watch: KeyWatch | null): void {
    this.#init.context.effects.changes.follow = watch
  }

  #staged(place: number, countMax: number): string[] {
    const keys: string[] = []
    for (const table of this.#init.context.keyspace.databases[place]?.tables.all() ?? []) {
      for (const { map } of table.segments) {
        for (const key of map.keys()) {
          if (keys.length >= countMax) return keys
          keys.push(key)
        }
      }
    }
    return keys
  }

  #find(place: number, key: string): Value | undefined {
    return this.#init.context.keyspace.find(place, key)?.map.get(key)
  }

  #expiryOf(place: number, key: string): number | null {
    return this.#init.context.keyspace.find(place, key)?.expires?.get(key)?.at ?? null
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
