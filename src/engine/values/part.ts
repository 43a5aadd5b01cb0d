// What containers are made of: parts of at most 512 entries. A part is to a container what a segment is
// to a slot: the unit of growth, dirty mark, checkpoint row, pre-image and digest. A container of one
// part stands in the row of its key; one of more has a row per part. Only `changes` may change a part.

import type { ByteReader, ByteWriter } from '../../base/bytes.js'
import { limits } from '../../api/limits.js'
import { Counts } from './counts.js'

/** A run of entries. Its class holds them; everything else is the same for all types. */
export interface Part {
  /**
   * Place among the parts of its body, ascending. Hashed parts: the least hash of a range that ends
   * where the next part starts. Sequences: any number that grows, in [0, 2^48).
   */
  start: number
  /** Entries. */
  readonly size: number
  /** Of the entries, by the memory model. */
  bytes: number
  /** See `states` in `segment`. */
  state: number
  /** The body that it is part of; set by the body. */
  body: Body | null
}

/** What is done to a part without knowing what is in it. None of these changes the part given. */
export interface PartKind<P extends Part = Part> {
  /** Where parts begin means something: only empty ones are merged. */
  readonly isFixed?: true
  /** An empty one. */
  make(start: number): P
  /** A part of its own with the same entries in the same order. */
  copy(part: P): P
  /** Two parts that hold its entries, the first one at its start; null where they cannot be parted. `end`: start of the next part. */
  split(part: P, end: number): readonly [P, P] | null
  /** One part with the entries of two neighbours, at the start of the first. */
  merge(left: P, right: P): P
  encode(writer: ByteWriter, part: P): void
  /** Null where the bytes are malformed. */
  decode(reader: ByteReader, start: number): P | null
}

/** Behind the last place of a part. */
export const hashedEnd = 0x100000000
export const sequenceEnd = 0x1000000000000
/** How far a new last or first part of a sequence goes from its neighbour. */
export const sequenceStride = 0x1000000

/** Where the only part of a body begins, by the end of the last one: rows do not say it. */
export function onlyStart(end: number): number {
  return end === hashedEnd ? 0 : sequenceEnd / 2
}

/** A pre-image that holds the container as it was: the copy is made when the container changes. */
export interface Hold {
  /** Null once the copy is of no use. */
  readonly image: { readonly values: unknown[]; isWritten: boolean }
  readonly index: number
}

/** The entries of one container. */
export class Body<P extends Part = Part> {
  readonly kind: PartKind<P>
  /** Behind the last possible start. */
  readonly end: number
  /** By `start`, never empty. */
  parts: P[]
  /** 0 while its only part stands in the row of its key; else names its rows, unique in its engine. */
  id = 0
  /** Where its key is. */
  db = 0
  slot = 0
  /** A key of the keyspace holds it. Until then changes of it concern nobody. */
  isHomed = false
  /** A checkpoint has written, or is writing, rows of it. */
  hasRows = false
  /** Entries, and their bytes by the memory model, of all parts. */
  size = 0
  bytes = 0
  hold: Hold | null = null
  /** How it stands to the ring of those that were asked for lately; see `unpacked`. */
  heat = 0
  /** Where in that ring. */
  seat = 0
  #counts: Counts | null = null

  constructor(kind: PartKind<P>, end: number, parts: readonly P[] = []) {
    this.kind = kind
    this.end = end
    this.parts = parts.length > 0 ? [...parts] : [kind.make(onlyStart(end))]
    for (const part of this.parts) {
      part.body = this
      this.size += part.size
      this.bytes += part.bytes
    }
  }

  /** Index of the part whose range holds `place`. */
  indexOf(place: number): number {
    const parts = this.parts
    let low = 0
    let high = parts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((parts[middle] as P).start <= place) low = middle
      else high = middle
    }
    return low
  }

  /** Index of the part that holds the entry at `position`, which is below `size`. */
  partAt(position: number): number {
    return this.parts.length === 1 ? 0 : this.#index().find(position)
  }

  /** Entries before the part at `index`. */
  before(index: number): number {
    return index === 0 ? 0 : this.#index().before(index)
  }

  /** Entries were added to (or, below zero, removed from) the part at `index`. */
  counted(index: number, entries: number): void {
    this.size += entries
    if (entries !== 0) this.#counts?.add(index, entries)
  }

  /** Puts `made` in the place of `count` parts from `index` on. */
  splice(index: number, count: number, made: readonly P[]): void {
    for (const part of made) part.body = this
    this.parts.splice(index, count, ...made)
    if (this.parts.length === 1) (this.parts[0] as P).start = onlyStart(this.end)
    this.#counts = null
  }

  /** A part that a checkpoint had; they come in order. */
  restore(part: P): void {
    part.body = this
    this.parts.push(part)
    this.size += part.size
    this.bytes += part.bytes
    this.#counts = null
  }

  /** A body of its own, with copies of the parts. */
  copy(): Body<P> {
    return new Body(
      this.kind,
      this.end,
      this.parts.map((part) => this.kind.copy(part)),
    )
  }

  /** As its key's row has it: of a body with rows of its own, where they are. */
  image(): Body<P> {
    if (this.id === 0) return this.copy()
    const made = new Body(this.kind, this.end)
    made.parts = this.parts.slice()
    made.id = this.id
    return made
  }

  #index(): Counts {
    this.#counts ??= new Counts(this.parts)
    return this.#counts
  }
}

/**
 * As for segments: entries that cannot be parted (one hash) must not cost a look at all of them with
 * each insertion, so a part above the bound is looked at when its size passes a power of two.
 */
export function needsSplit(part: Part): boolean {
  const size = part.size
  if (size <= limits.segmentEntriesMax) return size > 1 && part.bytes > limits.segmentBytesMax
  const before = size - 1
  return (before & (before - 1)) === 0
}

/** Whether two neighbours are small enough together to become one. */
export function canMerge(a: Part, b: Part): boolean {
  if (a.size === 0 || b.size === 0) return true
  if (a.body?.kind.isFixed === true) return false
  return (
    a.size + b.size <= limits.segmentEntriesMax / 2 &&
    a.bytes + b.bytes <= limits.segmentBytesMax / 2
  )
}

/** Start for the second half of a sequence's part, before `end`. Not above `start` where there is no room. */
export function startBetween(start: number, end: number): number {
  return Math.min(start + sequenceStride, start + Math.floor((end - start) / 2))
}
