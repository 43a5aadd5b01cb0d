// Which entry stands at which index of the member's own log: stamps by index, and the way back from what
// another member holds to the first index that it lacks.

import type { Floor } from './floor.js'
import { assert, seatOfStamp, type StampRange, Vector } from 'quorate/plugin'

/** A range without an entry. */
export interface Filled {
  readonly filled: StampRange
}

/** Null for an entry of the log that changed nothing and is nobody else's business; a vector for the end of a repair. */
export type Note = StampRange | Vector | Filled | null

/** Whether it tells of an entry of some member. */
export function isOfEntry(note: Note): note is StampRange {
  return note !== null && 'upTo' in note
}

/** Adds what an entry of the log tells. */
export function addNote(vector: Vector, note: Note): void {
  if (note instanceof Vector) vector.join(note)
  else if (note !== null && 'filled' in note) vector.add(note.filled)
  else if (note !== null) vector.add(note)
}

/** Tells of entries that are held from now on. */
export function seeFloor(floor: Floor, note: Note): void {
  if (note instanceof Vector) floor.joined(note)
  else if (isOfEntry(note)) floor.saw(note.upTo)
}

/** Ranges of one seat that are remembered as lost; the oldest are forgotten. */
const lostMax = 32

export function addLost(lost: Vector, range: StampRange): void {
  lost.add(range)
  for (const oldest of lost.rangesOf(range.seat).slice(0, -lostMax)) lost.remove(oldest)
}

/** First notes dropped before the rest is moved together. */
const slackMax = 1024

export class Ledger {
  #base: number
  #head = 0
  #notes: Note[] = []

  /** `base`: index before the first note. */
  constructor(base: number) {
    this.#base = base
  }

  get last(): number {
    return this.#base + this.#notes.length - this.#head
  }

  get first(): number {
    return this.#base + 1
  }

  append(note: Note): void {
    this.#notes.push(note)
  }

  at(index: number): Note {
    assert(index > this.#base && index <= this.last, 'a note is asked inside the log')
    return this.#notes[this.#head + index - this.#base - 1] as Note
  }

  /** Forgets notes up to `index`. */
  cut(index: number): void {
    if (index <= this.#base) return
    this.#head += index - this.#base
    this.#base = index
    if (this.#head > slackMax && this.#head * 2 > this.#notes.length) {
      this.#notes = this.#notes.slice(this.#head)
      this.#head = 0
    }
  }

  reset(base: number): void {
    this.#base = base
    this.#head = 0
    this.#notes = []
  }

  /** Adds all entries to a vector; those that follow each other as one range, since there may be millions. */
  addTo(vector: Vector): Vector {
    const open: { after: number; upTo: number }[] = []
    for (let at = this.#head; at < this.#notes.length; at++) {
      const note = this.#notes[at] as Note
      if (!isOfEntry(note)) continue
      const { seat, after, upTo } = note
      const last = open[seat]
      if (last?.upTo === after) last.upTo = upTo
      else {
        if (last !== undefined) vector.add({ seat, ...last })
        open[seat] = { after, upTo }
      }
    }
    open.forEach((last, seat) => {
      vector.add({ seat, ...last })
    })
    return vector
  }

  /** The first index from `from` on whose entry is not covered; `seat` null for those of all members. */
  firstLacking(vector: Vector, from: number, seat: number | null): number {
    const { last } = this
    for (let index = Math.max(from, this.first); index <= last; index++) {
      const note = this.at(index)
      if (!isOfEntry(note)) continue
      if (seat !== null && seatOfStamp(note.upTo) !== seat) continue
      if (!vector.covers(note.upTo)) return index
    }
    return last + 1
  }
}
