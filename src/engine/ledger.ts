// What changed since the last checkpoint began: dirty segments, row places that were given up, cleared
// databases. Keyspace and effects tell it of every change before they make it; the checkpoint takes its
// content. It keeps the pre-image of a segment that an open checkpoint still has to write.

import { partPlace, rowPlace } from './rows.js'
import { type PreImage, type Segment, states } from './segment.js'
import { Packed } from './values/packed.js'
import type { Body, Part } from './values/part.js'

/** What has a row of its own. */
export type Unit = Segment | Part

/** A part as it was, for the place that it had. */
export interface PartImage {
  readonly place: string
  readonly part: Part
}

/** A body that is gone, and where its parts were. */
export interface Dropped {
  readonly body: Body
  readonly db: number
  readonly slot: number
  readonly id: number
  readonly starts: readonly number[]
}

/** What a checkpoint takes over when it begins. */
export interface Frozen {
  readonly units: readonly Unit[]
  readonly dropped: readonly Dropped[]
  /** Places (see `rowPlace`) where a segment was at some time and may not be now. */
  readonly vacated: ReadonlySet<string>
  readonly cleared: ReadonlySet<number>
}

/** Dead segments that the dirty list may hold before it is swept. */
const deadMax = 1024

export class Ledger {
  /** Pre-images that wait to be written, oldest first. The checkpoint drains it. */
  readonly preImages: (PreImage | PartImage | Segment)[] = []
  /** Whether a checkpoint has a row at a place, or may still write one; set by the checkpoints. */
  mayHaveRow: (place: string) => boolean = () => true
  #dirty: Unit[] = []
  #dead = 0
  #dirtyKeys: number[]
  #vacated = new Set<string>()
  #cleared = new Set<number>()
  #dropped: Dropped[] = []
  #frozen: readonly Unit[] = []
  /** A unit may stand twice in the dirty list. */
  #isDoubled = false

  constructor(databases: number) {
    this.#dirtyKeys = new Array<number>(databases).fill(0)
  }

  /** Keys of dirty segments and entries of dirty parts. */
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

  /** A segment that was killed stands in the keyspace again, as it was then. */
  revive(segment: Segment): void {
    this.#isDoubled = true
    this.#add(segment)
  }

  /** The same for a part. */
  revivePart(part: Part): void {
    this.#isDoubled = true
    this.#addPart(part)
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

  /** As `counted`, for many. */
  countedKeys(segment: Segment, change: number): void {
    this.#subtract(segment.db, -change)
  }

  /** The part is about to change. */
  touchPart(part: Part): void {
    if (part.state === states.dirty) return
    if (part.state === states.frozen) {
      this.preImages.push(imageOfPart(part))
    }
    this.#addPart(part)
  }

  /** A part that is new in its place, with entries of others. */
  bornPart(part: Part): void {
    this.#addPart(part)
  }

  /** The part is about to leave its body; it is not changed any more. */
  killPart(part: Part): void {
    const place = placeOf(part)
    if (part.state === states.frozen) this.preImages.push({ place, part })
    if (part.state === states.dirty) {
      this.#subtract(bodyOf(part).db, part.size)
      this.#dead++
    }
    part.state = states.dead
    if (this.mayHaveRow(place)) this.#vacated.add(place)
    if (this.#dead > deadMax && this.#dead * 2 > this.#dirty.length) this.#sweep()
  }

  /** The part is about to change its start. */
  movePart(part: Part): void {
    this.touchPart(part)
    const place = placeOf(part)
    if (this.mayHaveRow(place)) this.#vacated.add(place)
  }

  /** Entries of a dirty part were added or, below zero, removed. */
  countedEntries(db: number, change: number): void {
    this.#subtract(db, -change)
  }

  /**
   * A body with rows of its own is about to leave its key. Parts that an open checkpoint has to write
   * stay as they are: nothing changes them any more, or `adopt` was told before.
   */
  dropBody(body: Body): void {
    for (const part of body.parts) {
      if (part.state === states.frozen) continue
      if (part.state === states.dirty) {
        this.#subtract(body.db, part.size)
        this.#dead++
      }
      part.state = states.dead
    }
    if (!body.hasRows) return
    const { db, slot, id } = body
    this.#dropped.push({ body, db, slot, id, starts: body.parts.map((part) => part.start) })
  }

  /** A body that was dropped is about to get a new id: what it owes its old rows is copied. */
  adopt(body: Body): void {
    for (const part of body.parts) {
      if (part.state !== states.frozen) continue
      this.preImages.push(imageOfPart(part))
      part.state = states.dead
    }
  }

  /** All segments of a database left the keyspace. */
  cleared(db: number): void {
    for (const unit of this.#frozen) {
      if (isPart(unit) || unit.db !== db || unit.state !== states.frozen) continue
      this.#keep(unit, false)
      unit.state = states.dead
    }
    for (const unit of this.#dirty) {
      if ((isPart(unit) ? bodyOf(unit).db : unit.db) === db) unit.state = states.dead
    }
    this.#sweep()
    this.#dirtyKeys[db] = 0
    this.#cleared.add(db)
  }

  /** Hands everything to a checkpoint that begins. */
  freeze(): Frozen {
    this.#sweep()
    for (const unit of this.#dirty) {
      unit.state = states.frozen
      if (isPart(unit)) bodyOf(unit).hasRows = true
    }
    const frozen = {
      units: this.#dirty,
      dropped: this.#dropped,
      vacated: this.#vacated,
      cleared: this.#cleared,
    }
    this.#frozen = this.#dirty
    this.#dropped = []
    this.#dirty = []
    this.#dirtyKeys = this.#dirtyKeys.map(() => 0)
    this.#vacated = new Set()
    this.#cleared = new Set()
    return frozen
  }

  /** The checkpoint is over; one that was given up returns what it had taken. */
  thaw(returned: Frozen | null): void {
    this.#frozen = []
    for (const image of this.preImages) if ('isWritten' in image) image.isWritten = true
    this.preImages.length = 0
    if (returned === null) return
    for (const unit of returned.units) {
      if (unit.state !== states.frozen) continue
      if (!isPart(unit)) this.#add(unit)
      else if (bodyOf(unit).isHomed) this.#addPart(unit)
      else unit.state = states.dead
    }
    for (const dropped of returned.dropped) this.#dropped.push(dropped)
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

  #addPart(part: Part): void {
    part.state = states.dirty
    this.#dirty.push(part)
    this.#subtract(bodyOf(part).db, -part.size)
  }

  /** `goesOn`: the segment will change; one that does not is kept as it is, unless its values may. */
  #keep(segment: Segment, goesOn: boolean): void {
    const { db, slot, start, map, expires } = segment
    const values = [...map.values()]
    const image: PreImage = {
      db,
      slot,
      start,
      keys: [...map.keys()],
      values,
      items: expires === null ? [] : [...expires.values()],
      isWritten: false,
    }
    let holds = false
    for (let index = 0; index < values.length; index++) {
      const value = values[index]
      // What is packed does not change: another object takes its place.
      if (typeof value === 'string' || value === undefined || value instanceof Packed) continue
      value.body.hold = { image, index }
      holds = true
    }
    this.preImages.push(goesOn || holds ? image : segment)
  }

  #subtract(db: number, keys: number): void {
    this.#dirtyKeys[db] = (this.#dirtyKeys[db] as number) - keys
  }

  #sweep(): void {
    this.#dirty = this.#dirty.filter((unit) => unit.state !== states.dead)
    if (this.#isDoubled) this.#dirty = [...new Set(this.#dirty)]
    this.#isDoubled = false
    this.#dead = 0
  }
}

export function isPart(unit: Unit): unit is Part {
  return 'body' in unit
}

function bodyOf(part: Part): Body {
  return part.body as Body
}

function imageOfPart(part: Part): PartImage {
  const body = bodyOf(part)
  const copy = body.kind.copy(part)
  copy.body = body
  return { place: placeOf(part), part: copy }
}

/** Where the row of a part stands. */
export function placeOf(part: Part): string {
  const { db, slot, id } = bodyOf(part)
  return partPlace({ db, slot, id, start: part.start })
}
