// Chooses keys to evict as Redis does: the best of a few drawn at random. And removes those that an entry
// names. Choosing is the leader's alone and may use what no other replica knows; removing is replicated.

import type { EntryBounds } from '../api/entry.js'
import type { EngineOptions } from '../api/engine.js'
import {
  type EngineEviction,
  type EvictionPolicy,
  evictionSlack,
  type Victim,
} from '../api/eviction.js'
import { type GroupSettings, nothingSet } from '../api/group-settings.js'
import { hashString } from '../base/hash.js'
import { limits } from '../api/limits.js'
import type { Random } from '../base/random.js'
import { Accesses } from './accesses.js'
import type { Context } from './context.js'
import type { Database } from './database.js'
import { bytesOf, bytesWith, slotBytes, useBytes } from './memory.js'
import { Packed, type Stored } from './values/packed.js'
import { packedEntryBytes, packedSize } from './values/packed-look.js'
import { randomKey } from './walk.js'

/** Redis' `maxmemory-samples`. */
const samplesFirst = 5
/** So many times as many are drawn: there is no pool of earlier draws. */
const draws = 2
const samplesMax = 64
/** Longest piece of a string that tells it from others. */
const printChars = 256

export interface EvictionInit {
  readonly context: Context
  readonly options: EngineOptions
  /** What is kept of keys beside their values, where entries are merged. */
  readonly kept: Kept | undefined
}

interface Kept {
  readonly keptBytes: number
  keptBytesOf(db: number, key: string): number
}

export class Eviction implements EngineEviction {
  settings: GroupSettings = nothingSet
  maxMemory = 0
  bounds: EntryBounds | undefined = undefined
  entries = 0
  evicted = 0
  readonly #init: EvictionInit
  #policy: EvictionPolicy = 'noeviction'
  #samples = samplesFirst * draws

  constructor(init: EvictionInit) {
    this.#init = init
    this.follow(this.settings)
  }

  get evicts(): boolean {
    return this.#policy !== 'noeviction'
  }

  /** Bytes of all data; what is known of uses counts as if it were known of all keys, so that replicas agree. */
  get used(): number {
    const databases = this.#init.context.keyspace.used
    const bytes = bytesOf(databases) + (this.#init.kept?.keptBytes ?? 0)
    if (this.#init.context.effects.accesses === null) return bytes
    let keys = 0
    for (const database of databases) keys += database.keys
    return bytes + keys * useBytes
  }

  isFull(bounds: EntryBounds | undefined): boolean {
    const { maxMemory } = this
    const asked = this.settings.maxMemory ?? 0
    if (maxMemory === 0 && asked === 0 && bounds === undefined) return false
    const { used } = this
    if (maxMemory > 0 && used > this.#most(maxMemory)) return true
    if (bounds !== undefined && used >= bounds.room) return true
    return asked > 0 && used + (bounds?.others ?? limits.memberBytes) > this.#most(asked)
  }

  /** Where keys are evicted the leader keeps the bound; what is on its way may pass it for a moment. */
  #most(bound: number): number {
    return this.evicts && this.#mayEvict() ? bound + evictionSlack(bound) : bound
  }

  #mayEvict(): boolean {
    if (!this.#isVolatile) return true
    return this.#init.context.keyspace.used.some(({ expiry }) => expiry.size > 0)
  }

  /** What was set at run time, and the file where it says nothing, or where it is the keyspace's own. */
  follow(settings: GroupSettings): void {
    const { maxMemory, maxMemoryPolicy: own, yields = false } = this.#init.options
    this.settings = settings
    this.maxMemory = yields && settings.maxMemory !== null ? 0 : maxMemory
    const [first, second] = yields ? [settings.policy, own] : [own, settings.policy]
    this.#policy = first ?? second ?? 'noeviction'
    this.#samples = Math.min(samplesMax, settings.samples ?? samplesFirst) * draws
    this.#watchUses()
  }

  /** Uses are noted where the policy asks for them; what is known of them stays while it asks the same. */
  #watchUses(): void {
    const { effects } = this.#init.context
    const isFrequency = this.#policy.endsWith('lfu')
    if (!isFrequency && !this.#policy.endsWith('lru')) effects.accesses = null
    else if (effects.accesses?.isFrequency !== isFrequency) {
      effects.accesses = new Accesses(isFrequency)
    }
  }

  get #isVolatile(): boolean {
    return this.#policy.startsWith('volatile')
  }

  victim(random: Random, isTaken: (db: number, key: string) => boolean): Victim | null {
    let best: { readonly db: number; readonly key: string; readonly score: number } | null = null
    for (let i = 0; i < this.#samples; i++) {
      const drawn = this.#draw(random)
      if (drawn === null) return null
      if (isTaken(drawn.db, drawn.key)) continue
      const score = this.#score(drawn.db, drawn.key, random)
      if (best === null || score > best.score) best = { ...drawn, score }
    }
    if (best === null) return null
    const { db, key } = best
    const { keyspace } = this.#init.context
    const segment = keyspace.find(keyspace.places.of(db), key)
    const stored = segment?.raw(key)
    if (segment === undefined || stored === undefined) return null
    return {
      db,
      key,
      print: printOf(stored),
      bytes: bytesWith(segment, key, stored) + this.#freedBeside(db, key),
    }
  }

  /** What goes with a key and stands elsewhere. */
  #freedBeside(db: number, key: string): number {
    const { keyspace, effects } = this.#init.context
    const kept = this.#init.kept?.keptBytesOf(db, key) ?? 0
    const isLast =
      keyspace.databases[keyspace.places.of(db)]?.tables.at(keyspace.slotOf(key))?.keys === 1
    return (isLast ? slotBytes : 0) + (effects.accesses === null ? 0 : useBytes) + kept
  }

  evict(victims: readonly Victim[]): void {
    const { context, options } = this.#init
    this.entries++
    for (const { db, key, print } of victims) {
      if (db >= options.databases) continue
      const stored = context.keyspace.find(context.keyspace.places.of(db), key)?.raw(key)
      if (stored === undefined || printOf(stored) !== print) continue
      context.select(db)
      context.effects.remove(key, 'evicted')
      this.evicted++
    }
  }

  #draw(random: Random): { readonly db: number; readonly key: string } | null {
    const { keyspace } = this.#init.context
    const sizes = Array.from({ length: this.#init.options.databases }, (_, db) =>
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
    const { context } = this.#init
    if (this.#policy === 'volatile-ttl') {
      return -(
        context.keyspace.find(context.keyspace.places.of(db), key)?.expires?.get(key)?.at ?? 0
      )
    }
    return context.effects.accesses?.score(db, key, context.clock) ?? random.uint32()
  }
}

/** Differs, most likely, for another value; of a container it is the same packed and not. */
function printOf(stored: Stored): number {
  if (typeof stored === 'string') {
    const { length } = stored
    return (hashString(length > printChars ? stored.slice(0, printChars) : stored) ^ length) >>> 0
  }
  const isPacked = stored instanceof Packed
  const size = isPacked ? packedSize(stored) : stored.body.size
  const bytes = isPacked ? packedEntryBytes(stored) : stored.body.bytes
  return hashString(`${stored.type} ${size} ${bytes}`) >>> 0
}
