// Own writes: a batch gets its stamp and what it has seen, is executed, and becomes an entry of the log
// once it is known what it changed.

import {
  assert,
  type Delivery,
  type Payload,
  payloadOf,
  type Refusal,
  stampAt,
  type Token,
  Vector,
} from 'quorate/plugin'
import { encodeEntry, type EntryFacts, LoneEntry } from './entry.js'
import { emptyPayload, noteOf } from './note.js'
import { serves } from './opening.js'
import type { EventualState, Preparing } from './state.js'

/** Milliseconds of stamps that are reserved on disk ahead of time, and when the next ones are. */
export const reservedMs = 10_000
const reserveAheadMs = 5_000

/** How often the member whose slots were taken tells what it holds before it is believed that this is all. */
const notesOfTaken = 5

/** Why it makes no entries for a while, or null. */
export function refusalOf(state: EventualState): Refusal | null {
  if (!state.isMember) return { reason: 'removed' }
  if (state.isLearner) return { reason: 'not-leader', leader: null }
  if (state.recovering !== null || state.diskShort) return { reason: 'not-leader', leader: null }
  // Others would take its entries for those that it made before its disk was lost.
  if (state.isNameless) return { reason: 'busy' }
  // The engine holds more than the vector says: nobody could tell what a write has seen.
  if (state.repair !== null || awaitsTaken(state)) return { reason: 'busy' }
  // It was told what it lacks: what it writes before it holds that has not seen it.
  if (state.floor.isBelow && state.target !== null) return { reason: 'busy' }
  // A snapshot will take the place of what is here.
  if (state.needsAll !== null) return { reason: 'busy' }
  return serves(state) ? null : { reason: 'busy' }
}

export function propose(state: EventualState, token: Token, payload: Payload): Refusal | null {
  const refusal = refusalOf(state)
  if (refusal !== null) return refusal
  if (state.unsavedBytes > state.options.unsavedBytes) return { reason: 'busy' }
  const stamp = state.clock.next(state.wall)
  reserve(state, stamp)
  if (stamp > state.reservedOnDisk) return { reason: 'busy' }
  const seen = Vector.copyOf(state.vector)
  const needs = state.gate === null ? null : Vector.copyOf(state.gate.keyspace.shown)
  const index = ++state.delivered
  state.preparing.push({ token, index, stamp, seen, needs })
  state.behind.push(null)
  const at = state.positionAt(index)
  const delivery: Delivery = { at, payload, token, merge: { stamp, seen, ops: null } }
  state.out.deliveries.push(delivery)
  return null
}

/**
 * Slots that were taken hold more than the vector covers, and the entries are on their way. Where nobody is
 * there who could bring them, writes go on: they count as concurrent with what only those slots hold.
 */
function awaitsTaken(state: EventualState): boolean {
  const { overlays, vector, takenFrom, peers } = state
  if (overlays.isEmpty) return false
  const held = new Vector()
  overlays.joinTo(held)
  const lacking = vector.lacks(held)
  if (lacking.length === 0) return false
  for (const peer of peers.values()) {
    if (!peer.isUp) continue
    // It may not have told yet that it holds them, nor may who was connected just now.
    const isTaken = peer.member === takenFrom?.member && peer.life === takenFrom.life
    if (isTaken && state.mono - takenFrom.at < state.options.noteMs * notesOfTaken) return true
    const isNew = state.mono - peer.upAt < state.options.noteMs * notesOfTaken
    if (peer.vector === null && isNew) return true
    if (lacking.some(({ upTo }) => peer.vector?.covers(upTo) === true)) return true
  }
  return false
}

/** The oldest entry that was handed out is executed: `ops` says what it changed. */
export function prepared(state: EventualState, token: Token, ops: Payload | null): void {
  const done = state.preparing.shift()
  assert(done !== undefined && done.token === token, 'own entries are prepared in their order')
  assert(state.behind.shift() === null, 'an own entry stands at its place')
  state.unsettled.push({ token, index: done.index })
  if (ops === null) state.append(emptyPayload, null)
  else appendOwn(state, done, ops)
  const next = state.preparing[0]
  const end = next === undefined ? state.behind.length : next.index - done.index - 1
  for (const each of state.behind.splice(0, end)) {
    assert(each !== null, 'what follows is prepared later')
    state.append(each.payload, each.note)
  }
  if (next !== undefined && state.hasOwn) {
    next.seen.add({ seat: state.seat, after: state.ownStart, upTo: state.ownLast })
  }
}

function appendOwn(state: EventualState, { stamp, seen, needs }: Preparing, ops: Payload): void {
  const isFirst = !state.hasOwn && !state.isContinuing
  const previous = isFirst ? state.ownStart : state.ownLast
  const head: EntryFacts = { seat: state.seat, previous, isFirst, stamp, seen, needs }
  state.hasOwn = true
  state.ownLast = stamp
  const note = noteOf(head)
  state.vector.add(note)
  state.gate?.shows(note)
  state.counters.made++
  const isForItself = state.isAlone && state.durability === 'none'
  const payload = isForItself
    ? new LoneEntry(head, ops, state.self)
    : payloadOf(encodeEntry({ ...head, ops: ops.bytes() }, state.self))
  state.append(payload, note)
}

/** No stamp is used that a crash could make be used again. */
export function reserve(state: EventualState, stamp: number): void {
  if (stamp + reserveAhead <= state.hard.reserved) return
  state.hard = { ...state.hard, reserved: stamp + spanOf(reservedMs) }
  state.isHardDirty = true
}

export function spanOf(ms: number): number {
  return stampAt(1_800_000_000_000 + ms, 0) - stampAt(1_800_000_000_000, 0)
}

const reserveAhead = spanOf(reserveAheadMs)
