// When and how often keys were used, for eviction by age or frequency. A side table that is kept only
// where the policy asks for it. This member's own view: it is part of no digest, checkpoint or entry.

import { Random } from '../base/random.js'
import { NameIndex } from './values/name-index.js'

/** Redis' `lfu-log-factor`, `lfu-decay-time` (minutes) and the count of a new key. */
const logFactor = 10
const decayMinutes = 1
const countFirst = 5
const countMax = 255
const minuteMs = 60_000

/** As RESTORE gives it. */
export interface Use {
  /** Seconds since the last use. */
  readonly idle: number | null
  /** The logarithmic counter. */
  readonly frequency: number | null
}

interface Table {
  /** Seconds of the last use, or minutes of it times 256 and the count. */
  readonly uses: NameIndex<number>
}

export class Accesses {
  /** Wall milliseconds of the command that is executed; set by the context. */
  clock = 0
  readonly isFrequency: boolean
  readonly #tables: (Table | undefined)[] = []
  readonly #random = new Random(0x5eed, 0xacce55)

  constructor(isFrequency: boolean) {
    this.isFrequency = isFrequency
  }

  /** The key is used. */
  use(db: number, key: string): void {
    const { clock } = this
    const { uses } = this.#table(db)
    uses.set(key, this.isFrequency ? this.#count(uses.get(key), clock) : Math.floor(clock / 1000))
  }

  /** What is known of a key from elsewhere; null where that says nothing. */
  restore(db: number, key: string, { idle, frequency }: Use): void {
    const { clock } = this
    const { uses } = this.#table(db)
    if (!this.isFrequency) {
      if (idle !== null) uses.set(key, Math.max(0, Math.floor(clock / 1000) - idle))
    } else if (frequency !== null) uses.set(key, Math.floor(clock / minuteMs) * 256 + frequency)
  }

  forget(db: number, key: string): void {
    this.#tables[db]?.uses.delete(key)
  }

  /** Two databases change places. */
  swap(a: number, b: number): void {
    const table = this.#tables[a]
    this.#tables[a] = this.#tables[b]
    this.#tables[b] = table
  }

  clear(db: number): void {
    this.#tables[db] = undefined
  }

  /** The greater, the sooner it should go; a key that was never seen used goes first. */
  score(db: number, key: string, clock: number): number {
    const use = this.#tables[db]?.uses.get(key)
    if (use === undefined) return Number.MAX_SAFE_INTEGER
    return this.isFrequency ? countMax - decayed(use, clock) : Math.floor(clock / 1000) - use
  }

  /** Seconds since the last use, 0 for a key that was never seen used. */
  idleSeconds(db: number, key: string, clock: number): number {
    const use = this.#tables[db]?.uses.get(key)
    if (use === undefined || this.isFrequency) return 0
    return Math.max(0, Math.floor(clock / 1000) - use)
  }

  /** The logarithmic counter, null where the policy is no LFU one. */
  frequency(db: number, key: string, clock: number): number | null {
    if (!this.isFrequency) return null
    const use = this.#tables[db]?.uses.get(key)
    return use === undefined ? countFirst : decayed(use, clock)
  }

  #table(db: number): Table {
    const found = this.#tables[db]
    if (found !== undefined) return found
    const made = { uses: new NameIndex<number>() }
    this.#tables[db] = made
    return made
  }

  #count(use: number | undefined, clock: number): number {
    let count = countFirst
    if (use !== undefined) {
      count = decayed(use, clock)
      const odds = Math.max(0, count - countFirst) * logFactor + 1
      if (count < countMax && this.#random.chance(1, odds)) count++
    }
    return Math.floor(clock / minuteMs) * 256 + count
  }
}

function decayed(use: number, clock: number): number {
  const minutes = Math.floor(clock / minuteMs) - Math.floor(use / 256)
  return Math.max(0, (use % 256) - Math.floor(Math.max(0, minutes) / decayMinutes))
}
