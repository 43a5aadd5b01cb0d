// Ways through a database: segment by segment (KEYS), by SCAN's positions, and to a random key. None
// changes anything.

import { scanEnd, splitCursor } from '../api/scan.js'
import { hashString } from '../base/hash.js'
import { slotCount } from '../base/keyslot.js'
import type { Random } from '../base/random.js'
import { type Database, type SlotTable, slotsPerBlock } from './database.js'
import type { Keyspace } from './keyspace.js'
import type { Segment } from './segment.js'

/** The first slot from `slot` on that has keys which clients see, `slotCount` for none. */
function nextSlot({ hidden }: Keyspace, database: Database, slot: number): number {
  let next = database.tables.next(slot)
  while (hidden !== null && next < slotCount && hidden[next] === 1) {
    next = database.tables.next(next + 1)
  }
  return next
}

/** All segments of a database, slot by slot. Nothing may change meanwhile. */
export class SegmentWalk {
  readonly #keyspace: Keyspace
  readonly #database: Database | undefined
  #slot = 0
  #index = 0

  constructor(keyspace: Keyspace, db: number) {
    this.#keyspace = keyspace
    this.#database = keyspace.databases[db]
  }

  next(): Segment | null {
    const database = this.#database
    if (database === undefined) return null
    for (;;) {
      this.#slot = this.#index > 0 ? this.#slot : nextSlot(this.#keyspace, database, this.#slot)
      const segment = database.tables.at(this.#slot)?.segments[this.#index]
      if (segment !== undefined) {
        this.#index++
        return segment
      }
      if (this.#slot >= slotCount) return null
      this.#slot++
      this.#index = 0
    }
  }
}

/** Keys of one segment that share a position. */
export interface PositionGroup {
  readonly segment: Segment
  readonly keys: readonly string[]
}

interface Placed {
  readonly key: string
  readonly hash: number
}

/** Keys in the order of SCAN from a cursor on. Nothing may change meanwhile. */
export class PositionWalk {
  readonly #keyspace: Keyspace
  readonly #database: Database | undefined
  #slot: number
  #hash: number
  #segment: Segment | null = null
  #placed: readonly Placed[] = []
  #at = 0

  constructor(keyspace: Keyspace, db: number, cursor: number) {
    this.#keyspace = keyspace
    this.#database = keyspace.databases[db]
    const { slot, hash } = splitCursor(cursor)
    this.#slot = slot
    this.#hash = hash
    if (this.#database === undefined) this.#slot = slotCount
  }

  get isDone(): boolean {
    return this.#slot >= slotCount
  }

  /** The cursor to go on with, 0 at the end. */
  get cursor(): number {
    const cursor = this.#slot * 0x100000000 + this.#hash
    return cursor >= scanEnd ? 0 : cursor
  }

  /** The keys at the next position, null at the end. */
  next(): PositionGroup | null {
    while (this.#at >= this.#placed.length) if (!this.#open()) return null
    const first = this.#placed[this.#at] as Placed
    const keys: string[] = []
    while (this.#placed[this.#at]?.hash === first.hash) {
      keys.push((this.#placed[this.#at++] as Placed).key)
    }
    this.#advance(first.hash + 1)
    return { segment: this.#segment as Segment, keys }
  }

  /** Goes to the segment at the cursor; false at the end. */
  #open(): boolean {
    const database = this.#database
    if (database === undefined || this.isDone) return false
    const slot = nextSlot(this.#keyspace, database, this.#slot)
    if (slot !== this.#slot) this.#hash = 0
    this.#slot = slot
    const table: SlotTable | undefined = database.tables.at(slot)
    if (table === undefined) return false
    const index = table.indexOf(this.#hash)
    const segment = table.segments[index] as Segment
    this.#segment = segment
    this.#placed = placedFrom(segment, this.#hash)
    this.#at = 0
    if (this.#placed.length === 0) this.#advance(table.starts[index + 1] ?? 0x100000000)
    return true
  }

  #advance(hash: number): void {
    this.#hash = hash
    if (hash < 0x100000000) return
    this.#hash = 0
    this.#slot++
  }
}

function placedFrom(segment: Segment, least: number): Placed[] {
  const placed: Placed[] = []
  for (const key of segment.map.keys()) {
    const hash = hashString(key)
    if (hash >= least) placed.push({ key, hash })
  }
  return placed.sort((a, b) => a.hash - b.hash || (a.key < b.key ? -1 : 1))
}

/** A key of the database, each as likely as any other; null where there is none. */
export function randomKey(
  database: Database,
  random: Random,
): { readonly segment: Segment; readonly key: string } | null {
  if (database.keys === 0) return null
  let rest = random.below(database.keys)
  let block = 0
  while (rest >= (database.blocks[block] as number)) rest -= database.blocks[block++] as number
  for (let slot = block * slotsPerBlock; ; slot++) {
    const table = database.tables.at(slot)
    if (table === undefined) continue
    if (rest >= table.keys) rest -= table.keys
    else return keyAt(table, rest)
  }
}

/** The same of those that clients see. */
export function randomVisible(keyspace: Keyspace, database: Database, random: Random) {
  if (keyspace.hidden === null) return randomKey(database, random)
  const count = keyspace.visibleKeys(database)
  let rest = count === 0 ? 0 : random.below(count)
  for (const table of database.tables.all()) {
    if (keyspace.isHidden(table.slot)) continue
    if (rest < table.keys) return keyAt(table, rest)
    rest -= table.keys
  }
  return null
}

function keyAt(
  table: SlotTable,
  index: number,
): { readonly segment: Segment; readonly key: string } | null {
  let rest = index
  for (const segment of table.segments) {
    if (rest >= segment.map.size) rest -= segment.map.size
    else for (const key of segment.map.keys()) if (rest-- === 0) return { segment, key }
  }
  return null
}
