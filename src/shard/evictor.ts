// The leader's side of eviction: keeps the data, and what is on its way to it, within the bound, by
// proposing victims before the commands that need their room. Asked once per turn.

import type { Engine } from '../api/engine.js'
import { afterHead, type Payload } from '../api/entry.js'
import { decodeVictims, encodeVictims, type EngineEviction, type Victim } from '../api/eviction.js'
import { ByteWriter } from '../base/bytes.js'
import type { Random } from '../base/random.js'
import type { Windows } from './windows.js'

/** Victims of one entry, and bytes of keys in it. */
const victimsMax = 64
/** Entries of one turn. */
const entriesMax = 4
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

export class Evictor {
  #coming: OnTheWay[] = []
  #comingBytes = 0
  #leaving: Leaving[] = []
  #leavingBytes = 0
  readonly #taken = new Set<string>()

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
    const { origin, incarnation, sequence } = batch
    const bytes = batch.size + commandBytes
    this.#coming.push({ origin, incarnation, sequence, bytes })
    this.#comingBytes += bytes
  }

  /** Proposes victims until everything fits, as far as there are any; whether there is more to do. */
  turn(
    at: {
      readonly eviction: EngineEviction
      readonly memoryBytes: number
      readonly windows: Windows
      readonly random: Random
    },
    propose: (body: Uint8Array) => boolean,
  ): boolean {
    const { eviction, windows, random } = at
    this.#settle(eviction, windows)
    const isTaken = (db: number, key: string): boolean => this.#taken.has(`${db} ${key}`)
    for (let entries = 0; entries < entriesMax; entries++) {
      const victims: Victim[] = []
      while (victims.length < victimsMax && this.#excess(at) > 0) {
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

  #excess(at: { readonly eviction: EngineEviction; readonly memoryBytes: number }): number {
    return at.memoryBytes + this.#comingBytes - this.#leavingBytes - at.eviction.maxMemory
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
