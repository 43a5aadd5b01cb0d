// Chooses keys to evict as Redis does: the best of a few drawn at random. And removes those that an entry
// names. Choosing is the leader's alone and may use what no other replica knows; removing is replicated.

import type { EngineEviction, EvictionPolicy, Victim } from '../api/eviction.js'
import { hashString } from '../base/hash.js'
import type { Random } from '../base/random.js'
import type { Context } from './context.js'
import type { Database } from './keyspace.js'
import { keyBytes } from './memory.js'
import { type Value, valueBytes, wholeBytes } from './values/value.js'
import { randomKey } from './walk.js'

/** Redis' `maxmemory-samples`, twice: there is no pool of earlier draws. */
const samples = 10
/** Longest piece of a string that tells it from others. */
const printChars = 256

export interface EvictionInit {
  readonly context: Context
  readonly policy: EvictionPolicy
  readonly maxMemory: number
  /** Databases that clients can select. */
  readonly databases: number
}

export class Eviction implements EngineEviction {
  readonly maxMemory: number
  entries = 0
  evicted = 0
  readonly #init: EvictionInit
  readonly isActive: boolean
  readonly #isVolatile: boolean

  constructor(init: EvictionInit) {
    this.#init = init
    this.maxMemory = init.maxMemory
    this.isActive = init.maxMemory > 0 && init.policy !== 'noeviction'
    this.#isVolatile = init.policy.startsWith('volatile')
  }

  victim(random: Random, isTaken: (db: number, key: string) => boolean): Victim | null {
    let best: { readonly db: number; readonly key: string; readonly score: number } | null = null
    for (let i = 0; i < samples; i++) {
      const drawn = this.#draw(random)
      if (drawn === null) return null
      if (isTaken(drawn.db, drawn.key)) continue
      const score = this.#score(drawn.db, drawn.key, random)
      if (best === null || score > best.score) best = { ...drawn, score }
    }
    if (best === null) return null
    const { db, key } = best
    const { keyspace } = this.#init.context
    const value = keyspace.find(keyspace.places.of(db), key)?.map.get(key)
    if (value === undefined) return null
    const bytes = keyBytes(key, value) - valueBytes(value) + wholeBytes(value)
    return { db, key, print: printOf(value), bytes }
  }

  evict(victims: readonly Victim[]): void {
    const { context, databases } = this.#init
    this.entries++
    for (const { db, key, print } of victims) {
      if (db >= databases) continue
      const value = context.keyspace.find(context.keyspace.places.of(db), key)?.map.get(key)
      if (value === undefined || printOf(value) !== print) continue
      context.select(db)
      context.effects.remove(key, 'evicted')
      this.evicted++
    }
  }

  #draw(random: Random): { readonly db: number; readonly key: string } | null {
    const { keyspace } = this.#init.context
    const sizes = Array.from({ length: this.#init.databases }, (_, db) =>
      this.#size(keyspace.databases[keyspace.places.of(db)]),
    )
    const total = sizes.reduce((sum, size) => sum + size, 0)
    if (total === 0) return null
    let place = random.below(total)
    let db = 0
    while (place >= (sizes[db] as number)) place -= sizes[db++] as number
    const database = keyspace.databases[keyspace.places.of(db)] as Database
    if (!this.#isVolatile) {
      const drawn = randomKey(database, random)
      return drawn === null ? null : { db, key: drawn.key }
    }
    const item = database.expiry.item(place)
    return item === undefined ? null : { db, key: item.key }
  }

  #size(database: Database | undefined): number {
    if (database === undefined) return 0
    return this.#isVolatile ? database.expiry.size : database.keys
  }

  #score(db: number, key: string, random: Random): number {
    const { context, policy } = this.#init
    if (policy === 'volatile-ttl') {
      return -(
        context.keyspace.find(context.keyspace.places.of(db), key)?.expires?.get(key)?.at ?? 0
      )
    }
    return context.effects.accesses?.score(db, key, context.clock) ?? random.uint32()
  }
}

/** Differs, most likely, for another value. */
function printOf(value: Value): number {
  if (typeof value === 'string') {
    return (
      (hashString(value.length > printChars ? value.slice(0, printChars) : value) ^
        value.length) >>>
      0
    )
  }
  const { size, bytes } = value.body
  return hashString(`${value.type} ${size} ${bytes}`) >>> 0
}
