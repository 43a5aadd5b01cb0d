// One database of one group: 16,384 slot tables, made lazily, each a list of segments ordered by hash
// range, with what is counted of them. The keyspace drives it.

import { hashString } from '../base/hash.js'
import { slotCount } from '../base/keyslot.js'
import { ExpiryHeap } from './expiry.js'
import { slotBytes } from './memory.js'
import type { Segment } from './segment.js'

/** Slots that share one counter: a random pick walks the counters first. */
export const slotsPerBlock = 128
const blockBits = 7
const blockMask = slotsPerBlock - 1

/** One slot of one database. */
export class SlotTable {
  readonly segments: Segment[]
  /** `start` of each segment, ascending, the first 0. */
  readonly starts: number[]
  keys = 0

  constructor(first: Segment) {
    this.segments = [first]
    this.starts = [0]
  }

  get slot(): number {
    return (this.segments[0] as Segment).slot
  }

  /** Index of the segment whose range holds a hash. */
  indexOf(hash: number): number {
    const starts = this.starts
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= hash) low = middle
      else high = middle
    }
    return low
  }

  segmentOf(key: string): Segment {
    return this.segments[this.indexOf(hashString(key))] as Segment
  }
}

/** Of the slots of one block. */
type Block<T> = (T | undefined)[]

const noThings: Block<never> = new Array<never | undefined>(slotsPerBlock).fill(undefined)

/** Something for each slot. Blocks without any share one, so that a database with few keys takes little. */
class BySlot<T> {
  readonly #blocks: Block<T>[] = new Array<Block<T>>(slotCount / slotsPerBlock).fill(noThings)

  /** Undefined behind the last slot, too. */
  at(slot: number): T | undefined {
    return this.#blocks[slot >>> blockBits]?.[slot & blockMask]
  }

  set(slot: number, thing: T | undefined): void {
    const blocks = this.#blocks
    const at = slot >>> blockBits
    if (blocks[at] === noThings) blocks[at] = noThings.slice()
    ;(blocks[at] as Block<T>)[slot & blockMask] = thing
  }

  /** The first slot from `from` on with something, `slotCount` for none. */
  next(from: number): number {
    let at = from & blockMask
    for (let block = from >>> blockBits; block < this.#blocks.length; block++) {
      const things = this.#blocks[block] as Block<T>
      if (things !== noThings) {
        for (; at < slotsPerBlock; at++) {
          if (things[at] !== undefined) return block * slotsPerBlock + at
        }
      }
      at = 0
    }
    return slotCount
  }

  /** In the order of slots. */
  *all(): Iterable<T> {
    for (const block of this.#blocks) {
      if (block === noThings) continue
      for (const thing of block) if (thing !== undefined) yield thing
    }
  }
}

/** One database of one group. */
export class Database {
  /** Where it stands in the keyspace. */
  readonly place: number
  readonly tables = new BySlot<SlotTable>()
  /** The segment of each slot that has one only: most keys are found without a look at the table. */
  readonly onlys = new BySlot<Segment>()
  /** Keys of each block of slots. */
  readonly blocks: number[] = new Array<number>(slotCount / slotsPerBlock).fill(0)
  readonly expiry = new ExpiryHeap()
  /** Hashes with fields that have times; see `field-times`. */
  readonly fieldTimes = new ExpiryHeap()
  keys = 0
  /** Keys with a stamp beside them, and segments that may have some; see `merge/whole-writes`. */
  stampedKeys = 0
  stampedSegments: Segment[] = []
  /** Bytes of its keys, values and times to live by the memory model. */
  bytes = 0

  constructor(place: number) {
    this.place = place
  }

  /** Keys of a slot that came, or went. */
  countKeys(slot: number, change: number): void {
    const block = slot >> blockBits
    this.keys += change
    this.blocks[block] = (this.blocks[block] as number) + change
  }
}

/** A slot gets its first segment. */
export function openSlot(database: Database, segment: Segment): void {
  database.tables.set(segment.slot, new SlotTable(segment))
  database.onlys.set(segment.slot, segment)
  database.bytes += slotBytes
}

/** A slot has no key any more. */
export function closeSlot(database: Database, { slot }: Segment): void {
  database.tables.set(slot, undefined)
  database.onlys.set(slot, undefined)
  database.bytes -= slotBytes
}
