// What changed since the last checkpoint began: dirty segments, row places that were given up, cleared
// databases. Keyspace and effects tell it of every change before they make it; the checkpoint takes its
// content. It keeps the pre-image of a segment that an open checkpoint still has to write.

import { rowPlace } from './rows.js'
import { type PreImage, type Segment, states } from './segment.js'

/** What a checkpoint takes over when it begins. */
export interface Frozen {
  readonly segments: readonly Segment[]
  /** Places (see `rowPlace`) where a segment was at some time and may not be now. */
  readonly vacated: ReadonlySet<string>
  readonly cleared: ReadonlySet<number>
}

/** Dead segments that the dirty list may hold before it is swept. */
const deadMax = 1024

export class Ledger {
  /** Pre-images that wait to be written, oldest first. The checkpoint drains it. */
  readonly preImages: (PreImage | Segment)[] = []
  /** Whether a checkpoint has a row at a place, or may still write one; set by the checkpoints. */
  mayHaveRow: (place: string) => boolean = () => true
  #dirty: Segment[] = []
  #dead = 0
  #dirtyKeys: number[]
  #vacated = new Set<string>()
  #cleared = new Set<number>()
  #frozen: readonly Segment[] = []

  constructor(databases: number) {
    this.#dirtyKeys = new Array<number>(databases).fill(0)
  }

  /** Keys of dirty segments. */
  get dirtyKeys(): number {
    let sum = 0
    for (const keys of this.#dirtyKeys) sum += keys
    return sum
  }

  /** The segment is about to change. */
  touch(segment: Segment): void {
    if (segment.state === states.dirty) return
    if (segment.state === states.frozen) this.#keep(segment, true)
    this.#add(segment)
  }

  /** A segment that is new in its place, with keys of others. */
  born(segment: Segment): void {
    this.#add(segment)
  }

  /** The segment is about to leave the keyspace; its maps are not changed any more. */
  kill(segment: Segment): void {
    if (segment.state === states.frozen) this.#keep(segment, false)
    if (segment.state === states.dirty) {
      this.#subtract(segment.db, segment.map.size)
      this.#dead++
    }
    segment.state = states.dead
    this.#vacate(segment)
    if (this.#dead > deadMax && this.#dead * 2 > this.#dirty.length) this.#sweep()
  }

  /** The segment is about to change its start. */
  move(segment: Segment): void {
    this.touch(segment)
    this.#vacate(segment)
  }

  /** A key of a dirty segment was added (1) or removed (-1). */
  counted(segment: Segment, change: 1 | -1): void {
    this.#dirtyKeys[segment.db] = (this.#dirtyKeys[segment.db] as number) + change
  }

  /** All segments of a database left the keyspace. */
  cleared(db: number): void {
    for (const segment of this.#frozen) {
      if (segment.db === db && segment.state === states.frozen) {
        this.#keep(segment, false)
        segment.state = states.dead
      }
    }
    for (const segment of this.#dirty) if (segment.db === db) segment.state = states.dead
    this.#sweep()
    this.#dirtyKeys[db] = 0
    this.#cleared.add(db)
  }

  /** Hands everything to a checkpoint that begins. */
  freeze(): Frozen {
    this.#sweep()
    for (const segment of this.#dirty) segment.state = states.frozen
    const frozen = { segments: this.#dirty, vacated: this.#vacated, cleared: this.#cleared }
    this.#frozen = this.#dirty
    this.#dirty = []
    this.#dirtyKeys = this.#dirtyKeys.map(() => 0)
    this.#vacated = new Set()
    this.#cleared = new Set()
    return frozen
  }

  /** The checkpoint is over; one that was given up returns what it had taken. */
  thaw(returned: Frozen | null): void {
    this.#frozen = []
    this.preImages.length = 0
    if (returned === null) return
    for (const segment of returned.segments) {
      if (segment.state === states.frozen) this.#add(segment)
    }
    for (const place of returned.vacated) this.#vacated.add(place)
    for (const db of returned.cleared) this.#cleared.add(db)
  }

  /** Places without a row need no tombstone, so that churn between checkpoints leaves nothing here. */
  #vacate(segment: Segment): void {
    const place = rowPlace(segment.db, segment.slot, segment.start)
    if (this.mayHaveRow(place)) this.#vacated.add(place)
  }

  #add(segment: Segment): void {
    segment.state = states.dirty
    this.#dirty.push(segment)
    this.#subtract(segment.db, -segment.map.size)
  }

  /** `goesOn`: the segment will change; one that does not is kept as it is. */
  #keep(segment: Segment, goesOn: boolean): void {
    if (!goesOn) {
      this.preImages.push(segment)
      return
    }
    const { db, slot, start, map, expires } = segment
    this.preImages.push({
      db,
      slot,
      start,
      keys: [...map.keys()],
      values: [...map.values()],
      items: expires === null ? [] : [...expires.values()],
    })
  }

  #subtract(db: number, keys: number): void {
    this.#dirtyKeys[db] = (this.#dirtyKeys[db] as number) - keys
  }

  #sweep(): void {
    this.#dirty = this.#dirty.filter((segment) => segment.state !== states.dead)
    this.#dead = 0
  }
}
