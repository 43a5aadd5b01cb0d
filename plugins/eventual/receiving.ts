// Entries of others: each is taken once, behind the one before it of its member and behind all that its
// member had seen. What comes too early waits, within bounds; what was lost on the way is asked for.

import { hasBug, type MemberId, payloadOf, type StampRange, type Vector } from 'quorate/plugin'
import { decodeEntry, type Entry } from './entry.js'
import { fillRange, overlaps } from './filling.js'
import type { Entries } from './messages.js'
import { noteOf } from './note.js'
import type { EventualState } from './state.js'

/** An entry that came before something that it needs. */
export interface Early {
  readonly entry: Entry
  readonly bytes: Uint8Array
}

export function onEntries(state: EventualState, from: MemberId, message: Entries): void {
  const peer = state.peers.get(from)
  if (peer !== undefined) peer.askedAt = 0
  let isMoving = false
  for (const bytes of message.entries) {
    const entry = decodeEntry(bytes)
    if (entry === null || entry.seat >= state.seats.length) {
      state.counters.malformed++
      return
    }
    const isFar = !state.clock.accepts(entry.stamp, state.wall)
    if (isFar && !hasBug('eventual-far-future-taken')) {
      state.counters.refusedAhead++
      state.aheadSeat = entry.seat
      if (isMoving) release(state)
      return
    }
    if (state.aheadSeat === entry.seat) state.aheadSeat = null
    if (take(state, { entry, bytes })) isMoving = true
  }
  for (const range of message.filled) if (fill(state, range, message.sure)) isMoving = true
  if (isMoving) release(state)
  if (!message.isCut || peer?.vector == null || state.received.includes(peer.vector)) return
  if (isNear(state, peer.vector)) state.needAll(from)
  else state.counters.refusedAhead++
}

/** Nothing that we lack of it was made too far in the future: neither are slots taken that hold such entries. */
export function isNear({ vector, clock, wall }: EventualState, theirs: Vector): boolean {
  const isTaken = hasBug('eventual-far-future-taken')
  return isTaken || vector.lacks(theirs).every(({ upTo }) => clock.accepts(upTo, wall))
}

/** Takes an entry or keeps it for later; whether it was taken. */
function take(state: EventualState, early: Early): boolean {
  const { entry, bytes } = early
  if (state.received.covers(entry.stamp)) {
    state.counters.duplicates++
    return false
  }
  if (mayGo(state, entry) && accept(state, early)) return true
  state.counters.gaps++
  if (state.early.has(entry.stamp)) return false
  if (state.earlyBytes + bytes.length > state.options.pendingBytes) return false
  if (state.early.size === 0) state.earlySince = state.mono
  state.earlyAt = state.mono
  state.early.set(entry.stamp, early)
  state.earlyBytes += bytes.length
  return false
}

function mayGo(state: EventualState, { seat, previous, isFirst, seen }: Entry): boolean {
  const { vector, received } = state
  // It may be in the slots that were taken already; a snapshot takes the place of what was taken and told.
  if (state.repair !== null || state.needsAll !== null || isBehind(state)) return false
  if (!isFirst && !received.endsAt(seat, previous)) return false
  return state.gate !== null || vector.includes(seen) || hasBug('eventual-seen-ignored')
}

/**
 * More is handed out than the engine got done: what comes waits without being acknowledged, so that who sends stops
 * when its window is full, and own writes stand behind no more than this.
 */
export function isBehind({ backlogBytes, options }: EventualState): boolean {
  return backlogBytes > options.backlogBytes
}

/** Where groups wait for each other it is handed out later; false where too much waits. */
function accept(state: EventualState, early: Early): boolean {
  if (state.gate !== null) return state.gate.hold(early, state.options.pendingBytes)
  deliver(state, early)
  return true
}

/** Something came: what waited for it follows. */
export function release(state: EventualState): void {
  let isMoving = state.early.size > 0
  while (isMoving) {
    isMoving = false
    for (const [stamp, early] of state.early) {
      if (isBehind(state)) return
      const isKnown = state.received.covers(stamp)
      if (!isKnown && !(mayGo(state, early.entry) && accept(state, early))) continue
      state.early.delete(stamp)
      state.earlyBytes -= early.bytes.length
      if (isKnown) continue
      state.earlySince = state.mono
      isMoving = true
    }
  }
}

/** What waits for long may wait for what is lost: who holds it is asked for it again. */
export function forgetEarly(state: EventualState): void {
  const { gate } = state
  const since = gate?.keyspace.waitingSince ?? 0
  if (since > 0 && state.mono - since >= state.options.relayMs * 4) gate?.forget(state.vector)
  if (state.early.size === 0) return
  const waited = state.mono - state.earlySince
  if (waited >= state.options.relayMs) dropVain(state)
  if (waited < state.options.relayMs * 4) return
  state.early.clear()
  state.earlyBytes = 0
}

/**
 * All others told what they hold behind the last one that came, and something lacks that none of them does: its maker
 * had closed a range, and went before it told of that. While it waits here nobody else may close it.
 */
function dropVain(state: EventualState): void {
  const { early, earlyAt, gate, peers, vector } = state
  if (gate !== null || hasBug('eventual-waits-in-vain')) return
  let heardAt = 0
  for (const peer of peers.values()) {
    if (peer.vector === null || peer.heardAt <= earlyAt) return
    heardAt = Math.max(heardAt, peer.heardAt)
  }
  // More is in vain only by what others told since.
  if (heardAt < state.vainAt) return
  state.vainAt = state.mono
  const isHeld = (range: StampRange): boolean =>
    [...peers.values()].some(
      (peer) =>
        overlaps(peer.held, range) || (peer.vector !== null && overlaps(peer.vector, range)),
    )
  for (const [stamp, { entry, bytes }] of early) {
    if (vector.lacks(entry.seen).every(isHeld)) continue
    early.delete(stamp)
    state.earlyBytes -= bytes.length
  }
}

/** Hands an entry of another member, or one of our own that we had lost, to the engine and the log. */
export function deliver(state: EventualState, { entry, bytes }: Early): void {
  const index = ++state.delivered
  const note = noteOf(entry)
  const payload = payloadOf(bytes)
  if (note.seat !== state.seat) state.backlogBytes += payload.size
  state.vector.add(note)
  state.gate?.shows(note)
  state.clock.see(entry.stamp)
  state.counters.received++
  const { stamp, seen, ops } = entry
  const holds = state.overlays.holding(stamp)
  const merge = holds === undefined ? { stamp, seen, ops } : { stamp, seen, ops, holds }
  const at = state.positionAt(index)
  state.out.deliveries.push({ at, payload, token: null, merge })
  if (state.preparing.length > 0) state.behind.push({ payload, note })
  else state.append(payload, note)
}

/** A range without an entry; of use only where we hold what is before it. */
function fill(state: EventualState, range: StampRange, sure: Vector): boolean {
  if (state.needsAll !== null || !state.vector.endsAt(range.seat, range.after)) return false
  fillRange(state, range, sure)
  return true
}
