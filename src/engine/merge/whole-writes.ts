// Stamps of keys that were written whole, once, while they are not stable: in generations that are dropped
// whole. Hardly anybody asks for one, so that writes are only noted, in their order; who asks has them looked
// up in maps from then on.

/** A stamp, shared by all keys that an entry wrote: a number in a map would take room for each. */
interface Write {
  readonly stamp: number
}

/** From which of the noted keys on they are of this database and stamp; stamp 0 for keys of which nothing is known any more. */
interface Run {
  readonly from: number
  readonly db: number
  readonly stamp: number
}

/** Writes by key, by database, and behind those what was only noted. */
interface Generation {
  /** The first stamp that came, and the greatest. */
  first: number
  last: number
  size: number
  readonly maps: (Map<string, Write> | undefined)[]
  keys: string[]
  runs: Run[]
}

const generationsMax = 6
/** Stamps from which on another generation is begun. */
const generationSize = 65_536
/** Notes of all generations from which on they are looked up: what that takes at once is bounded. */
const notesMax = 65_536
/** Seats of a stamp: its last six bits. */
const seats = 64

function emptyGeneration(): Generation {
  return { first: 0, last: 0, size: 0, maps: [], keys: [], runs: [] }
}

export class WholeWrites {
  /** Youngest last. */
  readonly #generations: Generation[] = [emptyGeneration()]
  /** Greatest stamp of each seat that was set. */
  readonly #lastOf: number[] = []
  #lastSet = 0
  /** Keys that were noted and not looked up. */
  #notes = 0

  /** Keys with a stamp, at most. */
  get size(): number {
    this.#lookUp()
    let size = 0
    for (const { maps } of this.#generations) {
      for (const map of maps) size += map === undefined ? 0 : map.size
    }
    return size
  }

  /** The greatest stamps that were set, by seat. */
  get lastOf(): readonly number[] {
    return this.#lastOf
  }

  stampOf(db: number, key: string): number | undefined {
    this.#lookUp()
    for (let i = this.#generations.length - 1; i >= 0; i--) {
      const write = this.#generations[i]?.maps[db]?.get(key)
      if (write !== undefined) return write.stamp
    }
    return undefined
  }

  set(db: number, key: string, stamp: number): void {
    const young = this.#young
    if (stamp !== this.#lastSet) this.#see(stamp)
    if (young.size === 0) young.first = stamp
    if (stamp > young.last) young.last = stamp
    young.size++
    this.#note(db, key, stamp)
    if (young.size >= generationSize) this.#begin()
  }

  #see(stamp: number): void {
    const last = this.#lastOf
    const seat = stamp % seats
    while (last.length <= seat) last.push(0)
    if (stamp > (last[seat] as number)) last[seat] = stamp
    this.#lastSet = stamp
  }

  #note(db: number, key: string, stamp: number): void {
    const { keys, runs } = this.#young
    const run = runs[runs.length - 1]
    if (run === undefined || run.stamp !== stamp || run.db !== db) {
      runs.push({ from: keys.length, db, stamp })
    }
    keys.push(key)
    if (++this.#notes >= notesMax) this.#lookUp()
  }

  /** Nothing is known of a key any more. */
  drop(db: number, key: string): void {
    if (this.#notes > 0) this.#note(db, key, 0)
    else for (const { maps } of this.#generations) maps[db]?.delete(key)
  }

  dropAll(db: number): void {
    this.#lookUp()
    for (const generation of this.#generations) generation.maps[db] = undefined
  }

  /** Each key once, with the youngest stamp. */
  *all(): Iterable<readonly [number, string, number]> {
    this.#lookUp()
    const generations = this.#generations
    for (let i = generations.length - 1; i >= 0; i--) {
      const { maps } = generations[i] as Generation
      for (let db = 0; db < maps.length; db++) {
        for (const [key, { stamp }] of maps[db] ?? []) {
          const isOld = generations.some((each, at) => at > i && each.maps[db]?.has(key) === true)
          if (!isOld) yield [db, key, stamp]
        }
      }
    }
  }

  /** Forgets generations that are stable: the rest of what is stable stays until all of its generation is. */
  settle(upTo: number): void {
    const generations = this.#generations
    while (generations.length > 0 && (generations[0] as Generation).last <= upTo) {
      this.#notes -= generations.shift()?.keys.length ?? 0
    }
    const young = generations[generations.length - 1]
    if (young === undefined) generations.push(emptyGeneration())
    // What is stable in part is complete now: it can be dropped once all of it is.
    else if (young.size > 0 && young.first <= upTo) this.#begin(upTo)
  }

  get #young(): Generation {
    return this.#generations[this.#generations.length - 1] as Generation
  }

  #begin(stable = 0): void {
    this.#generations.push(emptyGeneration())
    if (this.#generations.length > generationsMax) this.#join(stable)
  }

  /**
   * Joins the two neighbours that span the least time, not with the youngest: so that the oldest one is stable
   * some time after its writes are, however far behind that is.
   */
  #join(stable: number): void {
    const generations = this.#generations
    const spanOf = (index: number): number =>
      (generations[index + 1] as Generation).last - (generations[index - 1]?.last ?? stable)
    let best = 0
    for (let i = 1; i < generations.length - 2; i++) if (spanOf(i) < spanOf(best)) best = i
    const older = generations[best] as Generation
    const younger = generations[best + 1] as Generation
    const isNoted = older.maps.length === 0 && younger.maps.length === 0
    if (isNoted) joinNotes(older, younger)
    else {
      this.#lookUp()
      older.maps.forEach((map, db) => {
        if (map === undefined) return
        const into = younger.maps[db]
        younger.maps[db] = into === undefined ? map : joinMaps(map, into)
      })
      younger.size = 0
      for (const map of younger.maps) younger.size += map?.size ?? 0
    }
    younger.first = Math.min(older.first, younger.first)
    younger.last = Math.max(older.last, younger.last)
    generations.splice(best, 1)
  }

  /** Puts what was noted into the maps, oldest first. */
  #lookUp(): void {
    if (this.#notes === 0) return
    this.#notes = 0
    for (let i = 0; i < this.#generations.length; i++) {
      const generation = this.#generations[i] as Generation
      if (generation.keys.length > 0) this.#lookUpNotes(generation, i)
    }
  }

  #lookUpNotes(generation: Generation, index: number): void {
    const { keys, runs, maps } = generation
    for (let i = 0; i < runs.length; i++) {
      const { from, db, stamp } = runs[i] as Run
      const end = runs[i + 1]?.from ?? keys.length
      if (stamp === 0) {
        for (let at = from; at < end; at++) {
          for (let g = 0; g <= index; g++)
            this.#generations[g]?.maps[db]?.delete(keys[at] as string)
        }
        continue
      }
      const map = maps[db] ?? new Map<string, Write>()
      maps[db] = map
      const write = { stamp }
      for (let at = from; at < end; at++) map.set(keys[at] as string, write)
    }
    generation.keys = []
    generation.runs = []
  }
}

function joinNotes(older: Generation, younger: Generation): void {
  const shift = older.keys.length
  for (const { from, db, stamp } of younger.runs) older.runs.push({ from: from + shift, db, stamp })
  for (const key of younger.keys) older.keys.push(key)
  younger.keys = older.keys
  younger.runs = older.runs
  younger.size += older.size
}

/** Both, where the younger one counts; the smaller one goes into the other. */
function joinMaps(older: Map<string, Write>, younger: Map<string, Write>): Map<string, Write> {
  if (older.size > younger.size) {
    for (const [key, write] of younger) older.set(key, write)
    return older
  }
  for (const [key, write] of older) if (!younger.has(key)) younger.set(key, write)
  return younger
}
