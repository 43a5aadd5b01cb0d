// The containers that stand unpacked at their keys for now. One that came, or was asked for, stands among a few fresh
// ones; who is asked for again there goes over to the warm ones, of which there are more. Behind them all are packed
// that may be: most that are made are not asked for again, and are packed before the collector takes them for old. Only
// between commands: whoever holds a container while a command goes on may change it. Nobody else is told: what stands
// packed and what does not is no state.

import { hasBug } from '../base/seeded-bug.js'
import type { Journal } from './journal.js'
import type { Segment } from './segment.js'
import type { Packed } from './values/packed.js'
import { mayPack, pack, unpack } from './values/packing.js'
import type { Container } from './values/value.js'

/** Those that were asked for again, and those that came: so many of each stay unpacked at most while all rests. */
const warmMax = 4096
const freshMax = 256
/** Of each so many leave at a time, at most: one command may ask for any number. */
const leavingMax = 500

/** How a container stands here, in `Body.heat`. */
const heats = { out: 0, in: 1, again: 2 } as const

export interface UnpackedInit {
  readonly find: (db: number, key: string) => Segment | undefined
  /** While it is open nothing is packed: it holds containers as they are. */
  readonly journal: Journal
  /** In the place of both bounds above; `Infinity`: nothing is ever packed. */
  readonly unpackedMax: number | undefined
}

export class Unpacked {
  readonly #init: UnpackedInit
  readonly #warmMax: number
  readonly #freshMax: number
  readonly #fresh = new Ring()
  readonly #warm = new Ring()

  constructor(init: UnpackedInit) {
    this.#init = init
    const { unpackedMax = warmMax } = init
    this.#warmMax = unpackedMax
    this.#freshMax =
      unpackedMax === Number.POSITIVE_INFINITY ? unpackedMax : Math.min(unpackedMax, freshMax)
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
    if (body.id !== 0 || value.type === 'stream' || this.#warmMax === Number.POSITIVE_INFINITY)
      return
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

  /** The keys of a database are gone; what came of this is taken back by what it returns. */
  cleared(db: number): () => void {
    const gone = [...this.#fresh.held(db), ...this.#warm.held(db)]
    for (const { value } of gone) this.leave(value)
    return () => {
      for (const { key, value } of gone) this.enter(key, value)
    }
  }

  /** Between commands: packs those that nobody asked for since they came. Whether more of them are left. */
  trim(count = leavingMax): boolean {
    if (!this.#isOver) return false
    if (this.#init.journal.isOpen && !hasBug('core-packs-what-is-held')) return false
    const fresh = this.#fresh
    const warm = this.#warm
    for (let left = count; left > 0 && fresh.size > this.#freshMax; left--) this.#settle(fresh)
    for (let left = count; left > 0 && warm.size > this.#warmMax; left--) this.#settle(warm)
    return this.#isOver
  }

  /** The same before a batch of scripts, which packs nothing: so much that it does not pile up. */
  trimBatch(): void {
    this.trim(Math.max(leavingMax, this.#fresh.size >> 3))
  }

  get #isOver(): boolean {
    return this.#fresh.size > this.#freshMax || this.#warm.size > this.#warmMax
  }

  #settle(ring: Ring): void {
    const { key, value } = ring
    ring.drop()
    if (value === null) return
    const { body } = value
    const isAgain = body.heat === heats.again
    body.heat = heats.out
    const segment = this.#init.find(body.db, key)
    // It may have been forgotten with its database, or another one stands there again.
    if (segment === undefined || segment.raw(key) !== value) return
    if (isAgain) {
      body.heat = heats.in
      body.seat = this.#warm.push(key, value)
      return
    }
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

  /** Those of a database. */
  held(db: number): { readonly key: string; readonly value: Container }[] {
    return this.#values.flatMap((value, at) =>
      value?.body.db === db ? [{ key: this.#keys[at] as string, value }] : [],
    )
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
