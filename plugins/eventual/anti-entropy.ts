// Anti-entropy: members that hold the same entries compare digests of their slots, some at a time, while
// nothing is written. Where one differs each merges the other's: what one of them has not got, though it has
// seen it, ended or was removed there, and goes everywhere. Who compares says how far it came, and is asked for what
// is left soon; a digest that is known costs nothing, what has to be
// looked at in one turn is bounded, save that a text, a stream's pending entries and a slot that is told are one piece.

import {
  type DigestWork,
  hasBug,
  type Hash64,
  hashEquals,
  hashZero,
  type MergeView,
  payloadOf,
  slotCount,
} from 'quorate/plugin'
import type { Compared, Differing, Digests } from './messages.js'
import type { Peer } from './peer.js'
import { encodeSlotEntry, slotEntry } from './slot-entry.js'
import type { EventualState } from './state.js'

/** Slots with anything in them, in one message. */
const heldMax = 1_024
/** Bytes that all groups of a member look at in one millisecond, and one of many groups at least; about 2 ms. */
const workMax = 512 * 1024
const workLeast = 16 * 1024
/** A byte of a slot that is told costs as much as so many that are looked at. */
const toldWork = 8
/** Where work ended a message the next one follows in a part of the time. */
const hurry = 5

export function antiEntropyTick(state: EventualState): void {
  const { options, mono } = state
  if (mono < state.comparesAt) return
  let wait = Number.MAX_SAFE_INTEGER
  const { changes } = state.appliedVector
  state.isWritten = changes !== state.comparedChanges
  state.comparedChanges = changes
  for (const peer of state.peers.values()) {
    // One of two is enough.
    if (peer.seat > state.seat || !isEqual(state, peer)) continue
    wait = Math.min(wait, turn(state, peer))
  }
  // Whoever is not equal comes to be so in a turn, and none is asked for.
  state.comparesAt = mono + (wait < Number.MAX_SAFE_INTEGER ? wait : options.compareMs)
  state.comparesNextAt = mono + wait
}

/** Milliseconds at which there is something to compare. */
export function compareWakeAt({ view, isMember, comparesNextAt }: EventualState): number {
  return view === undefined || !isMember ? Number.MAX_SAFE_INTEGER : comparesNextAt
}

/** Both hold the same, and neither lost what it may have been without for a while: that would count as removed. */
function isEqual(state: EventualState, peer: Peer): boolean {
  const { appliedVector, vector, repair } = state
  if (!peer.isUp || repair !== null || isLess(state, peer)) return false
  return peer.vector?.equals(appliedVector) === true && vector.equals(appliedVector)
}

function isLess({ recovering, floor }: EventualState, peer: Peer): boolean {
  return recovering !== null || floor.isBelow || peer.recovering
}

/** Milliseconds until the next one. */
function turn(state: EventualState, peer: Peer): number {
  const { options, applied, delivered, out } = state
  checkAnswer(state, peer)
  // Slots that differed are still to be merged, or on their way.
  if (applied < delivered || out.isSending(peer.member)) return options.compareMs
  if (peer.comparing === null) compare(state, peer)
  if (peer.isHurried && !state.isWritten) return Math.ceil(options.compareMs / hurry)
  return peer.equalSlots < slotCount ? options.compareMs : options.idleMs
}

/** Builds without answers go on, and so does who lost one. */
function checkAnswer({ mono, options }: EventualState, peer: Peer): void {
  const { comparing } = peer
  if (comparing === null || mono < comparing.at + options.resendMs) return
  peer.comparedTo = comparing.to % slotCount
  peer.comparing = null
}

function compare(state: EventualState, peer: Peer): void {
  const { view, appliedVector } = state
  if (view === undefined) return
  const work = workOf(state)
  const slots = new Map<number, Hash64>()
  const from = peer.comparedTo
  let slot = from
  let isWork = false
  while (slot < slotCount && slots.size < heldMax) {
    const next = view.nextSlot(slot)
    if (next === null) return
    const digest = next < slotCount ? digestOf(view, next, work) : null
    isWork = next < slotCount && digest === null
    slot = next
    if (isWork) break
    if (digest === 'changed') {
      // It is left to the next round.
      if (slot === from) peer.comparedTo = (next + 1) % slotCount
      break
    }
    if (digest !== null) slots.set(slot++, digest)
  }
  if (peer.equalSince !== appliedVector.changes) {
    peer.equalSince = appliedVector.changes
    peer.equalSlots = 0
  }
  peer.isHurried = isWork
  if (slot === from) return
  peer.comparing = { from, to: slot, at: state.mono }
  state.out.send(peer.member, { kind: 'digests', vector: appliedVector, from, to: slot, slots })
}

/** What may be looked at in this turn. */
function workOf(state: EventualState): DigestWork {
  const { work, mono, groups } = state
  if (work.at !== mono) {
    work.at = mono
    work.left = Math.max(workLeast, workMax / groups)
    if (state.isWritten) work.left /= 2
  }
  return work
}

/** Null where that is too much for now. */
function digestOf(view: MergeView, slot: number, work: DigestWork): Hash64 | 'changed' | null {
  return view.digestStep === undefined ? view.slotDigest(slot) : view.digestStep(slot, work)
}

export function onDigests(state: EventualState, peer: Peer, message: Digests): void {
  const { view } = state
  if (view === undefined || state.repair !== null) return
  if (hasBug('eventual-digests-unheard')) return
  const isAtRest = state.applied === state.delivered && !isLess(state, peer)
  const isSame = isAtRest && state.appliedVector.equals(message.vector)
  const to = isSame ? comparedTo(state, view, peer, message) : message.from
  state.out.send(peer.member, { kind: 'compared', slot: to })
}

/** Tells of the slots that differ; up to which all were looked at. */
function comparedTo(
  state: EventualState,
  view: MergeView,
  peer: Peer,
  { from, to, slots }: Digests,
): number {
  const work = workOf(state)
  const theirs = [...slots.keys()].sort((a, b) => a - b)
  let at = 0
  for (let slot = from; slot < to; slot++) {
    const held = view.nextSlot(slot)
    if (held === null) return slot
    while (at < theirs.length && (theirs[at] as number) < slot) at++
    slot = Math.min(held, theirs[at] ?? to)
    if (slot >= to) break
    const own = slot === held ? digestOf(view, slot, work) : hashZero
    if (own === null) return slot
    if (own === 'changed' || hashEquals(own, slots.get(slot) ?? hashZero)) continue
    if (work.left <= 0) return slot
    const bytes = tell(state, peer, slot, true)
    if (bytes === null) return slot
    state.counters.differing++
    work.left -= bytes * toldWork
  }
  return to
}

export function onCompared(state: EventualState, peer: Peer, message: Compared): void {
  const { comparing } = peer
  const { slot } = message
  if (comparing === null || slot < comparing.from || slot > comparing.to) return
  state.counters.compared += slot - comparing.from
  peer.comparing = null
  peer.comparedTo = slot % slotCount
  if (slot < comparing.to) {
    peer.isHurried = true
    const soon = state.mono + Math.ceil(state.options.compareMs / (state.isWritten ? 1 : hurry))
    state.comparesAt = Math.min(state.comparesAt, soon)
    state.comparesNextAt = Math.min(state.comparesNextAt, soon)
  }
  if (peer.equalSince === state.appliedVector.changes) peer.equalSlots += slot - comparing.from
  else peer.equalSlots = 0
}

export function onDiffering(state: EventualState, peer: Peer, message: Differing): void {
  const { slot, vector, exported } = message
  if (state.repair !== null || state.view === undefined) return
  peer.equalSlots = 0
  if (message.isAsking && tell(state, peer, slot, false) === null) {
    // Compared again from there on, once it can be told.
    peer.comparing = null
    peer.comparedTo = slot
  }
  // Nothing may come that entries still bring.
  if (!state.appliedVector.includes(vector) || !state.vector.equals(state.appliedVector)) return
  const mine = state.overlays.reach(slot, state.vector).vector
  const isLess = { isMineLess: false, isTheirsLess: false, floor: message.floor }
  const mark = slotEntry({ slot, exported, mine, theirs: vector, ...isLess })
  const payload = payloadOf(encodeSlotEntry(mark))
  state.floor.took(message.floor, state.clock.last)
  const at = state.positionAt(++state.delivered)
  state.out.deliveries.push({ at, payload, token: null, slot: mark })
  if (state.preparing.length > 0) state.behind.push({ payload, note: null })
  else state.append(payload, null)
}

/** The bytes of a slot that was told; null where it cannot be now. */
function tell(state: EventualState, peer: Peer, slot: number, isAsking: boolean): number | null {
  if (state.out.isSending(peer.member)) return null
  const exported = state.view?.exportSlot(slot)
  if (exported == null) return null
  const { vector } = state.overlays.reach(slot, state.appliedVector)
  const message = { slot, vector, exported, floor: state.floor.known, isAsking }
  state.out.sendBehind(state.applied, peer.member, { kind: 'differing', ...message })
  return exported.length
}
