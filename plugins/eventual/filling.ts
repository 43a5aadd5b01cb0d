// Ranges without an entry: what a member made and lost before a crash, and nobody else has. Whoever learns of
// one notes it in its own log: what was seen behind it needs it, after a restart as well.

import { payloadOf, type StampRange, Vector } from 'quorate/plugin'
import { addLost } from './ledger.js'
import { encodeSlotEntry, filledSlot, slotEntry } from './slot-entry.js'
import { emptyPayload, type EventualState } from './state.js'

/** From now on there are no entries in a range but those that are held. */
export function fillRange(state: EventualState, range: StampRange): void {
  const whole = new Vector()
  whole.add(range)
  for (const gap of state.vector.lacks(whole)) fillGap(state, gap)
}

function fillGap(state: EventualState, range: StampRange): void {
  const theirs = new Vector()
  theirs.add(range)
  const none = new Uint8Array(0)
  const isLess = { isMineLess: false, isTheirsLess: false, floor: null }
  const mine = new Vector()
  const entry = slotEntry({ slot: filledSlot, exported: none, theirs, mine, ...isLess })
  const payload = payloadOf(encodeSlotEntry(entry))
  const at = state.positionAt(++state.delivered)
  state.out.deliveries.push({ at, payload: emptyPayload, token: null })
  state.vector.add(range)
  state.gate?.knows(range)
  addLost(state.lost, range)
  const note = { filled: range }
  if (state.preparing.length > 0) state.behind.push({ payload, note })
  else state.append(payload, note)
}

/** What another member knows to be lost is lost. */
export function fillAll(state: EventualState, lost: Vector): void {
  for (const range of lost.ranges()) if (!state.lost.holds(range)) fillRange(state, range)
}
