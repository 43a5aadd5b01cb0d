// Whose turn it is: of many groups few have something to do, and a turn costs as much as those. A group takes
// part in a turn where something came for it, its time has come, or it asks for every one; the others
// do not notice it. Keeps no data of the groups.

import type { Now } from '../api/ids.js'

/** What the rota has to know of a group. */
export interface Attendant {
  /** Opens a turn of the group: time passes. */
  begin(now: Now): void
  /** Every turn may bring it something that neither an input nor `wakeAt` tells of. */
  readonly isRestless: boolean
  /** Monotonic milliseconds at which it has something to do. */
  wakeAt(): number
}

/** Milliseconds after which a group has a turn, whatever it said: one turn for all of them. */
const roundMs = 1_000

export class Rota<T extends Attendant> {
  readonly #all: T[] = []
  /** Groups of this turn. */
  readonly #up: number[] = []
  /** Those that have to be in the next turn. */
  #next: number[] = []
  readonly #isUp: boolean[] = []
  readonly #dueAt: number[] = []
  /** Groups that change what others decide, by group. */
  readonly #related: (readonly number[] | undefined)[] = []
  #soonest = 0
  #now: Now = { wall: 0, mono: 0 }
  /** The groups had their part of this turn. */
  #isOver = false

  add(group: T): void {
    this.#all.push(group)
    this.#isUp.push(false)
    this.#dueAt.push(0)
    this.#soonest = 0
  }

  /** Another one takes the place of one. */
  replace(index: number, group: T): void {
    this.#all[index] = group
    this.#dueAt[index] = 0
    this.#soonest = 0
  }

  get all(): readonly T[] {
    return this.#all
  }

  /** From now on these have their turns together. */
  relate(indexes: readonly number[]): void {
    for (const index of indexes) this.#related[index] = indexes
  }

  /** A turn begins. */
  begin(now: Now): void {
    this.#now = now
    this.#isOver = false
    const next = this.#next
    this.#next = []
    for (const index of this.#up) this.#isUp[index] = false
    this.#up.length = 0
    for (const index of next) this.stir(index)
    if (now.mono < this.#soonest) return
    for (let i = 0; i < this.#all.length; i++) {
      if ((this.#dueAt[i] as number) <= now.mono) this.stir(i)
    }
  }

  /** Something comes for a group, or is asked of it; undefined where there is none of that number. */
  stir(index: number): T | undefined {
    const group = this.#all[index]
    if (group === undefined || this.#isUp[index] === true) return group
    this.#isUp[index] = true
    this.#up.push(index)
    if (this.#isOver) this.wake(index)
    group.begin(this.#now)
    return group
  }

  /** It has more to do in the next turn. */
  wake(index: number): void {
    this.#next.push(index)
  }

  /** All groups, each in this turn. */
  stirAll(): readonly T[] {
    for (let i = 0; i < this.#all.length; i++) this.stir(i)
    return this.#all
  }

  /** Those of this turn have their part of it, in the order of their indexes: relatives rely on it. */
  run(each: (group: T) => void): void {
    // Relatives join at the end, and are looked at in turn.
    for (let i = 0; i < this.#up.length; i++) {
      for (const index of this.#related[this.#up[i] as number] ?? []) this.stir(index)
    }
    if (this.#up.length > 1) this.#up.sort(ascending)
    for (let i = 0; i < this.#up.length; i++) each(this.#all[this.#up[i] as number] as T)
    this.#isOver = true
  }

  /** The turn is over, for each of its groups. */
  end(each: (group: T) => void): void {
    const { mono } = this.#now
    const roundAt = (Math.floor(mono / roundMs) + 1) * roundMs
    for (const index of this.#up) {
      const group = this.#all[index] as T
      if (group.isRestless) this.#next.push(index)
      this.#dueAt[index] = Math.min(group.wakeAt(), roundAt)
      each(group)
    }
    let soonest = Number.MAX_SAFE_INTEGER
    for (const at of this.#dueAt) if (at < soonest) soonest = at
    this.#soonest = soonest
  }

  /** Monotonic milliseconds at which the first group has something to do. */
  wakeAt(): number {
    return this.#soonest
  }
}

function ascending(a: number, b: number): number {
  return a - b
}
