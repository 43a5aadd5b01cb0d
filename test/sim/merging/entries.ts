// Every entry that was made in one group over the whole run, by its number and its stamp.

import type { MemberId } from '../../../src/api/ids.js'
import { hashBytes } from '../../../src/base/hash.js'
import type { Vector } from '../../../src/log/vector.js'
import { Held } from './held.js'

export interface Entry {
  readonly number: number
  readonly stamp: number
  readonly maker: MemberId
  /** What its maker held when it was made. */
  readonly causes: Held
  /** Its maker wrote on alone after a loss. */
  readonly isBlind: boolean
  readonly hash: number
  /** Keys of the load that it changed. */
  readonly keys: readonly string[]
}

/** What a member says of an entry that it makes. */
export interface Written {
  readonly stamp: number
  readonly seen: Vector
  readonly ops: Uint8Array
  /** What some slots show, where they show more than is held. */
  readonly shown: Vector | null
}

/** How many of the newest entries a vector is asked for, besides those that matter. */
const recentMax = 24

export class Entries {
  readonly all: Entry[] = []
  readonly #byStamp = new Map<number, Entry>()
  /** By the bytes of a mark: what it stands for. */
  readonly #marks = new Map<string, Held>()

  add(entry: Entry): void {
    this.all.push(entry)
    this.#byStamp.set(entry.stamp, entry)
  }

  of(stamp: number): Entry | undefined {
    return this.#byStamp.get(stamp)
  }

  at(number: number): Entry {
    return this.all[number] as Entry
  }

  recent(): readonly Entry[] {
    return this.all.slice(-recentMax)
  }

  /** The greatest stamp of some. */
  topOf(held: Held): number {
    let top = 0
    for (const { number, stamp } of this.all) if (held.has(number) && stamp > top) top = stamp
    return top
  }

  coveredBy(vector: Vector): Held {
    const found = new Held()
    for (const { number, stamp } of this.all) if (vector.covers(stamp)) found.add(number)
    return found
  }

  /** False where these bytes stand for something already. */
  mark(bytes: Uint8Array, held: Held): boolean {
    const key = keyOf(bytes)
    if (this.#marks.has(key)) return false
    this.#marks.set(key, held.copy())
    return true
  }

  markOf(bytes: Uint8Array | null | undefined): Held {
    if (bytes == null || bytes.length === 0) return new Held()
    const held = this.#marks.get(keyOf(bytes))
    if (held === undefined) throw new Error('a mark that nobody made')
    return held
  }

  describe(number: number): string {
    const entry = this.all[number]
    return entry === undefined
      ? 'nothing'
      : `entry ${number} (${entry.stamp} of member ${entry.maker})`
  }
}

export function hashOf(bytes: Uint8Array): number {
  const { high, low } = hashBytes(bytes)
  return high ^ low
}

function keyOf(bytes: Uint8Array): string {
  const { high, low } = hashBytes(bytes)
  return `${high}-${low}`
}
