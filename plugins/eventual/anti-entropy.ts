// Anti-entropy: members that hold the same entries compare digests of their slots, some at a time, while
// nothing is written. Where one differs each merges the other's: what one of them has not got, though it has
// seen it, ended or was removed there, and goes everywhere. Who compares says how far it came, and is asked for what
// is left soon; a digest that is known costs nothing, what has to be looked at and told in one turn is
// bounded, save that a text, a stream's pending entries and a slot that is told are one piece. Slots that hold what
// entries still bring are left out until these came: there is nobody whom they could be equal to.

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
import type { Span } from './overlays.js'
import type { Peer } from './peer.js'
import { canMerge } from './repair.js'
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
  const isTold = tellAsked(state, peer)
  if (isTold && peer.comparing === null) compare(state, peer)
  if ((peer.isHurried || !isTold) && !state.isWritten) return Math.ceil(options.compareMs / hurry)
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
  if (peer.equalSince !== appliedVector.changes) {
    peer.equalSince = appliedVector.changes
    peer.equalSlots = 0
  }
  const work = workOf(state)
  const slots = new Map<number, Hash64>()
  const ahead = state.overlays.ahead(appliedVector)
  const from = behind(ahead, peer.comparedTo)
  const end = ahead.find((span) => span.from > from)?.from ?? slotCount
  peer.equalSlots += from - peer.comparedTo
  peer.comparedTo = from % slotCount
  let slot = from
  let isWork = false
  while (slot < end && slots.size < heldMax) {
    const held = view.nextSlot(slot)
    if (held === null) return
    const next = Math.min(held, end)
    const digest = next < end ? view.digestStep(next, work) : null
    isWork = next < end && digest === null
    slot = next
    if (isWork) break
    if (digest === 'changed') {
      // It is left to the next round.
      if (slot === from) peer.comparedTo = (next + 1) % slotCount
      break
    }
    if (digest !== null) slots.set(slot++, digest)
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

/** The first slot from `slot` on that is in none of them, which are in the order of their first slots. */
function behind(spans: readonly Span[], slot: number): number {
  let first = slot
  for (const { from, to } of spans) if (from <= first && first < to) first = to
  return first
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
  const ahead = state.overlays.ahead(state.appliedVector)
  const theirs = [...slots.keys()].sort((a, b) => a - b)
  let at = 0
  for (let slot = from; slot < to; slot++) {
    const held = view.nextSlot(slot)
    if (held === null) return slot
    while (at < theirs.length && (theirs[at] as number) < slot) at++
    slot = Math.min(held, theirs[at] ?? to)
    if (slot >= to) break
    const left = behind(ahead, slot)
    if (left > slot) {
      slot = left - 1
      continue
    }
    const own = slot === held ? view.digestStep(slot, work) : hashZero
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
  if (state.repair !== null || state.view === undefined || isLess(state, peer)) return
  // It was taken meanwhile.
  if (state.overlays.isAhead(slot, state.appliedVector)) return
  peer.equalSlots = 0
  if (message.isAsking) {
    peer.asked.add(slot)
    tellAsked(state, peer)
  }
  // Nothing may come that entries still bring.
  if (!state.appliedVector.includes(vector) || !state.vector.equals(state.appliedVector)) return
  if (!canMerge(state, slot, exported)) return
  const mine = state.overlays.reach(slot, state.vector).vector
  const isWhole = { isMineLess: false, isTheirsLess: false, floor: message.floor }
  const mark = slotEntry({ slot, exported, mine, theirs: vector, ...isWhole })
  const payload = payloadOf(encodeSlotEntry(mark))
  state.floor.took(message.floor, state.clock.last)
  const at = state.positionAt(++state.delivered)
  state.out.deliveries.push({ at, payload, token: null, slot: mark })
  if (state.preparing.length > 0) state.behind.push({ payload, note: null })
  else state.append(payload, null)
}

/** Tells slots that it asked for; false where some are left to a later turn: theirs may be small where these are not. */
function tellAsked(state: EventualState, peer: Peer): boolean {
  const work = workOf(state)
  for (const slot of peer.asked) {
    if (work.left <= 0) return false
    const bytes = tell(state, peer, slot, false)
    if (bytes === null) return false
    peer.asked.delete(slot)
    work.left -= bytes * toldWork
  }
  return true
}

/** The bytes of a slot that was told; null where it cannot be now. */
function tell(state: EventualState, peer: Peer, slot: number, isAsking: boolean): number | null {
  if (state.out.isSending(peer.member) || state.out.isLate) return null
  const exported = state.view?.exportSlot(slot)
  if (exported == null) return null
  const { vector } = state.overlays.reach(slot, state.appliedVector)
  const message = { slot, vector, exported, floor: state.floor.known, isAsking }
  state.out.sendBehind(state.applied, peer.member, { kind: 'differing', ...message })
  return exported.length
}
