// The leader's side of bounds on memory: keeps the data, and what is on its way to it, within the group's
// bound and its member's, by proposing victims before the commands that need their room. Asked once per turn.
// And says how far the data may grow where nothing may be evicted.

import type { Engine } from '../api/engine.js'
import { afterHead, type EntryBounds, type Payload } from '../api/entry.js'
import {
  decodeVictims,
  encodeVictims,
  type EngineEviction,
  evictionSlack,
  type Victim,
} from '../api/eviction.js'
import type { GroupBounds } from '../api/group.js'
import { type GroupSettings, nothingSet } from '../api/group-settings.js'
import { ByteWriter } from '../base/bytes.js'
import type { Random } from '../base/random.js'
import { type GroupMemory, MemberMemory } from './member-memory.js'
import type { Windows } from './windows.js'

/** Victims of one entry, and bytes of keys in it. */
const victimsMax = 64
/** Entries of one turn; of one in which half of what may pass the bound is taken: commands are refused soon. */
const entriesMax = 4
const entriesMaxHurried = 64
/** What a command is held to add beside its arguments. */
const commandBytes = 128

/** A batch that is proposed and not applied. */
interface OnTheWay {
  readonly origin: number
  readonly incarnation: number
  readonly sequence: number
  readonly bytes: number
}

/** Victims that are proposed and not applied. */
interface Leaving {
  /** Entries that the engine will have executed then. */
  readonly entry: number
  readonly victims: readonly Victim[]
}

export class Evictor implements GroupMemory, GroupBounds {
  readonly #engine: () => Engine
  readonly #member: MemberMemory
  #coming: OnTheWay[] = []
  #comingBytes = 0
  #leaving: Leaving[] = []
  #leavingBytes = 0
  readonly #taken = new Set<string>()

  constructor(engine: () => Engine, member = new MemberMemory({ maxMemory: 0, ceiling: 0 })) {
    this.#engine = engine
    this.#member = member
    member.join(this)
  }

  /** Its group is gone: what it held counts no more. */
  leave(): void {
    this.#member.leave(this)
  }

  get bytes(): number {
    return this.#engine().memoryBytes
  }

  get settings(): GroupSettings {
    return this.#engine().eviction?.settings ?? nothingSet
  }

  get coming(): number {
    return this.#comingBytes - this.#leavingBytes
  }

  get evicts(): boolean {
    return this.#engine().eviction?.evicts === true
  }

  /** How far the group may grow, for the next entry; undefined where the engine needs no word of it. */
  get bounds(): EntryBounds | undefined {
    const { eviction } = this.#engine()
    return eviction === undefined ? undefined : this.#member.bounds(this, eviction.settings)
  }

  /** By what this member has applied: a command that may grow the data would be refused now. */
  get isFull(): boolean {
    return this.#engine().eviction?.isFull(this.bounds) === true
  }

  /** What was proposed may be lost. */
  reset(): void {
    this.#coming = []
    this.#comingBytes = 0
    this.#leaving = []
    this.#leavingBytes = 0
    this.#taken.clear()
  }

  /** A batch was proposed. */
  proposed(batch: {
    readonly origin: number
    readonly incarnation: number
    readonly sequence: number
    readonly size: number
  }): void {
    if (!this.isNeeded) return
    const { origin, incarnation, sequence } = batch
    const bytes = batch.size + commandBytes
    this.#coming.push({ origin, incarnation, sequence, bytes })
    this.#comingBytes += bytes
  }

  /** Proposes victims until everything fits, as far as there are any; whether there is more to do. */
  turn(
    at: { readonly windows: Windows; readonly random: Random },
    propose: (body: Uint8Array) => boolean,
  ): boolean {
    if (!this.isNeeded) return false
    const { windows, random } = at
    const eviction = this.#engine().eviction as EngineEviction
    this.#settle(eviction, windows)
    const isTaken = (db: number, key: string): boolean => this.#taken.has(`${db} ${key}`)
    const most = this.#isHurried(eviction) ? entriesMaxHurried : entriesMax
    for (let entries = 0; entries < most; entries++) {
      const victims: Victim[] = []
      while (victims.length < victimsMax && this.#excess(eviction) > 0) {
        const victim = eviction.victim(random, isTaken)
        if (victim === null) break
        victims.push(victim)
        this.#take(victim)
      }
      if (victims.length === 0) return false
      const writer = new ByteWriter(256)
      encodeVictims(writer, victims)
      const entry = eviction.entries + this.#leaving.length + 1
      this.#leaving.push({ entry, victims })
      if (propose(writer.finish())) continue
      this.#leaving.pop()
      for (const victim of victims) this.#release(victim)
      return false
    }
    return true
  }

  /** Keys are evicted, and there is a bound. */
  get isNeeded(): boolean {
    const { eviction } = this.#engine()
    if (eviction?.evicts !== true) return false
    return eviction.maxMemory > 0 || this.#member.bound(eviction.settings) > 0
  }

  #excess({ maxMemory, settings }: EngineEviction): number {
    const ofMember = this.#member.excess(settings)
    if (maxMemory === 0) return ofMember
    return Math.max(ofMember, this.bytes + this.coming - maxMemory)
  }

  #isHurried(eviction: EngineEviction): boolean {
    const bound = eviction.maxMemory || this.#member.bound(eviction.settings)
    return this.#excess(eviction) * 2 > evictionSlack(bound)
  }

  /** Forgets what was applied meanwhile. */
  #settle(eviction: EngineEviction, windows: Windows): void {
    let done = 0
    for (const { origin, incarnation, sequence, bytes } of this.#coming) {
      if (windows.applied(origin, incarnation) < sequence) break
      this.#comingBytes -= bytes
      done++
    }
    if (done > 0) this.#coming.splice(0, done)
    while ((this.#leaving[0]?.entry ?? Number.POSITIVE_INFINITY) <= eviction.entries) {
      for (const victim of this.#leaving.shift()?.victims ?? []) this.#release(victim)
    }
  }

  #take(victim: Victim): void {
    this.#taken.add(`${victim.db} ${victim.key}`)
    this.#leavingBytes += victim.bytes
  }

  #release(victim: Victim): void {
    this.#taken.delete(`${victim.db} ${victim.key}`)
    this.#leavingBytes -= victim.bytes
  }
}

/** Executes an entry of victims. */
export function evictFrom(engine: Engine, payload: Payload): void {
  engine.eviction?.evict(decodeVictims(afterHead(payload.bytes())))
}
