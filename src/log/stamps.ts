// Stamps of hybrid logical clocks: one safe integer that orders entries of all members by time and names
// each of them. Milliseconds since 2024 (41 bits), a counter within them (6), the seat of the member (6).
// Kulkarni and others, Logical Physical Clocks, 2014; the counter borrows from the next millisecond.

import { assert } from '../base/assert.js'

/** Seats of a group: every member that may write has one of its own. */
export const seatsMax = 64

/** Milliseconds since the epoch at which stamps begin. */
const epochMs = 1_704_067_200_000
const ticksPerMs = 64

/** The member's seat in a stamp. */
export function seatOfStamp(stamp: number): number {
  return stamp % seatsMax
}

/** Wall milliseconds of a stamp. */
export function msOfStamp(stamp: number): number {
  return epochMs + Math.floor(stamp / (ticksPerMs * seatsMax))
}

/** The least stamp of a seat at these wall milliseconds. */
export function stampAt(ms: number, seat: number): number {
  return Math.max(0, ms - epochMs) * ticksPerMs * seatsMax + seat
}

/** One member's clock of a group. */
export class StampClock {
  readonly seat: number
  readonly #skewMaxMs: number
  /** Time and counter of the greatest stamp made or seen. */
  #tick = 0

  /** `skewMaxMs`: how far ahead of the wall clock a stamp of another member may be. */
  constructor(seat: number, skewMaxMs: number) {
    assert(seat >= 0 && seat < seatsMax, 'a seat is one of 64')
    this.seat = seat
    this.#skewMaxMs = skewMaxMs
  }

  /** Not below any stamp that was made or seen; the next one is greater. */
  get last(): number {
    return this.#tick * seatsMax + seatsMax - 1
  }

  /** A stamp above all that were made or seen, at the wall clock where that is ahead. */
  next(wall: number): number {
    this.#tick = Math.max(this.#tick + 1, Math.max(0, wall - epochMs) * ticksPerMs)
    return this.#tick * seatsMax + this.seat
  }

  /** Whether a stamp is not too far in the future. Nothing is taken. */
  accepts(stamp: number, wall: number): boolean {
    return Number.isSafeInteger(stamp) && stamp > 0 && msOfStamp(stamp) <= wall + this.#skewMaxMs
  }

  /** Stamps made from here on are above `stamp`, which was made elsewhere or before a restart. */
  see(stamp: number): void {
    const tick = Math.floor(stamp / seatsMax)
    if (tick > this.#tick) this.#tick = tick
  }
}
