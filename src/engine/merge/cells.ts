// Where cells are: of a key that was written whole, once, only the stamp is kept, in generations that are
// dropped whole when they are stable; what is more than that is an object.

import { keySlot, slotCount } from '../../base/keyslot.js'
import type { KeyCell } from './cell.js'

/** A stamp, shared by all keys that an entry wrote: a number in a map would take room for each. */
interface Write {
  readonly stamp: number
}

/** Writes by key, by database. */
interface Generation {
  /** The first stamp that came, and the greatest. */
  first: number
  last: number
  size: number
  readonly maps: (Map<string, Write> | undefined)[]
}

const generationsMax = 4
const none: readonly never[] = []

function emptyGeneration(): Generation {
  return { first: 0, last: 0, size: 0, maps: [] }
}

/** Objects that are looked at each time something is stable. */
const sweptLeast = 4096
/** Stamps from which on another generation is begun. */
const generationSize = 65_536

export class Cells {
  readonly #objects: (Map<string, KeyCell> | undefined)[] = []
  /** Youngest last. */
  readonly #generations: Generation[] = [emptyGeneration()]
  /** Everything up to this stamp is stable. */
  stable = 0
  #objectCount = 0
  /** Objects that came since the last sweep, and where that stands. */
  #born = 0
  #swept: Iterator<readonly [number, string, KeyCell]> | null = null
  #write: Write = { stamp: 0 }
  /** Objects by slot, made where it is asked for; null since some came or went. */
  #bySlot: Map<number, (readonly [number, string])[]> | null = null

  /** Keys with a cell, at most. */
  get size(): number {
    let size = this.#objectCount
    for (const generation of this.#generations) {
      for (const map of generation.maps) size += map === undefined ? 0 : map.size
    }
    return size
  }

  object(db: number, key: string): KeyCell | undefined {
    return this.#objectCount === 0 ? undefined : this.#objects[db]?.get(key)
  }

  setObject(db: number, key: string, cell: KeyCell): void {
    let objects = this.#objects[db]
    if (objects === undefined) {
      objects = new Map()
      this.#objects[db] = objects
    }
    const before = objects.size
    objects.set(key, cell)
    if (objects.size === before) return
    this.#objectCount++
    this.#born++
    this.#bySlot = null
    this.#dropStamp(db, key)
  }

  /** Stamp of the one write of a key, undefined where there is none, or an object. */
  stampOf(db: number, key: string): number | undefined {
    for (let i = this.#generations.length - 1; i >= 0; i--) {
      const write = this.#generations[i]?.maps[db]?.get(key)
      if (write !== undefined) return write.stamp
    }
    return undefined
  }

  /** The key was written whole, and nothing else is known of it. */
  setStamp(db: number, key: string, stamp: number): void {
    if (this.#objectCount > 0) this.#dropObject(db, key)
    const young = this.#generations[this.#generations.length - 1] as Generation
    let map = young.maps[db]
    if (map === undefined) {
      map = new Map()
      young.maps[db] = map
    }
    if (this.#write.stamp !== stamp) this.#write = { stamp }
    map.set(key, this.#write)
    young.size++
    if (young.size === 1) young.first = stamp
    if (stamp > young.last) young.last = stamp
    if (young.size >= generationSize) this.#begin()
  }

  /** Nothing is known of a key any more. */
  forget(db: number, key: string): void {
    if (this.#objectCount > 0) this.#dropObject(db, key)
    this.#dropStamp(db, key)
  }

  forgetAll(db: number): void {
    this.#objectCount -= this.#objects[db]?.size ?? 0
    this.#objects[db] = undefined
    this.#bySlot = null
    for (const generation of this.#generations) generation.maps[db] = undefined
  }

  /** All that are objects. */
  *objects(): Iterable<readonly [number, string, KeyCell]> {
    for (let db = 0; db < this.#objects.length; db++) {
      for (const [key, cell] of this.#objects[db] ?? []) yield [db, key, cell]
    }
  }

  /** Database and key of those of a slot. */
  objectsIn(slot: number): readonly (readonly [number, string])[] {
    return this.#objectCount === 0 ? none : (this.#slots().get(slot) ?? none)
  }

  /** The first slot from `from` on with an object, `slotCount` for none. */
  nextObjectSlot(from: number): number {
    let next = slotCount
    if (this.#objectCount === 0) return next
    for (const slot of this.#slots().keys()) if (slot >= from && slot < next) next = slot
    return next
  }

  #slots(): ReadonlyMap<number, (readonly [number, string])[]> {
    if (this.#bySlot !== null) return this.#bySlot
    const made = new Map<number, (readonly [number, string])[]>()
    for (const [db, key] of this.objects()) {
      const slot = keySlot(key)
      const found = made.get(slot)
      if (found === undefined) made.set(slot, [[db, key]])
      else found.push([db, key])
    }
    this.#bySlot = made
    return made
  }

  objectsOf(db: number): Iterable<readonly [string, KeyCell]> {
    return this.#objects[db] ?? []
  }

  /** All that are stamps, each key once, the youngest of each. */
  *stamps(): Iterable<readonly [number, string, number]> {
    for (let i = this.#generations.length - 1; i >= 0; i--) {
      const { maps } = this.#generations[i] as Generation
      for (let db = 0; db < maps.length; db++) {
        for (const [key, { stamp }] of maps[db] ?? []) {
          if (this.object(db, key) !== undefined) continue
          if (this.stampOf(db, key) === stamp) yield [db, key, stamp]
        }
      }
    }
  }

  /** Drops what is stable; `trim` says whether an object is. */
  settle(upTo: number, trim: (db: number, key: string, cell: KeyCell) => boolean): void {
    if (upTo <= this.stable) return
    this.stable = upTo
    const generations = this.#generations
    while (generations.length > 0 && (generations[0] as Generation).last <= upTo) {
      generations.shift()
    }
    const young = generations[generations.length - 1]
    if (young === undefined) generations.push(emptyGeneration())
    // What is stable in part is complete now: it can be dropped once all of it is.
    else if (young.size > 0 && young.first <= upTo) this.#begin()
    this.#sweep(trim)
  }

  /** Looks at some objects, twice as many as came since the last time and then some: in the end at all. */
  #sweep(trim: (db: number, key: string, cell: KeyCell) => boolean): void {
    let left = sweptLeast + 2 * this.#born
    this.#born = 0
    let isAnew = false
    for (; left > 0 && this.#objectCount > 0; left--) {
      this.#swept ??= this.objects()[Symbol.iterator]()
      const { done, value } = this.#swept.next()
      if (done === true) {
        this.#swept = null
        if (isAnew) return
        isAnew = true
        continue
      }
      const [db, key, cell] = value
      // Maps are walked while they change, and may be of the past.
      if (this.#objects[db]?.get(key) === cell && trim(db, key, cell)) this.#dropObject(db, key)
    }
  }

  #begin(): void {
    this.#generations.push(emptyGeneration())
    if (this.#generations.length > generationsMax) this.#merge()
  }

  /**
   * Joins the two neighbours that span the least time, not with the youngest: so that the oldest one is stable
   * some time after its writes are, however far behind that is.
   */
  #merge(): void {
    const generations = this.#generations
    let best = 0
    for (let i = 1; i < generations.length - 2; i++) {
      if (this.#spanOf(i) < this.#spanOf(best)) best = i
    }
    const older = generations[best] as Generation
    const younger = generations[best + 1] as Generation
    older.maps.forEach((map, db) => {
      const into = younger.maps[db]
      younger.maps[db] = into === undefined ? map : joinMaps(map, into)
    })
    younger.size = 0
    for (const map of younger.maps) younger.size += map?.size ?? 0
    generations.splice(best, 1)
  }

  /** Stamps from before a generation to the end of the next one. */
  #spanOf(index: number): number {
    const generations = this.#generations
    const before = generations[index - 1]?.last ?? this.stable
    return (generations[index + 1] as Generation).last - before
  }

  #dropStamp(db: number, key: string): void {
    for (const generation of this.#generations) generation.maps[db]?.delete(key)
  }

  #dropObject(db: number, key: string): void {
    if (this.#objects[db]?.delete(key) !== true) return
    this.#objectCount--
    this.#bySlot = null
  }
}

/** Both, where the younger one counts; the smaller one goes into the other. */
function joinMaps(
  older: Map<string, Write> | undefined,
  younger: Map<string, Write>,
): Map<string, Write> {
  if (older === undefined) return younger
  if (older.size > younger.size) {
    for (const [key, write] of younger) older.set(key, write)
    return older
  }
  for (const [key, write] of older) if (!younger.has(key)) younger.set(key, write)
  return younger
}
