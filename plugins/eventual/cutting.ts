// Which entries of the log may go: those that are in a finished checkpoint and on the disks of all
// members; the oldest of the others, too, where they take more than they may.

import { hasBug, Vector } from 'quorate/plugin'
import { addNote, isOfEntry } from './ledger.js'
import type { EventualState } from './state.js'

export function cutLog(state: EventualState): void {
  const { tail, ledger, options } = state
  const end = Math.min(state.checkpointed, state.applied, state.persisted)
  if (end < tail.first) return
  let to = tail.base.index
  while (to < end && (state.logBytes > options.keepBytes || isEverywhere(state, to + 1))) {
    state.logBytes -= tail.sizeAt(++to)
    const note = ledger.at(to)
    if (isOfEntry(note) || note instanceof Vector) addNote(state.cutThrough, note)
  }
  if (to <= tail.base.index) return
  tail.cut(to)
  ledger.cut(to)
  if (state.durability !== 'none') state.out.cutTo = to
}

function isEverywhere(state: EventualState, index: number): boolean {
  const note = state.ledger.at(index)
  if (!isOfEntry(note) || hasBug('eventual-cut-before-everywhere')) return true
  for (const { vector } of state.peers.values()) {
    if (vector?.covers(note.upTo) !== true) return false
  }
  return true
}
