// Drains the outbox into one numbered Ready: what to execute, to write, to send, and who may be answered.

import { hasBug, type Ready, type StoreBatch, tailToWrite } from 'quorate/plugin'
import { evictLog } from './cutting.js'
import { encodeHardState } from './hard-state.js'
import { noteSplit, open, tellClaims } from './opening.js'
import { firstVersion, isLater } from './list.js'
import { knownReach } from './reach.js'
import { ship } from './shipping.js'
import { type EventualState, never } from './state.js'

const nothing: readonly never[] = []

export function takeReady(state: EventualState): Ready | null {
  if (state.gate !== null) open(state.gate.keyspace, state)
  ship(state)
  tellClaims(state)
  settle(state)
  const { out } = state
  if (out.deliveries.length === 0) noteSplit(state)
  const isHardDirty = state.isHardDirty
  const write = takeWrite(state)
  const isEmpty =
    write === null &&
    out.deliveries.length === 0 &&
    out.settled.length === 0 &&
    out.stable === null &&
    out.isEmpty
  if (isEmpty) return null
  state.batch++
  if (write !== null) {
    const reserved = isHardDirty ? state.hard.reserved : 0
    const list = isHardDirty ? (state.hard.list ?? firstVersion) : state.listOnDisk
    state.writes.push({ batch: state.batch, index: state.saved, reserved, list })
  }
  const hasRows = write !== null && (write.entries.length > 0 || write.reset !== null)
  const { deliveries: delivered, settled, stable } = out
  if (delivered.length > 0) out.deliveries = []
  if (settled.length > 0) out.settled = []
  out.stable = null
  return {
    batch: state.batch,
    write,
    mustSync: isHardDirty || (hasRows && state.durability === 'always'),
    sendAfterWrite: nothing,
    delivered,
    settled,
    stable,
    ...out.drain(),
  }
}

/** Own entries that may be answered. */
function settle(state: EventualState): void {
  const end = hasBug('eventual-answer-before-sync') ? state.tail.last : state.settledIndex
  while (state.unsettled.length > 0 && (state.unsettled[0] as { index: number }).index <= end) {
    const done = state.unsettled.shift()
    if (done !== undefined) state.out.settled.push(done.token)
  }
}

function takeWrite(state: EventualState): StoreBatch | null {
  const { out, tail } = state
  const hasEntries = state.hasUnsaved
  if (!state.isHardDirty && !hasEntries && out.cutTo === null && out.reset === null) return null
  const isHardDirty = state.isHardDirty || out.reset !== null
  if (isHardDirty && state.gate !== null) state.hard = { ...state.hard, known: knownReach(state) }
  const batch: StoreBatch = {
    state: isHardDirty ? encodeHardState(state.hard) : null,
    voteTerm: 0,
    ...tailToWrite(tail, hasEntries ? state.saved : tail.last),
    cutTo: out.cutTo,
    reset: out.reset,
  }
  state.saved = tail.last
  state.isHardDirty = false
  out.cutTo = null
  out.reset = null
  return batch
}

/** The write of a Ready is on disk, and all before it. */
export function writePersisted(state: EventualState, batch: number): void {
  while (state.writes.length > 0 && (state.writes[0] as { batch: number }).batch <= batch) {
    const write = state.writes.shift()
    if (write === undefined) break
    if (write.reserved > state.reservedOnDisk) state.reservedOnDisk = write.reserved
    if (isLater(write.list, state.listOnDisk)) {
      state.listOnDisk = write.list
      // Others wait for this.
      state.toldAt = never
    }
    state.persistedTo(Math.min(write.index, state.tail.last))
  }
  evictLog(state)
}
