// Ranges without an entry: what a member made and lost before a crash, and nobody else has. Whoever learns of
// one notes it in its own log: what was seen behind it needs it, after a restart as well.

import { payloadOf, seatsMax, type StampRange, Vector } from 'quorate/plugin'
import { addLost } from './ledger.js'
import { encodeSlotEntry, filledSlot, slotEntry } from './slot-entry.js'
import { emptyPayload } from './note.js'
import type { EventualState } from './state.js'

/** From now on there are no entries in a range but those that are held. Where it is sure, there never were others. */
export function fillRange(state: EventualState, range: StampRange, sure: Vector): void {
  for (const gap of state.vector.lacks(vectorOf(range))) fillGap(state, gap, sure)
}

function fillGap(state: EventualState, range: StampRange, sure: Vector): void {
  const theirs = vectorOf(range)
  const none = new Uint8Array(0)
  const isLess = { isMineLess: false, isTheirsLess: false, floor: null }
  const mine = Vector.copyOf(theirs)
  mine.meet(sure)
  mine.add(endOf(range))
  const entry = slotEntry({ slot: filledSlot, exported: none, theirs, mine, ...isLess })
  const payload = payloadOf(encodeSlotEntry(entry))
  const at = state.positionAt(++state.delivered)
  state.out.deliveries.push({ at, payload: emptyPayload, token: null })
  state.vector.add(range)
  state.gate?.knows(range)
  addLost(state.lost, range)
  for (const each of mine.ranges()) addLost(state.sure, each)
  const note = { filled: range }
  if (state.preparing.length > 0) state.behind.push({ payload, note })
  else state.append(payload, note)
}

/** What another member knows to be lost is lost. */
export function fillAll(state: EventualState, lost: Vector, sure: Vector): void {
  for (const range of lost.ranges()) if (!state.lost.holds(range)) fillRange(state, range, sure)
}

/**
 * Of a range without entries, as far as it is told that there never were any: between two losses that are closed as one
 * other groups may have entries that were shown.
 */
export function sureOf({ gate }: EventualState, { seat, after, upTo }: StampRange): Vector {
  const made = new Vector()
  const told = gate === null ? made : Vector.copyOf(gate.reach)
  for (const each of gate?.unsure().ranges() ?? []) told.remove(each)
  told.meet(vectorOf({ seat, after, upTo }))
  const starts = gate?.reach.rangesOf(seat).map((each) => each.after) ?? []
  for (const each of told.ranges()) {
    // Behind what was guessed nobody can say where an incarnation began.
    if (each.after !== after && !starts.includes(each.after)) continue
    const from = each.after === after ? after : stampBelow(each.after + seatsMax - 1, seat)
    made.add({ seat, after: from, upTo: stampBelow(each.upTo, seat) })
  }
  // What is known behind a gap begins where an incarnation did: that stamp belongs to no entry.
  for (const start of starts) {
    if (after < start && start < upTo) made.add({ seat, after: start - seatsMax, upTo: start })
  }
  return made
}

/** The last stamp of a range that was closed: an incarnation begins behind it, and it belongs to no entry. */
function endOf({ seat, after, upTo }: StampRange): StampRange {
  return { seat, after: Math.max(after, upTo - seatsMax), upTo }
}

/** The last stamp of a seat up to some stamp: what a range of it may end with. */
export function stampBelow(stamp: number, seat: number): number {
  return stamp < seat ? 0 : stamp - ((stamp - seat) % seatsMax)
}

export function vectorOf(range: StampRange): Vector {
  const made = new Vector()
  made.add(range)
  return made
}

/** Some of a range is in a vector. */
export function overlaps(vector: Vector, range: StampRange): boolean {
  const both = vectorOf(range)
  both.meet(vector)
  return both.ranges().length > 0
}
