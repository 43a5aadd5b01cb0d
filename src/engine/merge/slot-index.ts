// Objects by slot, for whom asks slot by slot: made when somebody asks, kept as objects come and go while it is
// asked for, forgotten once nobody did for a while.

import { keySlot, slotCount } from '../../base/keyslot.js'

/** Times that something became stable, after which it is forgotten unless it was asked for. */
const idleMax = 64

type Entry = readonly [db: number, key: string]
const none: readonly never[] = []

export class SlotIndex {
  readonly #all: () => Iterable<readonly [number, string, unknown]>
  /** Keys by database, by slot; null while nobody asks. */
  #slots: Map<number, Map<number, Set<string>>> | null = null
  #counts = new Uint32Array(0)
  #idle = 0

  /** `all` walks database and key of each object. */
  constructor(all: () => Iterable<readonly [number, string, unknown]>) {
    this.#all = all
  }

  /** Database and key of those of a slot. */
  in(slot: number): readonly Entry[] {
    const databases = this.#made().get(slot)
    if (databases === undefined) return none
    const found: Entry[] = []
    for (const [db, keys] of databases) for (const key of keys) found.push([db, key])
    return found
  }

  has(slot: number): boolean {
    this.#made()
    return (this.#counts[slot] as number) > 0
  }

  /** The first slot from `from` to before `to` with an object, `to` for none. */
  next(from: number, to: number = slotCount): number {
    this.#made()
    let slot = from
    while (slot < to && this.#counts[slot] === 0) slot++
    return slot
  }

  add(db: number, key: string): void {
    if (this.#slots !== null) this.#add(this.#slots, db, key)
  }

  drop(db: number, key: string): void {
    if (this.#slots === null) return
    const slot = keySlot(key)
    const databases = this.#slots.get(slot)
    const keys = databases?.get(db)
    if (keys?.delete(key) !== true) return
    this.#counts[slot] = (this.#counts[slot] as number) - 1
    if (keys.size === 0) databases?.delete(db)
    if (databases?.size === 0) this.#slots.delete(slot)
  }

  forget(): void {
    this.#slots = null
    this.#counts = new Uint32Array(0)
  }

  /** Something became stable. */
  settled(): void {
    if (this.#slots !== null && ++this.#idle > idleMax) this.forget()
  }

  #made(): ReadonlyMap<number, ReadonlyMap<number, ReadonlySet<string>>> {
    this.#idle = 0
    if (this.#slots !== null) return this.#slots
    const made = new Map<number, Map<number, Set<string>>>()
    this.#counts = new Uint32Array(slotCount)
    for (const [db, key] of this.#all()) this.#add(made, db, key)
    this.#slots = made
    return made
  }

  #add(slots: Map<number, Map<number, Set<string>>>, db: number, key: string): void {
    const slot = keySlot(key)
    let databases = slots.get(slot)
    if (databases === undefined) {
      databases = new Map()
      slots.set(slot, databases)
    }
    const keys = databases.get(db)
    if (keys === undefined) databases.set(db, new Set([key]))
    else if (keys.has(key)) return
    else keys.add(key)
    this.#counts[slot] = (this.#counts[slot] as number) + 1
  }
}
