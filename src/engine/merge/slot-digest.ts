// The digest of what clients see of a slot: equal on members that have merged the same entries, in whatever
// order. What differs by that order (encodings, the order within hashes and sets, how often and when a
// stream's consumers were heard of) is left out, and what is past its time is not there.

import type { DigestWork } from '../../api/engine.js'
import type { Hash64 } from '../../base/hash.js'
import type { Keyspace } from '../keyspace.js'
import { Packed, type Stored } from '../values/packed.js'
import type { Container } from '../values/value.js'
import { digestLong, digestStored, isPast, type Walk } from './content-digest.js'
import { Lanes } from './lanes.js'

/** What is kept of a slot: version, clock up to which it counts, and the digest. */
const width = 4
const bits = 7
const mask = (1 << bits) - 1

/** What a key costs beside its texts, in bytes that are looked at in the same time. */
const keyWork = 256

/** A digest that is made a part at a time. */
interface Open {
  readonly slot: number
  readonly version: number
  readonly walk: Walk
  readonly steps: Iterator<undefined, Hash64>
}

/** Digests of slots that did not change are not made anew: members compare them for as long as they are at rest. */
export class SlotDigests {
  readonly #keyspace: Keyspace
  /** By slot: grows with each change of what is in it. */
  readonly #versions: Float64Array
  /** By 128 slots, made on first use. */
  readonly #known: (Float64Array | undefined)[] = []
  /** One at a time. */
  #open: Open | null = null

  constructor(keyspace: Keyspace, versions: Float64Array) {
    this.#keyspace = keyspace
    this.#versions = versions
  }

  of(slot: number, clock: number): Hash64 {
    return this.#find(slot, clock) ?? this.#make(slot, clock)
  }

  /**
   * The same, as far as `work` goes: what is looked at is taken off it. Null where that was not enough, `changed` where
   * the slot did not stay as it was since the last step.
   */
  step(slot: number, clock: number, work: DigestWork): Hash64 | 'changed' | null {
    const known = this.#find(slot, clock)
    if (known !== null) return known
    // What was begun is made first: else two who ask in turn would get neither.
    while (this.#open !== null && this.#open.slot !== slot && work.left > 0) this.#go(clock, work)
    if (work.left <= 0) return null
    if (this.#open === null) this.#open = this.#begin(slot, clock)
    else if (this.#isStale(this.#open, clock)) {
      this.#open = null
      return 'changed'
    }
    return this.#go(clock, work)
  }

  fresh(slot: number, clock: number): Hash64 {
    const { steps } = this.#begin(slot, clock)
    for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
  }

  #find(slot: number, clock: number): Hash64 | null {
    const known = this.#known[slot >>> bits]
    const at = (slot & mask) * width
    if (known === undefined || known[at] !== this.#versions[slot]) return null
    if (clock >= (known[at + 1] as number)) return null
    return { high: known[at + 2] as number, low: known[at + 3] as number }
  }

  #keep({ slot, version, walk }: Open, digest: Hash64): void {
    const block = slot >>> bits
    let known = this.#known[block]
    if (known === undefined) {
      known = new Float64Array((mask + 1) * width).fill(-1)
      this.#known[block] = known
    }
    const at = (slot & mask) * width
    known[at] = version
    known[at + 1] = walk.soonest
    known[at + 2] = digest.high
    known[at + 3] = digest.low
  }

  #make(slot: number, clock: number): Hash64 {
    const open = this.#begin(slot, clock)
    for (;;) {
      const { done, value } = open.steps.next()
      if (done !== true) continue
      this.#keep(open, value)
      return value
    }
  }

  #begin(slot: number, clock: number): Open {
    const walk = { clock, soonest: Infinity, left: Infinity }
    const steps = digestSlot(this.#keyspace, slot, walk)[Symbol.iterator]()
    return { slot, version: this.#versions[slot] as number, walk, steps }
  }

  #isStale({ slot, version, walk }: Open, clock: number): boolean {
    return this.#versions[slot] !== version || clock >= walk.soonest
  }

  /** Goes on with what is open. */
  #go(clock: number, work: DigestWork): Hash64 | null {
    const open = this.#open as Open
    if (this.#isStale(open, clock)) {
      this.#open = null
      return null
    }
    open.walk.left = work.left
    const { done, value } = open.steps.next()
    work.left = open.walk.left
    if (done !== true) return null
    this.#open = null
    this.#keep(open, value)
    return value
  }
}

/** Pauses now and then: whoever goes on sees to it that the slot is as it was. */
function* digestSlot(keyspace: Keyspace, slot: number, walk: Walk): Generator<undefined, Hash64> {
  const sum = new Lanes()
  const lanes = new Lanes()
  const found = [...keyspace.used].map(({ place, tables }) => ({
    db: keyspace.places.nameOf(place),
    segments: tables.at(slot)?.segments ?? [],
  }))
  for (const { db, segments } of found) {
    for (const segment of segments) {
      for (const [key, stored] of segment.map) {
        if (walk.left <= 0) yield
        walk.left -= keyWork + key.length
        const until = segment.expires?.get(key)?.at ?? -1
        if (isPast(until, walk)) continue
        const isWhole = !isLong(stored)
        const content = isWhole ? digestStored(stored, walk) : yield* digestLong(stored, walk)
        if (content === null) continue
        lanes.begin().number(db).text(key).number(until).hash(content)
        sum.add(lanes.end())
      }
    }
  }
  return sum.value
}

function isLong(stored: Stored): stored is Container {
  if (typeof stored === 'string' || stored instanceof Packed) return false
  return stored.body.parts.length > 1
}
