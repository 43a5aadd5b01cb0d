// What members tell each other of what they hold: it acknowledges entries, shows what is lacking, and
// tells what is stable: known to all, so that nothing which comes later can be concurrent with it.

import { hasBug, type MemberId, Vector } from 'quorate/plugin'
import { areClosed, openSeats, tellList } from './following.js'
import type { VectorNote } from './messages.js'
import type { Peer } from './peer.js'
import { forgetEarly, isBehind } from './receiving.js'
import { aimAnew, judgeRecovery } from './restart.js'
import { heldBeyond, isWaiting, toldReach } from './reach.js'
import { acknowledged, checkFlight, pushOwn, rewind } from './shipping.js'
import { type EventualState, never } from './state.js'
import { reserve } from './writing.js'

export function onVector(state: EventualState, from: MemberId, note: VectorNote): void {
  const peer = state.peers.get(from)
  if (peer === undefined) return
  peer.heardAt = state.mono
  const isOtherLife = note.life !== peer.life
  if (isOtherLife) {
    peer.life = note.life
    // It may have lost some of what it told of.
    peer.effective = 0
    rewind(peer)
    // What it said before of what it has not got is known to whoever heard it, and to nobody else any more.
    if (note.recovering && state.gate !== null) state.isHardDirty = true
    // It may not have heard what it was told while it started, and sends nothing before it does.
    state.toldAt = never
  }
  // A member that forgot its own stamps learns from the others' clocks what it must not use again.
  for (const stamp of [note.made, note.promise, note.vector.lastOf(state.seat)]) {
    if (state.clock.accepts(stamp, state.wall)) state.clock.see(stamp)
  }
  peer.recovering = note.recovering
  peer.follows = note.follows
  peer.vector = note.vector
  peer.made = note.made
  peer.promise = note.promise
  peer.safe = note.safe
  peer.isSettled = note.isSettled
  peer.held = note.held
  const { vector, reach, guessed } = note
  if (reach !== null && guessed !== null) state.gate?.hear(from, { vector, reach, guessed })
  acknowledged(state, peer, note.vector)
  if (isOtherLife) aimAnew(state, peer)
  judgeRecovery(state)
  watchLacking(state, peer)
  tellList(state, peer)
}

/** Tells the others, asks for what is lacking, and finds out what is stable. */
export function notesTick(state: EventualState): void {
  const { options, mono } = state
  reserve(state, state.clock.last)
  forgetEarly(state)
  state.overlays.prune(state.appliedVector)
  if (mono >= tellsAt(state, mono)) tellAll(state)
  for (const peer of state.peers.values()) {
    if (!peer.isUp) continue
    peer.parts.prune(mono)
    checkFlight(state, peer)
    watchLacking(state, peer)
    ask(state, peer)
  }
  if (mono >= state.stabilisedAt + options.noteMs) stabilise(state)
}

export function notesWakeAt(state: EventualState): number {
  return state.peers.size === 0 ? Number.MAX_SAFE_INTEGER : tellsAt(state, null)
}

/** When the others are told next: `mono` in the turn that asks, null for a later one. */
function tellsAt(state: EventualState, mono: number | null): number {
  const { options, pace, toldAt } = state
  const isChanged = hasNews(state) || state.echoes > 0
  const everyMs = isChanged ? options.noteMs : options.idleMs
  if (pace === null || toldAt === never) return toldAt + everyMs
  // Groups that told at different times do so together from the next round number on.
  const at = (Math.floor(toldAt / everyMs) + 1) * everyMs
  return isChanged ? Math.max(at, pace.tellsFrom(mono)) : at
}

/** It holds something else than the others were told, or waits for nothing any more: who began anew waits for that. */
function hasNews(state: EventualState): boolean {
  const { durable, told, toldChanges, wasToldSettled } = state
  if (!wasToldSettled && isSettled(state)) return true
  return durable.changes !== toldChanges && !durable.equals(told)
}

/** It holds no more than it tells of. */
function isSettled(state: EventualState): boolean {
  return state.durable.equals(state.vector) && state.early.size === 0 && !isWaiting(state)
}

export function tellAll(state: EventualState): void {
  state.toldAt = state.mono
  if (state.echoes > 0) state.echoes--
  state.told = Vector.copyOf(state.durable)
  state.toldChanges = state.durable.changes
  state.wasToldSettled = isSettled(state)
  if (state.peers.size === 0) return
  state.pace?.told(state.mono)
  // Nobody hears that there is something which could be lost with this member before it was sent.
  for (const peer of state.peers.values()) pushOwn(state, peer)
  state.out.sendAll(state.peers.keys(), noteOf(state))
}

export function tell(state: EventualState, peer: Peer): void {
  // As in `tellAll`.
  pushOwn(state, peer)
  state.out.send(peer.member, noteOf(state))
}

function noteOf(state: EventualState): VectorNote {
  const vector = state.durable
  // What is being executed has seen what was there when it was handed out, and no more.
  if (state.preparing.length === 0) state.toldSafe = safeTime(state, vector)
  // What others may still have of us has seen less.
  if (state.isGapOpen || state.floor.isBelow) state.toldSafe = 0
  else if (hasNewcomer(state)) state.toldSafe = Math.min(state.toldSafe, tied)
  return {
    kind: 'vector',
    vector,
    made: state.ownLast,
    promise: ownPromise(state, vector),
    safe: state.toldSafe,
    life: state.life,
    recovering: state.recovering !== null || state.floor.isBelow,
    isSettled: isSettled(state),
    held: heldBeyond(state, vector),
    reach: toldReach(state),
    guessed: state.gate?.unsure() ?? null,
    follows: hasBug('eventual-list-told-early') ? state.list : state.listOnDisk,
  }
}

/** Told in place of a stamp that is safe here: nothing is stable, though nothing of this member lacks. */
const tied = 1

/**
 * A member runs anew that lost entries, and may make others without these: who was told before that it holds them, and
 * does not hear it now, must not take what we hold for what all do.
 */
function hasNewcomer({ peers }: EventualState): boolean {
  for (const { vector, safe } of peers.values()) if (vector !== null && safe === 0) return true
  return false
}

function watchLacking(state: EventualState, peer: Peer): void {
  const { received } = state
  if (peer.vector === peer.watched && received.changes === peer.watchedChanges) return
  peer.watched = peer.vector
  peer.watchedChanges = received.changes
  const isLacking = peer.vector !== null && !received.includes(peer.vector)
  if (!isLacking) peer.lackingSince = 0
  else if (peer.lackingSince === 0) peer.lackingSince = state.mono
}

/** Asks a peer for what it has and we have not got for long. */
function ask(state: EventualState, peer: Peer): void {
  const { options, mono } = state
  if (peer.lackingSince === 0 || state.needsAll !== null || state.repair !== null) return
  // It is here, and waits for its turn.
  if (isBehind(state)) return
  const isWhole = state.recovering === null && !state.floor.isBelow
  const patience = isWhole ? options.relayMs : 0
  if (mono - peer.lackingSince < patience || mono - peer.askedAt < options.resendMs) return
  peer.askedAt = mono
  state.counters.wants++
  state.out.send(peer.member, { kind: 'want', vector: state.received })
}

/** Tells the engine up to which stamp everything is with everybody, if that went on. */
function stabilise(state: EventualState): void {
  state.stabilisedAt = state.mono
  if (state.recovering !== null || state.isGapOpen || state.floor.isBelow) return
  const { peers, appliedVector } = state
  // What others still bring of those who are gone may have seen less.
  if (!areClosed(state)) return
  // What a crash takes away may be shown to a new member by nobody.
  let upTo = Math.min(safeTime(state, appliedVector), safeTime(state, state.durable))
  for (const peer of peers.values()) {
    // All that it had made before it said so must be here: what comes then has seen all that it tells of.
    const isHere = appliedVector.wholeTo(peer.seat) >= peer.made
    if (peer.vector !== null && !peer.recovering && isHere) peer.effective = peer.safe
    if (!hasBug('eventual-stable-too-early')) upTo = Math.min(upTo, peer.effective)
  }
  if (upTo <= state.stable) return
  state.stable = upTo
  state.floor.rises(upTo)
  state.out.stable = upTo
}

/**
 * Up to which stamp there is no entry, of whatever member, that `vector` does not cover. The others
 * promised with their last notes up to where they make no more entries.
 */
export function safeTime(state: EventualState, vector: Vector): number {
  let safe = ownPromise(state, vector)
  for (const { seat, vector: theirs, promise } of state.peers.values()) {
    if (theirs === null) return 0
    const whole = vector.wholeTo(seat)
    safe = Math.min(safe, holdsAllOf(vector, theirs, seat) ? Math.max(whole, promise) : whole)
  }
  for (const seat of openSeats(state, vector)) safe = Math.min(safe, vector.wholeTo(seat))
  return safe
}

/** A stamp up to which this member makes no more entries than `vector` covers. */
function ownPromise(state: EventualState, vector: Vector): number {
  const { clock, seat } = state
  const isWhole = !state.isGapOpen && vector.covers(state.ownLast)
  if (state.ownLast > 0 && !isWhole) return vector.wholeTo(seat)
  if (state.isGapOpen || state.preparing.length > 0) return vector.wholeTo(seat)
  return Math.min(clock.last, state.reservedOnDisk)
}

/** Whether everything is there that a member had made when it said what it holds. */
function holdsAllOf(ours: Vector, theirs: Vector, seat: number): boolean {
  return theirs.rangesOf(seat).every((range) => ours.holds(range))
}
