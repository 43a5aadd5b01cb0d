// Anti-entropy: members that hold the same entries compare digests of their slots, some at a time, while
// nothing is written. Where one differs each merges the other's: what one of them has not got, though it has
// seen it, ended or was removed there, and goes everywhere.

import { hasBug, type Hash64, hashEquals, hashZero, payloadOf, slotCount } from 'quorate/plugin'
import type { Differing, Digests } from './messages.js'
import type { Peer } from './peer.js'
import { encodeSlotEntry, slotEntry } from './slot-entry.js'
import type { EventualState } from './state.js'

/** Slots with anything in them, in one message. */
const heldMax = 64
/** Differing slots that one message is answered with. */
const differingMax = 16

export function antiEntropyTick(state: EventualState): void {
  const { view, options, mono } = state
  if (view === undefined || state.repair !== null || mono < state.comparedAt + options.compareMs)
    return
  state.comparedAt = mono
  for (const peer of state.peers.values()) {
    // One of two is enough.
    if (peer.seat < state.seat && isEqual(state, peer)) compare(state, peer)
  }
}

/** Both hold the same, and nothing is on its way to the engine. */
function isEqual(state: EventualState, peer: Peer): boolean {
  const { appliedVector, vector } = state
  return peer.isUp && peer.vector?.equals(appliedVector) === true && vector.equals(appliedVector)
}

function compare(state: EventualState, peer: Peer): void {
  const { view } = state
  const from = peer.comparedTo
  const slots = new Map<number, Hash64>()
  let slot = from
  while (slot < slotCount && slots.size < heldMax) {
    const next = view?.nextSlot(slot) ?? null
    if (next === null) return
    slot = Math.min(next + 1, slotCount)
    const digest = next < slotCount ? view?.slotDigest(next) : null
    if (digest != null) slots.set(next, digest)
  }
  peer.comparedTo = slot % slotCount
  const vector = state.appliedVector
  state.out.send(peer.member, { kind: 'digests', vector, from, to: slot, slots })
}

export function onDigests(state: EventualState, peer: Peer, message: Digests): void {
  const { view } = state
  if (view === undefined || state.repair !== null) return
  if (hasBug('eventual-digests-unheard')) return
  if (!state.appliedVector.equals(message.vector)) return
  const slots = new Set(message.slots.keys())
  for (let slot = message.from; slot < message.to; slot++) {
    const next = view.nextSlot(slot)
    if (next === null) return
    slot = next
    if (slot < message.to) slots.add(slot)
  }
  let count = 0
  for (const slot of slots) {
    const theirs = message.slots.get(slot) ?? hashZero
    const own = view.holdsSlot(slot) === true ? view.slotDigest(slot) : hashZero
    if (own === null || hashEquals(own, theirs)) continue
    if (++count > differingMax) return
    state.counters.differing++
    tell(state, peer, slot, true)
  }
}

export function onDiffering(state: EventualState, peer: Peer, message: Differing): void {
  const { slot, vector, exported } = message
  if (state.repair !== null || state.view === undefined) return
  if (message.isAsking) tell(state, peer, slot, false)
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

function tell(state: EventualState, peer: Peer, slot: number, isAsking: boolean): void {
  if (state.out.isSending(peer.member)) return
  const exported = state.view?.exportSlot(slot)
  if (exported == null) return
  const { vector } = state.overlays.reach(slot, state.appliedVector)
  const message = { slot, vector, exported, floor: state.floor.known, isAsking }
  state.out.sendBehind(state.applied, peer.member, { kind: 'differing', ...message })
}
