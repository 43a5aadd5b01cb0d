// Looks where the keys of the next commands are before the first of them runs. What a key leads to (segment,
// table, entry, value) is rarely in the processor's cache, and a command waits for one after the other;
// looked at for many keys at a time, they come together. Decides nothing and changes nothing.

import type { CommandSpec } from '../api/command.js'
import { isFixed } from '../api/keys.js'
import { hashString } from '../base/hash.js'
import { keySlot } from '../base/keyslot.js'
import { known } from './key-facts.js'
import type { Keyspace } from './keyspace.js'
import { Segment } from './segment.js'

/** Keys that are looked at together: what they bring stays in the nearest cache until it is used. */
export const aheadMax = 32

/** Where the keys of a command stand; `step` 0 for a command whose keys are not looked for. */
export interface KeyPlaces {
  readonly first: number
  readonly last: number
  readonly step: number
}

export function keyPlacesOf({ keys }: CommandSpec): KeyPlaces {
  const [key] = keys
  if (key === undefined || !isFixed(key)) return { first: 0, last: 0, step: 0 }
  return { first: key.first, last: key.last, step: key.step }
}

/** Stands for the segment of a slot without keys, or with several. */
const nowhere = new Segment({ db: 0, slot: 0, start: 0 })

export class Foresight {
  readonly #keyspace: Keyspace
  /** Made anew each time: a young list takes young keys without a note for the collector. */
  #keys: string[] = new Array<string>(aheadMax)
  readonly #places = new Int32Array(aheadMax)
  readonly #slots = new Int32Array(aheadMax)
  readonly #prints = new Int32Array(aheadMax)
  readonly #guesses = new Int32Array(aheadMax)
  #count = 0
  /** Made of what was looked at, so that the looks are not left out. */
  seen = 0

  constructor(keyspace: Keyspace) {
    this.#keyspace = keyspace
  }

  /** A command that comes soon; false where there is no room for more. */
  add(db: number, args: readonly string[], places: KeyPlaces): boolean {
    const { step } = places
    if (step === 0) return true
    const last = places.last >= 0 ? places.last : args.length + places.last
    const place = this.#keyspace.places.of(db)
    for (let at = places.first; at <= last && this.#count < aheadMax; at += step) {
      this.#addKey(place, args[at] as string)
    }
    return this.#count < aheadMax
  }

  /** A key that is asked for soon; false where there is no room for more. */
  addKey(db: number, key: string): boolean {
    this.#addKey(this.#keyspace.places.of(db), key)
    return this.#count < aheadMax
  }

  #addKey(place: number, key: string): void {
    const i = this.#count++
    if (i === 0) known.forget()
    this.#keys[i] = key
    this.#slots[i] = keySlot(key)
    this.#prints[i] = hashString(key) | 0
    this.#places[i] = place
  }

  /** Looks at the keys of all commands that were added. */
  look(): void {
    const count = this.#count
    if (count === 0) return
    const slots = this.#slots
    const prints = this.#prints
    const guesses = this.#guesses
    const keys = this.#keys
    this.#count = 0
    this.#keys = new Array<string>(aheadMax)
    known.foresee(keys, { slots, prints }, count)
    // Two databases' keys together are rare: only those of the first are looked at.
    const place = this.#places[0] as number
    const onlys = this.#keyspace.databases[place]?.onlys
    if (onlys === undefined) return
    // One step in each loop: the shorter it is, the more keys the processor has under way while it waits for memory.
    const segments = new Array<Segment>(aheadMax)
    for (let i = 0; i < count; i++) segments[i] = onlys.at(slots[i] as number) ?? nowhere
    let seen = 0
    for (let i = 0; i < count; i++) seen ^= (segments[i] as Segment).touch()
    for (let i = 0; i < count; i++) seen ^= (segments[i] as Segment).touchList()
    for (let i = 0; i < count; i++) seen ^= (segments[i] as Segment).touchCells(prints[i] as number)
    for (let i = 0; i < count; i++) {
      guesses[i] = (segments[i] as Segment).guess(prints[i] as number)
    }
    for (let i = 0; i < count; i++) {
      seen ^= (segments[i] as Segment).touchEntry(guesses[i] as number)
    }
    this.seen = seen
  }
}
