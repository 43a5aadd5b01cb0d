// What is kept of a key to merge with while operations on it are not stable: every operation that no later
// one has seen and replaced, by its stamp. Pure operation-based types (Baquero, Almeida, Shoker, 2017): the
// value that clients see is a function of this. What is stable stands in the value alone and has stamp 0.

import type { Fields } from './fold.js'

/** Of values, in the order of their codes in rows. */
export const kinds = { string: 0, hash: 1, list: 2, set: 3, zset: 4, stream: 5 } as const
export type Kind = number

/** A write of the whole key. The one with the greatest stamp counts. */
export interface Base {
  readonly stamp: number
  readonly kind: Kind
  /** Of a string, else empty: the elements of a container are its whole dots. */
  readonly text: string
}

/** An integer, or the text of a floating point number. */
export type Amount = number | bigint | string

export interface Delta {
  readonly stamp: number
  readonly amount: Amount
}

/** A write of a time to live; -1 for none. */
export interface Time {
  readonly stamp: number
  readonly until: number
  /** Not written, only met by a change of the key: counts where no written one is left. */
  readonly isWeak: boolean
}

/** A key that was not there got a value of this kind. */
export interface Made {
  readonly stamp: number
  readonly kind: Kind
}

/** What an element holds: a field's or item's text, a score, a stream's entry or what else it has. */
export type Payload = string | number | readonly string[] | Fields

/** A write of an element. */
export interface Dot {
  readonly stamp: number
  /** Part of the base with this stamp: there only while that one counts. */
  readonly isWhole: boolean
  readonly payload: Payload
}

/** Most lists are empty: those share one. */
const none: never[] = []
export const noElements: (Map<string, Entry> | null)[] = [null, null, null, null, null, null]
Object.freeze(none)
Object.freeze(noElements)

/** All by ascending stamp; changed through `insert` and by taking their place. */
export class ElementCell {
  dots: Dot[] = none
  deltas: Delta[] = none
  /** Of a hash's field. */
  times: Time[] = none
}

/** A number: the stamp of the only write, no part of a base, whose payload the value holds. */
export type Entry = number | ElementCell

export class KeyCell {
  bases: Base[] = none
  /** Of a string. */
  deltas: Delta[] = none
  times: Time[] = none
  made: Made[] = none
  /** By kind, then name. Elements of the value without an entry are part of the base, or stable where that is no container. */
  elements: readonly (Map<string, Entry> | null)[] = noElements
  /** The greatest stamp in it. */
  last = 0
  /**
   * The greatest stamp of what is stable of the value's elements, where nothing says since when the key is of
   * their kind: whoever wrote that was overruled by a removal that had not seen them.
   */
  rest = 0
  /** How many amounts its elements hold that are not folded. */
  amounts = 0
  /** What it was held to take when it was last looked at (see `Cells`), and how many parts it had. */
  bytes = 0
  parts = 0
  /** It may take something else by now. */
  isTouched = false
  /**
   * At least the sum of the sizes of the base and all integer deltas; not a number where others are among them,
   * negative while it is not known.
   */
  span = -1

  entry(kind: Kind, name: string): Entry | undefined {
    return this.elements[kind]?.get(name)
  }

  setEntry(kind: Kind, name: string, entry: Entry): void {
    const entries = this.elements[kind]
    const before = this.amounts === 0 ? undefined : entries?.get(name)
    if (before !== entry) this.amounts += amountsOf(entry) - amountsOf(before)
    if (entries !== null && entries !== undefined) {
      entries.set(name, entry)
      return
    }
    const made = [...this.elements]
    made[kind] = new Map([[name, entry]])
    this.elements = made
  }

  dropEntry(kind: Kind, name: string): void {
    const entries = this.elements[kind]
    if (this.amounts > 0) this.amounts -= amountsOf(entries?.get(name))
    entries?.delete(name)
  }

  /** An amount is added to an element that is part of it, or comes to it so. */
  addAmount(
    at: { readonly kind: Kind; readonly name: string },
    to: ElementCell,
    delta: Delta,
  ): void {
    this.setEntry(at.kind, at.name, to)
    to.deltas = insert(to.deltas, delta)
    this.amounts++
  }

  saw(stamp: number): void {
    if (stamp > this.last) this.last = stamp
  }

  /** The whole write that counts. */
  get base(): Base | undefined {
    return this.bases[this.bases.length - 1]
  }
}

function amountsOf(entry: Entry | undefined): number {
  return entry instanceof ElementCell ? entry.deltas.length : 0
}

/** Puts something among others in the order of stamps, behind those of its own; the list that has it. */
export function insert<T extends { readonly stamp: number }>(into: T[], item: T): T[] {
  if (into.length === 0) return [item]
  let at = into.length
  while (at > 0 && (into[at - 1] as T).stamp > item.stamp) at--
  if (at === into.length) into.push(item)
  else into.splice(at, 0, item)
  return into
}

/** The time that counts: -1 for none. */
export function timeOf(times: readonly Time[]): number {
  let found: Time | undefined
  for (const time of times) {
    if (found === undefined || found.isWeak || !time.isWeak) found = time
  }
  return found === undefined ? -1 : found.until
}
