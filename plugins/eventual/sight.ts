// What this member shows its clients, for session tokens: entries by their stamps. A token's holder is served
// where all of them are applied. Ranges that were closed without their entries are no part of a token, and the
// holder of one that has any of them was shown what is lost: it is never served.

import { hasBug, type SeenStamps, seatsMax, type StampRange, Vector } from 'quorate/plugin'
import { stampBelow, vectorOf } from './filling.js'
import type { Gate, Keyspace } from './gate.js'
import { safeTime } from './notes.js'
import { open, servesAll } from './opening.js'
import type { EventualState } from './state.js'

/**
 * At least what clients may have been shown: what is handed out for execution, and what slots hold beyond it. Where
 * groups wait for each other, and while slots are taken, nobody is shown what only slots hold; and what of it is lost
 * is not known before all of them are taken.
 */
export function seen(state: EventualState): SeenStamps {
  const keyspace = state.gate?.keyspace
  const vector =
    keyspace === undefined ? Vector.copyOf(state.vector) : readable(keyspace, state.seat)
  if (keyspace === undefined && state.repair === null) state.overlays.joinTo(vector)
  for (const range of lostOf(state).flatMap((each) => each.slice(-lostMax))) {
    vector.remove(range)
    const within = vectorOf(range)
    within.meet(keyspace?.frontier ?? state.vector)
    if (within.lastOf(range.seat) > 0) vector.add(behind(range))
  }
  if (hasBug('eventual-token-without-own')) vector.cut(state.seat, 0)
  if (hasBug('eventual-token-of-one-group')) vector.meet(keyspace?.groups[0]?.vector ?? vector)
  return { kind: 'stamps', ranges: vector.ranges(), upTo: 0 }
}

/**
 * What is shown, within what all groups hold: the entry of one group follows the one before it there, and what lies
 * between another group may have closed without this member knowing of it yet.
 */
function readable({ shown, frontier }: Keyspace, own: number): Vector {
  const made = new Vector()
  const met = Vector.copyOf(shown)
  met.meet(frontier)
  for (const { seat, after, upTo } of met.ranges()) {
    made.add({ seat, after: stampBelow(after, seat), upTo: stampBelow(upTo, seat) })
  }
  // Own entries move the frontier only when it is looked at.
  const last = shown.lastOf(own)
  const from = frontier.lastOf(own)
  if (last > from) made.add({ seat: own, after: stampBelow(from, own), upTo: last })
  return made
}

/** Judged by what is applied. */
export function covers(state: EventualState, mark: SeenStamps): boolean {
  if (!state.isMember || state.recovering !== null || isLost(state, mark)) return false
  if (state.gate !== null) return coversAll(state.gate, mark)
  const { ranges, upTo } = mark
  for (const range of ranges) if (!state.appliedVector.holds(range)) return false
  return upTo === 0 || safeTime(state, state.appliedVector) >= upTo
}

/** Of all groups of the keyspace: what is handed out comes before whatever is asked from now on. */
function coversAll(gate: Gate, mark: SeenStamps): boolean {
  const { keyspace } = gate
  const { ranges, upTo } = mark
  const { groups } = keyspace
  if (!servesAll(keyspace, null) || groups.some((each) => isGuessed(each, mark))) return false
  if (hasBug('eventual-covers-by-one')) return ranges.every((each) => gate.reach.holds(each))
  const isShown = (range: StampRange): boolean =>
    keyspace.frontier.holds(range) || isStart(keyspace, range)
  if (!ranges.every(isShown)) {
    // Own entries move it only when it is looked at, which behind the groups' part of a turn is in the next one.
    if (keyspace.driven === null || keyspace.clock.last > keyspace.lookedAt) keyspace.isDirty = true
    open(keyspace, null)
    if (!ranges.every(isShown)) return false
  }
  return upTo === 0 || groups.every((each) => safeTime(each, each.appliedVector) >= upTo)
}

/**
 * It begins with the last stamp of what its giver had closed, where an incarnation began behind which all groups know what
 * there is: that stamp belongs to no entry, so there is nothing to wait for. Who closed it may be gone, and nobody else
 * closes it any more. What begins with a range that was closed itself, ahead of a gap, begins behind an entry.
 */
function isStart({ frontier, groups }: Keyspace, { seat, after, upTo }: StampRange): boolean {
  if (hasBug('eventual-start-awaited')) return false
  const start = frontier
    .rangesOf(seat)
    .find((each) => after < each.after && each.after <= after + seatsMax && upTo <= each.upTo)
  if (start === undefined) return false
  return !groups.some(({ lost }) => lost.rangesOf(seat).some((each) => each.after === start.after))
}

/** It names what this group serves without: nobody told whether there was something. */
function isGuessed({ gate }: EventualState, { ranges, upTo }: SeenStamps): boolean {
  if (gate === null || hasBug('eventual-guess-covers')) return false
  const guessed = gate.unsure().ranges()
  return guessed.some((each) => each.after < upTo || ranges.some((range) => meets(range, each)))
}

/** Asks everybody for what lacks; called again and again while somebody waits. */
export function hurry(state: EventualState, { ranges, upTo }: SeenStamps): void {
  // It is here, and may not be known to be with all: members tell each other in two rounds.
  if (ranges.length === 0 && upTo > state.stable) state.echoes = 2
  if (state.mono - state.hurriedAt < hurryMs) return
  state.hurriedAt = state.mono
  if (state.needsAll !== null || state.repair !== null) return
  for (const { isUp, member } of state.peers.values()) {
    if (isUp) state.out.send(member, { kind: 'want', vector: state.received })
  }
}

/** Milliseconds between two questions for the sake of those who wait. */
const hurryMs = 100

/** Lost ranges of a seat that are left out of tokens: what lies between them has to be named. */
const lostMax = 8

/**
 * By seat. Where some group lost what there may have been another one may have entries that no token tells apart. The
 * last stamp of what was closed is not in there: it belongs to no entry, of whatever group, for all make theirs with one
 * clock; and a group that did not hear of it may have closed what is before and behind it as one.
 */
function lostOf(state: EventualState): readonly (readonly StampRange[])[] {
  const all = new Vector()
  const ends = new Vector()
  for (const { lost, sure } of state.gate?.keyspace.groups ?? [state]) {
    for (const range of sure.lacks(lost)) {
      all.add(range)
      ends.add(behind(range))
    }
  }
  for (const each of ends.ranges()) all.remove(each)
  return state.seats.map((_, seat) => all.rangesOf(seat))
}

/** A token that names it and nothing of the range was given by who knew of the loss: its holder saw nothing of that. */
function behind({ seat, upTo }: StampRange): StampRange {
  return { seat, after: upTo, upTo: upTo + seatsMax }
}

/** Whether its holder may have been shown what is nowhere. */
export function isLost(state: EventualState, { ranges, upTo }: SeenStamps): boolean {
  if (hasBug('eventual-lost-not-told')) return false
  return lostOf(state).some((lost) => {
    // Who asks for everything up to a stamp, and knew of the loss, asks for more than its end.
    if (lost.some((each) => each.after < upTo && upTo < behind(each).upTo)) return true
    const told = lost.slice(-lostMax)
    if (told.some((each) => touches(ranges, each))) return true
    const [oldest] = told
    // Who gave it since knew of what was lost before, too.
    if (oldest === undefined || includes(ranges, behind(oldest))) return false
    return lost.slice(0, -lostMax).some((each) => touches(ranges, each))
  })
}

/** Whether a token names any of a range. */
function touches(ranges: readonly StampRange[], range: StampRange): boolean {
  return ranges.some((each) => meets(each, range))
}

function meets(a: StampRange, b: StampRange): boolean {
  return a.seat === b.seat && a.after < b.upTo && b.after < a.upTo
}

function includes(ranges: readonly StampRange[], { seat, after, upTo }: StampRange): boolean {
  return ranges.some((each) => each.seat === seat && each.after <= after && upTo <= each.upTo)
}
