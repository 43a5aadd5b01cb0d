// Entries on their way to the others: own ones at once, pipelined, within a window; those of others only
// where a member asks for them, because their own origin does not reach it.

import { hasBug, limits, type LogEntry, type StampRange, Vector } from 'quorate/plugin'
import { addNote, isOfEntry } from './ledger.js'
import type { Peer } from './peer.js'
import { sendSlots } from './repair.js'
import type { EventualState } from './state.js'

/** Sends every peer what it is owed: nobody waits for it, so that what several turns made is one message. */
export function ship(state: EventualState): void {
  for (const peer of state.peers.values()) {
    if (!peer.isUp || peer.isGettingAll) continue
    if (state.mono >= shipsAt(state, peer, state.mono)) {
      pushOwn(state, peer)
      if (peer.shippedAt === state.mono) state.pace?.shipped(state.mono)
    }
    if (state.out.isSending(peer.member)) {
      peer.wanted = null
      peer.wantsSlot = null
      continue
    }
    answerWant(state, peer)
    sendSlots(state, peer)
  }
  if (!hasBug('eventual-slots-before-sync')) state.out.settledTo(state.settledIndex)
  else state.out.settledTo(state.tail.last)
}

/** Milliseconds at which own entries are due that were not sent yet. */
export function shipWakeAt(state: EventualState): number {
  const { peers, settledIndex, options } = state
  let at = Number.MAX_SAFE_INTEGER
  for (const peer of peers.values()) {
    const { isUp, isGettingAll, next, flightBytes } = peer
    const isOwed = isUp && !isGettingAll && next !== null && next <= settledIndex
    if (isOwed && flightBytes < options.windowBytes) at = Math.min(at, shipsAt(state, peer, null))
  }
  return at
}

/** By the group itself, and by all groups together: `mono` in the turn that asks, null for a later one. */
function shipsAt({ options, pace }: EventualState, peer: Peer, mono: number | null): number {
  const at = peer.shippedAt + options.shipMs
  return pace === null ? at : Math.max(at, pace.shipsFrom(mono))
}

/** What a peer holds is known: its acknowledgements count, and what it lacks is sent from there on. */
export function acknowledged(state: EventualState, peer: Peer, vector: Vector): void {
  let moved = false
  while (peer.flight.length > 0) {
    const oldest = peer.flight[0] as { readonly stamp: number; readonly bytes: number }
    if (!vector.covers(oldest.stamp)) break
    peer.flight.shift()
    peer.flightBytes -= oldest.bytes
    moved = true
  }
  if (moved) peer.movedAt = state.mono
  if (peer.next !== null) return
  peer.next = state.ledger.firstLacking(vector, state.tail.first, state.seat)
  peer.movedAt = state.mono
}

/** Own entries were lost on the way, or may have been: they are sent again from what the peer holds. */
export function rewind(peer: Peer): void {
  peer.next = null
  peer.heldTo = 0
  peer.flight.length = 0
  peer.flightBytes = 0
}

/** Entries that were sent and not acknowledged for long: many bytes take longer. To who says nothing at all, once. */
export function checkFlight(state: EventualState, peer: Peer): void {
  const patience = state.options.resendMs + peer.flightBytes / limits.resendBytesPerMs
  if (peer.flight.length === 0 || state.mono - peer.movedAt < patience) return
  if (peer.heardAt < peer.resentAt || state.out.isSending(peer.member)) return
  peer.resentAt = state.mono
  state.counters.resent++
  const { vector } = peer
  rewind(peer)
  if (vector !== null) acknowledged(state, peer, vector)
}

/** Own entries, up to those that may be told of. */
export function pushOwn(state: EventualState, peer: Peer): void {
  if (!peer.isUp || peer.isGettingAll) return
  const { options, ledger } = state
  const end = state.settledIndex
  while (peer.next !== null && peer.next <= end && peer.flightBytes < options.windowBytes) {
    const entries: Uint8Array[] = []
    let bytes = 0
    let index = Math.max(peer.next, state.tail.first)
    for (; index <= end && bytes < options.batchBytes; index++) {
      const note = ledger.at(index)
      if (!isOfEntry(note) || note.seat !== state.seat) continue
      if (peer.vector?.covers(note.upTo) === true) continue
      const entry = entryAt(state, peer, index)
      if (entry === null) break
      const body = entry.payload.bytes()
      entries.push(body)
      bytes += body.length
      peer.flight.push({ stamp: note.upTo, bytes: body.length })
    }
    const isStuck = peer.next === index
    peer.next = index
    if (entries.length > 0) {
      if (peer.flightBytes === 0) peer.movedAt = state.mono
      state.gate?.keyspace.owed.add(peer.member)
      peer.flightBytes += bytes
      peer.shippedAt = state.mono
      const sure = new Vector()
      state.out.send(peer.member, { kind: 'entries', entries, filled: [], sure, isCut: false })
    }
    if (isStuck) return
  }
}

/** One batch for each time that it asks. */
function answerWant(state: EventualState, peer: Peer): void {
  const { wanted } = peer
  if (wanted === null) return
  const { ledger, options } = state
  const end = state.settledIndex
  const entries: Uint8Array[] = []
  let bytes = 0
  for (let index = ledger.firstLacking(wanted, state.tail.first, null); index <= end; ) {
    const entry = entryAt(state, peer, index)
    // It is read back from the disk: the answer follows then.
    if (entry === null && entries.length === 0) return
    if (entry === null || bytes >= options.batchBytes) break
    const body = entry.payload.bytes()
    entries.push(body)
    bytes += body.length
    index = ledger.firstLacking(wanted, index + 1, null)
  }
  peer.wanted = null
  const { isCut, filled } = restOf(state, wanted)
  if (entries.length === 0 && filled.length === 0 && !isCut) return
  state.counters.relayed += entries.length
  const sure = new Vector()
  for (const range of filled) sure.add(range)
  sure.meet(state.sure)
  state.out.send(peer.member, { kind: 'entries', entries, filled, sure, isCut })
}

/** What `wanted` lacks of what we hold, and no entry of our log tells of. */
function restOf(
  state: EventualState,
  wanted: Vector,
): { readonly isCut: boolean; readonly filled: readonly StampRange[] } {
  const told = state.ledger.addTo(Vector.copyOf(wanted))
  for (const each of state.behind) {
    if (each !== null && isOfEntry(each.note)) addNote(told, each.note)
  }
  const rest = told.lacks(state.vector)
  const isCut = rest.some((range) => touches(state.cutThrough, range))
  return { isCut, filled: isCut || hasBug('eventual-gap-not-filled') ? [] : rest }
}

function touches(vector: Vector, range: StampRange): boolean {
  const one = new Vector()
  one.add(range)
  const [first] = vector.lacks(one)
  return first === undefined || first.after !== range.after || first.upTo !== range.upTo
}

/** From memory, or from what was read back; asks for it where it is neither. */
function entryAt(state: EventualState, peer: Peer, index: number): LogEntry | null {
  const inMemory = state.tail.entryAt(index)
  if (inMemory !== null) return inMemory
  const first = peer.fetched[0]?.index ?? 0
  const read = peer.fetched[index - first]
  if (read !== undefined && read.index === index) return read
  askDisk(state, index)
  return null
}

/** Entries read back at once. */
const fetchMax = 1024

function askDisk(state: EventualState, from: number): void {
  if (state.fetching !== null) return
  const to = Math.min(from + fetchMax, state.tail.evicted)
  state.fetching = { from, to }
  state.out.fetch = state.fetching
  state.counters.fetches++
}

export function entriesFetched(state: EventualState, entries: readonly LogEntry[]): void {
  const asked = state.fetching
  state.fetching = null
  if (asked === null) return
  for (const peer of state.peers.values()) {
    const wants = peer.wanted !== null || (peer.next !== null && peer.next <= asked.to)
    if (wants) peer.fetched = entries
  }
}
