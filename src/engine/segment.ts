// A segment: the keys of one slot and database whose hash lies in a range. It is the unit of growth,
// SCAN position, dirty mark, checkpoint row, pre-image and digest. Its iteration order is replicated
// state. Only the keyspace and the effects may change one.

import { limits } from '../api/limits.js'
import { hashString } from '../base/hash.js'
import type { ExpiryItem } from './expiry.js'
import { KeyTable } from './key-table.js'
import type { Packed, Stored } from './values/packed.js'
import type { Unpacked } from './unpacked.js'
import type { Container } from './values/value.js'

/** How a segment stands to the checkpoints. */
export const states = {
  /** As in the newest checkpoint. */
  clean: 0,
  /** Changed since the last checkpoint began; listed in the ledger. */
  dirty: 1,
  /** To be written by the open checkpoint, unchanged since that began. */
  frozen: 2,
  /** No longer part of the keyspace. */
  dead: 3,
} as const

/** Where a segment stands. */
export interface SegmentPlace {
  readonly db: number
  readonly slot: number
  readonly start: number
}

/**
 * A segment as it was when the open checkpoint began. Lists, not a copy of the map: a copy has to hash
 * every key again and costs ten times as much, on the path of a write.
 */
export interface PreImage extends SegmentPlace {
  readonly keys: readonly string[]
  /** A container stands here itself until it changes; then its copy takes the place (`Hold`). */
  readonly values: Stored[]
  /** Times to live, in any order. */
  readonly items: readonly ExpiryItem[]
  /** No more copies are needed. */
  isWritten: boolean
}

export class Segment extends KeyTable {
  db: number
  readonly slot: number
  /** Least hash of its range; the range ends where the next segment starts. */
  start: number
  /** Times to live, made on first use. */
  expires: Map<string, ExpiryItem> | null = null
  /** Bytes of its keys and values by the memory model, without times to live. */
  bytes = 0
  state: number = states.clean
  readonly #unpacked: Unpacked | null

  constructor(
    place: SegmentPlace,
    unpacked: Unpacked | null = null,
    entries: Iterable<readonly [string, Stored]> = [],
  ) {
    super()
    this.#unpacked = unpacked
    this.db = place.db
    this.slot = place.slot
    this.start = place.start
    for (const [key, value] of entries) this.set(key, value)
  }

  protected override open(key: string, packed: Packed): Container {
    return (this.#unpacked as Unpacked).open(this, key, packed)
  }

  protected override touched(key: string, value: Container): Container {
    this.#unpacked?.enter(key, value)
    return value
  }

  /** Both ends of the object: the table's part of it and its own. */
  override touch(): number {
    return super.touch() ^ this.state
  }

  /** Its keys and values. */
  get map(): KeyTable {
    return this
  }
}

const hashEnd = 0x100000000

/**
 * Where to cut a range of hashes [start, end) with entries of these hashes, or -1 where they cannot be
 * parted. The middle of the range where that is fair, else the median hash: unlike a directory of hash
 * prefixes this never makes an empty part, and crafted keys cannot make it deep.
 */
export function hashCut(hashes: Uint32Array, start: number, end: number = hashEnd): number {
  const size = hashes.length
  const middle = start + Math.floor((end - start) / 2)
  let below = 0
  for (let i = 0; i < size; i++) if ((hashes[i] as number) < middle) below++
  if (below * 4 >= size && (size - below) * 4 >= size) return middle
  const sorted = hashes.slice().sort((a, b) => a - b)
  const least = sorted[0] as number
  for (let i = size >> 1; i < size; i++) {
    if ((sorted[i] as number) > least) return sorted[i] as number
  }
  return -1
}

/** Hashes of a segment's keys in their order: a split needs each twice. */
export function hashesOf(segment: Segment): Uint32Array {
  const hashes = new Uint32Array(segment.map.size)
  let at = 0
  for (const key of segment.map.keys()) hashes[at++] = hashString(key)
  return hashes
}

/**
 * Keys of one hash cannot be parted. So that a flood of them does not cost a look at all of them with
 * each insertion, a segment above the bound is looked at only when its size passes a power of two:
 * still a pure function of content.
 */
export function needsSplit(segment: Segment): boolean {
  const size = segment.map.size
  if (size <= limits.segmentEntriesMax) return size > 1 && segment.bytes > limits.segmentBytesMax
  const before = size - 1
  return (before & (before - 1)) === 0
}

/** Whether two neighbours are small enough together to become one. */
export function canMerge(a: Segment, b: Segment): boolean {
  return (
    a.map.size + b.map.size <= limits.segmentEntriesMax / 2 &&
    a.bytes + b.bytes <= limits.segmentBytesMax / 2
  )
}
