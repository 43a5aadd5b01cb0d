// Repair: a member that lacks what entries do not tell any more takes the slots of another one as they are,
// one after the other, and merges them. What it lacks and the other holds is taken; what the other has seen
// and does not hold was removed. It takes no writes meanwhile; the other one does.

import { hasBug, type MemberId, payloadOf, slotCount, Vector } from 'quorate/plugin'
import { fillAll } from './filling.js'
import type { Known } from './floor.js'
import type { Slots } from './messages.js'
import type { Handed } from './overlays.js'
import type { Peer } from './peer.js'
import { emptyPayload } from './note.js'
import { isNear, release } from './receiving.js'
import { encodeSlotEntry, repairedSlot, type SlotEntry, slotEntry } from './slot-entry.js'
import type { EventualState } from './state.js'

/** A repair that runs. */
export interface Repair {
  from: MemberId
  /** The next slot. */
  next: number
  /** What the other member held when it began. */
  start: Vector | null
  askedAt: number
}

/** Slots in one message, and bytes: writing them down takes a quarter of a millisecond for each KB of small elements. */
const slotsMax = 2_048
const slotsBytesMax = 64 * 1024

/** Milliseconds, at most, until slots are asked for again behind some that could not be merged. */
const refusedMsMax = 30_000

/** Asks for the next slots, and again where no answer came. */
export function repairTick(state: EventualState): void {
  const { repair, options, mono } = state
  if (repair === null || mono - repair.askedAt < options.resendMs) return
  const peer = state.peers.get(repair.from)
  if ((peer === undefined || !gives(state, peer)) && !asksOther(state)) return
  repair.askedAt = mono
  ask(state)
}

function gives(state: EventualState, { isUp, vector }: Peer): boolean {
  return isUp && vector !== null && isNear(state, vector)
}

/** Another one may hold other things: it begins anew. False where there is none. */
function asksOther(state: EventualState, askedAt = state.mono): boolean {
  const { repair, peers } = state
  const all = [...peers.values()]
  const at = all.findIndex(({ member }) => member === repair?.from)
  // The next one in turn: of two that give nothing each would follow the other for ever.
  const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))]
  const other = others.find((peer) => gives(state, peer))
  if (other === undefined) return false
  state.repair = { from: other.member, next: 0, start: null, askedAt }
  return true
}

/** A peer wants slots: sent now, or as soon as no entry is half executed. */
export function sendSlots(state: EventualState, peer: Peer): void {
  const { view } = state
  if (peer.wantsSlot === null || view === undefined) return
  // What was handed out counts as held, and is not in the slots yet.
  if (state.applied < state.delivered && !hasBug('eventual-slots-ahead')) return
  const exported: (Uint8Array | null)[] = []
  const bytesMax = Math.min(state.options.batchBytes, slotsBytesMax)
  let bytes = 0
  let empty: Uint8Array | null = null
  let slot = peer.wantsSlot
  let next = view.nextSlot(slot)
  const { vector, to } = state.overlays.reach(slot, state.appliedVector)
  for (; slot < to && exported.length < slotsMax; slot++) {
    if (next !== null && next < slot) next = view.nextSlot(slot)
    if (next === null || bytes >= bytesMax) break
    const holds = next === slot
    // One stands for all that are empty.
    if (!holds) empty ??= view.exportSlot(slot) ?? noSlot
    const each = holds ? (view.exportSlot(slot) ?? noSlot) : null
    exported.push(each)
    bytes += each?.length ?? 0
  }
  if (exported.length === 0) return
  const everywhere = Vector.copyOf(state.appliedVector)
  const lost = Vector.copyOf(state.lost)
  const sure = Vector.copyOf(state.sure)
  const floor = state.floor.known
  const hangs = state.gate?.keyspace.hangs ?? new Vector()
  const message = {
    slot: peer.wantsSlot,
    exported,
    vector,
    everywhere,
    lost,
    sure,
    hangs,
    floor,
    empty: empty ?? noSlot,
  }
  state.out.sendBehind(state.applied, peer.member, { kind: 'slots', ...message })
  peer.wantsSlot = null
}

export function onSlots(state: EventualState, from: MemberId, message: Slots): void {
  const { repair, view } = state
  if (repair === null || repair.from !== from || repair.next !== message.slot) return
  if (view === undefined || message.exported.length === 0) return
  repair.start ??= message.everywhere
  if (!message.everywhere.includes(repair.start)) {
    // It came back with less than it had, as the slots that it gave before show: all of them again.
    state.repair = { from, next: 0, start: null, askedAt: state.mono }
    ask(state)
    return
  }
  if (!isNear(state, message.vector)) return
  if (!canMergeAll(state, message)) {
    // It is asked for them again, if there is no other; each time later, as all that comes before them comes anew.
    const { resendMs } = state.options
    const waitMs = Math.min(
      resendMs * (1 << Math.min(state.refused - 1, 16)),
      Math.max(refusedMsMax, resendMs),
    )
    repair.askedAt = state.mono + waitMs - resendMs
    asksOther(state, repair.askedAt)
    return
  }
  for (const { upTo } of message.vector.ranges()) state.clock.see(upTo)
  state.hangs.join(message.hangs)
  const handed: Handed[] = []
  let held = -1
  for (const exported of message.exported) {
    const slot = repair.next++
    // Where it is not known what is held, the slot counts.
    if (held < slot) held = view.nextSlot(slot) ?? slot
    const isEmpty = exported === null && held > slot
    const of = { slot, exported: exported ?? message.empty, theirs: message.vector }
    if (isEmpty) continue
    take(state, from, of, message)
    handed.push({ slot, index: state.delivered })
  }
  state.overlays.add({ from: message.slot, to: repair.next }, message.vector, handed)
  if (repair.next < slotCount) {
    repair.askedAt = state.mono
    ask(state)
    return
  }
  state.repair = null
  state.refused = 0
  state.takenFrom = { member: from, life: state.peers.get(from)?.life ?? 0, at: state.mono }
  state.counters.repairs++
  state.hasAll = true
  if (!hasBug('eventual-repair-not-joined')) {
    // First: what the vector covers already is not noted as lost any more.
    fillAll(state, message.lost, message.sure)
    take(state, from, { slot: repairedSlot, exported: noSlot, theirs: repair.start }, message)
  }
  release(state)
}

/** To be asked before a slot is logged: a group does not get past one that its engine cannot merge, at any start. */
export function canMerge(state: EventualState, slot: number, exported: Uint8Array): boolean {
  const { view, counters, out } = state
  if (view?.isSlot?.(exported, slot) !== false) return true
  counters.malformed++
  if (state.refused++ === 0) out.note('warn', 'eventual.slot-malformed', { slot })
  return false
}

function canMergeAll(state: EventualState, { slot, exported, empty }: Slots): boolean {
  return exported.every((each, at) => canMerge(state, slot + at, each ?? empty))
}

const noSlot: Uint8Array = new Uint8Array(0)

function ask(state: EventualState): void {
  const { repair } = state
  if (repair === null) return
  state.out.send(repair.from, { kind: 'want-slots', slot: repair.next })
}

/** Into the log and to the engine. */
function take(
  state: EventualState,
  from: MemberId,
  of: Pick<SlotEntry, 'slot' | 'exported' | 'theirs'>,
  { lost, floor }: Pick<Slots, 'lost' | 'floor'>,
): void {
  const mine = state.overlays.reach(of.slot, state.vector).vector
  // What is nowhere is not lacking: else what was removed here would count as never had.
  mine.join(lost)
  // Who has all that the other one may have forgotten lost nothing that counts.
  const isWhole = state.recovering === null && !state.floor.isBelow
  const isMineLess = !isWhole && !holdsAll(mine, floor)
  const isTheirsRecovering = state.peers.get(from)?.recovering ?? false
  const isTheirsLess = isTheirsRecovering && !holdsAll(of.theirs, state.floor.known)
  state.floor.took(floor, state.clock.last)
  const isEnd = of.slot === repairedSlot
  const entry = slotEntry({
    ...of,
    mine: isEnd ? state.hangs : mine,
    isMineLess,
    isTheirsLess,
    floor,
  })
  const payload = payloadOf(encodeSlotEntry(entry))
  const at = state.positionAt(++state.delivered)
  const note = isEnd ? of.theirs : null
  if (note === null) state.out.deliveries.push({ at, payload, token: null, slot: entry })
  else {
    state.out.deliveries.push({ at, payload: emptyPayload, token: null })
    state.vector.join(note)
    state.gate?.leaps(note, state)
    state.cutThrough.join(note)
  }
  if (state.preparing.length > 0) state.behind.push({ payload, note })
  else state.append(payload, note)
}

function holdsAll(vector: Vector, floor: Known | null): boolean {
  return floor !== null && !hasBug('eventual-floor-unknown') && vector.includes(floor.vector)
}
