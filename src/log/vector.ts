// Version vectors: which entries of each seat a member holds. Usually one number per seat. A member that
// lost its last entries writes on under a new incarnation, behind a gap that others may fill: so each
// seat has ranges of stamps, and a stamp in a gap is not covered.

import type { Seen } from '../api/engine.js'
import type { StampRange } from '../api/seen.js'
import type { ByteReader, ByteWriter } from '../base/bytes.js'
import { seatOfStamp, seatsMax } from './stamps.js'

/** Pairs of `after` and `upTo`, ascending; ranges do not touch. */
type Ranges = readonly number[]

const none: Ranges = []

export class Vector implements Seen {
  /** By seat; never changed in place. */
  readonly #seats: Ranges[] = []
  #changes = 0

  /** Grows with each change: who looked at it then need not look again. */
  get changes(): number {
    return this.#changes
  }

  static copyOf(other: Vector): Vector {
    const made = new Vector()
    for (const ranges of other.#seats) made.#seats.push(ranges ?? none)
    return made
  }

  covers(stamp: number): boolean {
    const ranges = this.#seats[seatOfStamp(stamp)]
    if (ranges === undefined) return false
    for (let i = 0; i < ranges.length; i += 2) {
      if (stamp <= (ranges[i + 1] as number)) return stamp > (ranges[i] as number)
    }
    return false
  }

  /** The greatest stamp of a seat that is covered; 0 for none. */
  lastOf(seat: number): number {
    const ranges = this.#seats[seat] ?? none
    return ranges[ranges.length - 1] ?? 0
  }

  /** Up to which stamp a seat has no gap. */
  wholeTo(seat: number): number {
    const ranges = this.#seats[seat] ?? none
    return ranges[0] === 0 ? (ranges[1] as number) : 0
  }

  /** Whether all stamps of a range are covered. */
  holds({ seat, after, upTo }: StampRange): boolean {
    return includesRanges(this.#seats[seat] ?? none, [after, upTo])
  }

  /** Whether the entry that follows `previous` of the same seat would leave no gap. */
  endsAt(seat: number, previous: number): boolean {
    const ranges = this.#seats[seat] ?? none
    if (previous === 0) return ranges.length === 0 || ranges[0] !== 0
    for (let i = 1; i < ranges.length; i += 2) if (ranges[i] === previous) return true
    return false
  }

  /** Adds all stamps of a seat above `after` up to `upTo`. */
  add({ seat, after, upTo }: StampRange): void {
    if (upTo <= after) return
    const ranges = this.#seats[seat] ?? none
    const end = ranges.length - 1
    // The usual case: the last range goes on.
    if (end > 0 && after >= (ranges[end - 1] as number) && after <= (ranges[end] as number)) {
      if (upTo <= (ranges[end] as number)) return
      this.#changes++
      this.#seats[seat] = end === 1 ? [ranges[0] as number, upTo] : [...ranges.slice(0, end), upTo]
      return
    }
    this.#changes++
    const made: number[] = []
    let low = after
    let high = upTo
    for (let i = 0; i < ranges.length; i += 2) {
      const from = ranges[i] as number
      const to = ranges[i + 1] as number
      if (to < low || from > high) made.push(from, to)
      else {
        low = Math.min(low, from)
        high = Math.max(high, to)
      }
    }
    let at = 0
    while (at < made.length && (made[at] as number) < low) at += 2
    made.splice(at, 0, low, high)
    while (this.#seats.length <= seat) this.#seats.push(none)
    this.#seats[seat] = made
  }

  /** Adds all that another one covers. */
  join(other: Vector): void {
    const seats = other.#seats
    for (let seat = 0; seat < seats.length; seat++) {
      const theirs = seats[seat] as Ranges
      const ours = this.#seats[seat] ?? none
      if (theirs === ours) continue
      for (let i = 0; i < theirs.length; i += 2) {
        this.add({ seat, after: theirs[i] as number, upTo: theirs[i + 1] as number })
      }
    }
  }

  /** What this one lacks of another. */
  lacks(other: Vector): StampRange[] {
    const found: StampRange[] = []
    for (const { seat, after, upTo } of other.ranges()) {
      let low = after
      const ranges = this.#seats[seat] ?? none
      for (let i = 0; i < ranges.length && low < upTo; i += 2) {
        const from = ranges[i] as number
        const to = ranges[i + 1] as number
        if (to <= low) continue
        if (from > low) found.push({ seat, after: low, upTo: Math.min(from, upTo) })
        low = Math.max(low, to)
      }
      if (low < upTo) found.push({ seat, after: low, upTo })
    }
    return found
  }

  /** The least stamp above which this one lacks something of another; Infinity for nothing. */
  lacksAbove(other: Vector): number {
    return this.lacks(other).reduce((least, { after }) => Math.min(least, after), Infinity)
  }

  /** Whether it covers everything that another one does. */
  includes(other: Vector): boolean {
    for (let seat = 0; seat < other.#seats.length; seat++) {
      const theirs = other.#seats[seat] as Ranges
      const ours = this.#seats[seat] ?? none
      if (ours === theirs) continue
      // The usual case: one range each.
      if (theirs.length === 2 && ours.length >= 2 && ours[0] === theirs[0]) {
        if ((theirs[1] as number) <= (ours[1] as number)) continue
      }
      if (theirs.length > 0 && !includesRanges(ours, theirs)) return false
    }
    return true
  }

  equals(other: Vector): boolean {
    return this.includes(other) && other.includes(this)
  }

  /** Takes away what another one does not cover. */
  meet(other: Vector): void {
    for (const range of other.lacks(this)) this.remove(range)
  }

  /** Ends the range of a seat that goes on behind `after` there. */
  cut(seat: number, after: number): void {
    const ranges = this.#seats[seat] ?? none
    for (let i = 0; i < ranges.length; i += 2) {
      const upTo = ranges[i + 1] as number
      if (after >= (ranges[i] as number) && after < upTo) return this.remove({ seat, after, upTo })
    }
  }

  /** What all of them cover. */
  static meetOf(vectors: readonly Vector[]): Vector {
    const [first, ...others] = vectors
    if (first === undefined) return new Vector()
    const made = Vector.copyOf(first)
    for (let seat = 0; seat < made.#seats.length; seat++) {
      const ranges = made.#seats[seat] as Ranges
      const [after, upTo] = ranges as [number, number]
      // The usual case: one range each, from the same stamp on.
      let least = upTo
      const isPlain = others.every((other) => {
        const theirs = other.#seats[seat]
        if (ranges.length !== 2 || theirs?.length !== 2 || theirs[0] !== after) return false
        if ((theirs[1] as number) < least) least = theirs[1] as number
        return true
      })
      if (isPlain) {
        if (least < upTo) made.#seats[seat] = [after, least]
      } else {
        const rest = new Vector()
        for (const range of made.rangesOf(seat)) rest.add(range)
        for (const other of others) rest.meet(other)
        made.#seats[seat] = rest.#seats[seat] ?? none
      }
    }
    return made
  }

  /** All ranges, by seat and ascending. */
  ranges(): StampRange[] {
    const found: StampRange[] = []
    for (let seat = 0; seat < this.#seats.length; seat++) this.#rangesTo(found, seat)
    return found
  }

  /** Those of one seat. */
  rangesOf(seat: number): StampRange[] {
    const found: StampRange[] = []
    this.#rangesTo(found, seat)
    return found
  }

  #rangesTo(found: StampRange[], seat: number): void {
    const ranges = this.#seats[seat] ?? none
    for (let i = 0; i < ranges.length; i += 2) {
      found.push({ seat, after: ranges[i] as number, upTo: ranges[i + 1] as number })
    }
  }

  encode(writer: ByteWriter): void {
    writer.byte(this.#seats.length)
    for (const ranges of this.#seats) {
      writer.varint(ranges.length / 2)
      let last = 0
      for (const bound of ranges) {
        writer.varint(bound - last)
        last = bound
      }
    }
  }

  /** Null for bytes that are none. */
  static decode(reader: ByteReader): Vector | null {
    const made = new Vector()
    const seats = reader.byte()
    if (!reader.ok || seats > seatsMax) return null
    for (let seat = 0; seat < seats; seat++) {
      const count = reader.varint()
      // Each takes two bytes at least.
      if (!reader.ok || count * 2 > reader.left) return null
      const ranges: number[] = []
      let last = 0
      for (let i = 0; i < count * 2; i++) {
        const step = reader.varint()
        if (!reader.ok || (step === 0 && i > 0)) return null
        last += step
        ranges.push(last)
      }
      if (!Number.isSafeInteger(last)) return null
      made.#seats.push(ranges)
    }
    return made
  }

  /** Takes away the stamps of a range. */
  remove({ seat, after, upTo }: StampRange): void {
    const ranges = this.#seats[seat] ?? none
    if (ranges.length === 0) return
    this.#changes++
    const made: number[] = []
    for (let i = 0; i < ranges.length; i += 2) {
      const from = ranges[i] as number
      const to = ranges[i + 1] as number
      if (from < after) made.push(from, Math.min(to, after))
      if (to > upTo) made.push(Math.max(from, upTo), to)
    }
    const kept: number[] = []
    for (let i = 0; i < made.length; i += 2) {
      if ((made[i] as number) < (made[i + 1] as number))
        kept.push(made[i] as number, made[i + 1] as number)
    }
    this.#seats[seat] = kept
  }
}

function includesRanges(ours: Ranges, theirs: Ranges): boolean {
  for (let i = 0; i < theirs.length; i += 2) {
    const from = theirs[i] as number
    const to = theirs[i + 1] as number
    let isIn = false
    for (let j = 0; j < ours.length && !isIn; j += 2) {
      isIn = (ours[j] as number) <= from && to <= (ours[j + 1] as number)
    }
    if (!isIn) return false
  }
  return true
}
