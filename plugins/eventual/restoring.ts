// What a run finds on its disk: entries up to the checkpoint, which only fill the log, and those behind it, which
// the engine gets again.

import type { LogEntry, Payload } from 'quorate/plugin'
import { decodeEntry, type Entry } from './entry.js'
import { addLost, addNote, type Note, seeFloor } from './ledger.js'
import { decodeSlotEntry, noteOfSlot, repairedSlot, type SlotEntry } from './slot-entry.js'
import { emptyPayload, localTerm, noteOf } from './note.js'
import type { EventualState } from './state.js'

export function restoreLog(
  state: EventualState,
  earlier: readonly LogEntry[],
  entries: readonly LogEntry[],
): void {
  for (const { payload } of earlier) {
    const entry = restore(state, payload)
    if (entry !== null && !('slot' in entry)) state.cutThrough.remove(noteOf(entry))
  }
  for (const range of state.lost.ranges()) state.cutThrough.remove(range)
  for (const { payload } of entries) again(state, payload)
}

/** An entry that the disk held. */
function restore(state: EventualState, payload: Payload): Entry | SlotEntry | null {
  state.tail.append({ term: localTerm, index: state.tail.last + 1, payload })
  state.logBytes += payload.size
  const bytes = payload.bytes()
  const entry = bytes.length === 0 ? null : (decodeEntry(bytes) ?? decodeSlotEntry(bytes))
  state.ledger.append(entry === null ? null : restoredNote(entry))
  return entry
}

/** One that the engine has not got any more: it is handed out again. */
function again(state: EventualState, payload: Payload): void {
  const entry = restore(state, payload)
  state.delivered = state.tail.last
  const at = state.positionAt(state.delivered)
  const { deliveries } = state.out
  if (entry === null) deliveries.push({ at, payload, token: null })
  else {
    const note = restoredNote(entry)
    addNote(state.vector, note)
    seeFloor(state.floor, note)
    if (!('slot' in entry)) {
      if (entry.needs !== null) state.hangs.join(entry.needs)
      if (entry.seat !== state.seat) state.backlogBytes += payload.size
      const holds = state.overlays.holding(entry.stamp)
      const merge = holds === undefined ? entry : { ...entry, holds }
      deliveries.push({ at, payload, token: null, merge })
    } else if (note === null) {
      deliveries.push({ at, payload, token: null, slot: entry })
      state.floor.took(entry.floor, state.hard.reserved)
      const slots = { from: entry.slot, to: entry.slot + 1 }
      state.overlays.add(slots, entry.theirs, [{ slot: entry.slot, index: at.index }])
    } else {
      deliveries.push({ at, payload: emptyPayload, token: null })
      if (entry.slot === repairedSlot) {
        state.cutThrough.join(entry.theirs)
        state.hangs.join(entry.mine)
      } else {
        for (const range of entry.theirs.ranges()) addLost(state.lost, range)
        for (const range of entry.mine.ranges()) addLost(state.sure, range)
      }
    }
  }
}

function restoredNote(entry: Entry | SlotEntry): Note {
  return 'slot' in entry ? noteOfSlot(entry) : noteOf(entry)
}
