// Which entries of the log may go: those that are in a finished checkpoint and on the disks of all
// members; the oldest of the others, too, where they take more than they may. A log that is on no disk is for
// the others alone: no checkpoint needs it.

import { hasBug, limits, Vector } from 'quorate/plugin'
import { addNote, isOfEntry } from './ledger.js'
import type { EventualState } from './state.js'

export function cutLog(state: EventualState): void {
  const { tail, ledger, options } = state
  const isInMemory = state.durability === 'none'
  const end = Math.min(isInMemory ? tail.last : state.checkpointed, state.applied, state.persisted)
  if (end < tail.first) return
  const keep = isInMemory ? Math.min(options.keepBytes, limits.tailBytesMax) : options.keepBytes
  let to = tail.base.index
  while (to < end && (state.logBytes > keep || isEverywhere(state, to + 1))) {
    state.logBytes -= tail.sizeAt(++to)
    const note = ledger.at(to)
    if (isOfEntry(note) || note instanceof Vector) addNote(state.cutThrough, note)
  }
  if (to <= tail.base.index) return
  tail.cut(to)
  ledger.cut(to)
  if (!isInMemory) state.out.cutTo = to
}

function isEverywhere(state: EventualState, index: number): boolean {
  const note = state.ledger.at(index)
  if (!isOfEntry(note) || hasBug('eventual-cut-before-everywhere')) return true
  for (const { vector } of state.peers.values()) {
    if (vector?.covers(note.upTo) !== true) return false
  }
  return true
}
