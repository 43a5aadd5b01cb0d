// The containers that were asked for lately: those alone stand unpacked at their keys, beside such as may not be
// packed. Who came waits among a few for being asked for again, who was among more: most that are made are not, and
// are packed before the collector takes them for old. Only between commands: whoever holds a container while a command
// goes on may change it. Nobody else is told: what stands packed and what does not is no state.

import { hasBug } from '../base/seeded-bug.js'
import type { Segment } from './segment.js'
import type { Packed } from './values/packed.js'
import { mayPack, pack, unpack } from './values/packing.js'
import type { Container } from './values/value.js'

/** Containers that stand unpacked between commands because they were asked for again, at most. */
export const unpackedMax = 4096
/** And because they came. */
const freshMax = 256
/** What one command pays at most where the one before it asked for many. */
const settledMax = 500

/** How a container stands here, in `Body.heat`. */
const heats = { out: 0, in: 1, again: 2 } as const

export class Unpacked {
  /** A command goes on, or a journal is open. */
  isBusy: () => boolean = () => false
  readonly #find: (db: number, key: string) => Segment | undefined
  #max = unpackedMax
  #freshMax = freshMax
  readonly #fresh = new Ring()
  readonly #warm = new Ring()

  constructor(find: (db: number, key: string) => Segment | undefined) {
    this.#find = find
  }

  /** `Infinity`: nothing is ever packed. */
  set max(max: number) {
    this.#max = max
    this.#freshMax = max === Number.POSITIVE_INFINITY ? max : Math.min(max, freshMax)
  }

  get isOver(): boolean {
    return this.#fresh.size > this.#freshMax
  }

  /** A packed container of a segment's key was asked for. */
  open(segment: Segment, key: string, packed: Packed): Container {
    const value = unpack(packed)
    const { body } = value
    body.db = segment.db
    body.slot = segment.slot
    body.isHomed = true
    segment.replace(key, value)
    this.enter(key, value)
    return value
  }

  /** A container stands at a key, and was asked for. */
  enter(key: string, value: Container): void {
    const { body } = value
    if (body.heat !== heats.out) {
      body.heat = heats.again
      return
    }
    if (body.id !== 0 || value.type === 'stream' || this.#max === Number.POSITIVE_INFINITY) return
    body.heat = heats.in
    body.seat = this.#fresh.push(key, value)
  }

  /** A container is no longer at its key: nothing here keeps it from the collector. */
  leave(value: Container): void {
    const { body } = value
    if (body.heat === heats.out) return
    body.heat = heats.out
    this.#fresh.forget(body.seat, value)
    this.#warm.forget(body.seat, value)
  }

  /** The keys of a database are gone. */
  cleared(db: number): void {
    for (const ring of [this.#fresh, this.#warm]) {
      for (const value of ring.all()) if (value?.body.db === db) this.leave(value)
    }
  }

  /** Packs those that nobody asked for since they came. */
  trim(max = settledMax): void {
    if (this.isBusy() && !hasBug('core-packs-what-is-held')) return
    const fresh = this.#fresh
    const warm = this.#warm
    for (let left = max; left > 0 && fresh.size > this.#freshMax; left--) this.#settle(fresh)
    for (let left = max; left > 0 && warm.size > this.#max; left--) this.#settle(warm)
  }

  /** Before a batch of scripts, which packs nothing: a part of what is too much, so that it does not pile up. */
  trimBatch(): void {
    if (this.isOver) this.trim(Math.max(settledMax, this.#fresh.size >> 3))
  }

  #settle(ring: Ring): void {
    const { key, value } = ring
    ring.drop()
    if (value === null) return
    const { body } = value
    const segment = this.#find(body.db, key)
    // It may have gone to another key, or have been forgotten with its database.
    if (segment === undefined || segment.raw(key) !== value) return
    if (body.heat === heats.again) {
      body.heat = heats.in
      body.seat = this.#warm.push(key, value)
      return
    }
    body.heat = heats.out
    if (!mayPack(value)) return
    const packed = pack(value)
    const { hold } = body
    if (hold !== null && !hold.image.isWritten) hold.image.values[hold.index] = packed
    segment.replace(key, packed)
  }
}

/** Seats are numbered on and on, and come to 0 again behind this one. */
const seatMask = (1 << 30) - 1

/** Containers with their keys, first in first out. */
class Ring {
  /** Seats in use, those of the forgotten included. */
  size = 0
  #keys: string[] = new Array<string>(16)
  #values: (Container | null)[] = new Array<Container | null>(16).fill(null)
  /** The first seat in use. */
  #head = 0

  /** Of the first. */
  get key(): string {
    return this.#keys[this.#head & (this.#keys.length - 1)] as string
  }

  get value(): Container | null {
    return this.#values[this.#head & (this.#keys.length - 1)] as Container | null
  }

  drop(): void {
    this.#empty(this.#head & (this.#keys.length - 1))
    this.#head = (this.#head + 1) & seatMask
    this.size--
  }

  /** Where it sits. */
  push(key: string, value: Container): number {
    if (this.size === this.#keys.length) this.#grow()
    const seat = (this.#head + this.size) & seatMask
    const at = seat & (this.#keys.length - 1)
    this.#keys[at] = key
    this.#values[at] = value
    this.size++
    return seat
  }

  /** Whose seat it is leaves it empty. */
  forget(seat: number, value: Container): void {
    const at = seat & (this.#keys.length - 1)
    if (this.#values[at] === value) this.#empty(at)
  }

  all(): readonly (Container | null)[] {
    return this.#values
  }

  #empty(at: number): void {
    this.#keys[at] = ''
    this.#values[at] = null
  }

  #grow(): void {
    const { length } = this.#keys
    const keys = new Array<string>(length * 2).fill('')
    const values = new Array<Container | null>(length * 2).fill(null)
    for (let i = 0; i < this.size; i++) {
      const seat = (this.#head + i) & seatMask
      keys[seat & (length * 2 - 1)] = this.#keys[seat & (length - 1)] as string
      values[seat & (length * 2 - 1)] = this.#values[seat & (length - 1)] as Container | null
    }
    this.#keys = keys
    this.#values = values
  }
}
