// What this member shows its clients, for session tokens: entries by their stamps. A token's holder is served
// where all of them are applied. Ranges that were closed without their entries are no part of a token, and the
// holder of one that has any of them was shown what is lost: it is never served.

import { hasBug, type SeenStamps, type StampRange, Vector } from 'quorate/plugin'
import type { Gate } from './gate.js'
import { safeTime } from './notes.js'
import { open, serves } from './opening.js'
import type { EventualState } from './state.js'

/** At least what clients may have been shown: what is handed out for execution, and what slots hold beyond it. */
export function seen(state: EventualState): SeenStamps {
  const keyspace = state.gate?.keyspace
  const vector = Vector.copyOf(keyspace?.shown ?? state.vector)
  for (const { overlays } of keyspace?.groups ?? [state]) overlays.joinTo(vector)
  for (const range of lostOf(state)) vector.remove(range)
  if (hasBug('eventual-token-without-own')) vector.cut(state.seat, 0)
  if (hasBug('eventual-token-of-one-group')) vector.meet(keyspace?.groups[0]?.vector ?? vector)
  return { kind: 'stamps', ranges: vector.ranges(), upTo: 0 }
}

/** Judged by what is applied. */
export function covers(state: EventualState, mark: SeenStamps): boolean {
  if (state.recovering !== null || isLost(state, mark)) return false
  if (state.gate !== null) return coversAll(state.gate, mark)
  const { ranges, upTo } = mark
  for (const range of ranges) if (!state.appliedVector.holds(range)) return false
  return upTo === 0 || safeTime(state, state.appliedVector) >= upTo
}

/** Of all groups of the keyspace: what is handed out comes before whatever is asked from now on. */
function coversAll(gate: Gate, { ranges, upTo }: SeenStamps): boolean {
  const { keyspace } = gate
  const { groups } = keyspace
  if (!groups.every(serves)) return false
  if (hasBug('eventual-covers-by-one')) return ranges.every((each) => gate.reach.holds(each))
  if (!ranges.every((range) => keyspace.frontier.holds(range))) {
    // Own entries move it only when it is looked at.
    keyspace.isDirty = true
    open(keyspace)
    if (!ranges.every((range) => keyspace.frontier.holds(range))) return false
  }
  return upTo === 0 || groups.every((each) => safeTime(each, each.appliedVector) >= upTo)
}

/** Asks everybody for what lacks; called again and again while somebody waits. */
export function hurry(state: EventualState): void {
  if (state.mono - state.hurriedAt < hurryMs) return
  state.hurriedAt = state.mono
  if (state.needsAll !== null || state.repair !== null) return
  for (const { isUp, member } of state.peers.values()) {
    if (isUp) state.out.send(member, { kind: 'want', vector: state.received })
  }
}

/** Milliseconds between two questions for the sake of those who wait. */
const hurryMs = 100

/** Lost ranges of a seat that count: a token has to name what lies between them. */
const lostMax = 2

/** What no member has any more: in no group, for a range without entries of one group holds those of another. */
function lostOf(state: EventualState): readonly StampRange[] {
  const lost = Vector.meetOf((state.gate?.keyspace.groups ?? [state]).map((each) => each.lost))
  return state.seats.flatMap((_, seat) => lost.rangesOf(seat).slice(-lostMax))
}

function isLost(state: EventualState, { ranges }: SeenStamps): boolean {
  if (hasBug('eventual-lost-not-told')) return false
  return lostOf(state).some(({ seat, after, upTo }) =>
    ranges.some((each) => each.seat === seat && each.after < upTo && after < each.upTo),
  )
}
