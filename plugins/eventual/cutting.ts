// Which entries of the log may go: those that are in a finished checkpoint and on the disks of all
// members; the oldest of the others, too, where they take more than they may. A log that is on no disk is for
// the others alone: no checkpoint needs it. Memory is spent on members that are there or were so lately; for
// one that is away longer a small part of what the data takes is kept, and nothing depends on it: it takes slots.

import { hasBug, Vector } from 'quorate/plugin'
import { addNote, isOfEntry } from './ledger.js'
import type { Peer } from './peer.js'
import type { EventualState } from './state.js'

/** The part of the data's bytes that the log of members that are away may take in memory. */
const dataShare = 64
/** Bytes of memory that an entry of the log takes beside its payload, and without one in memory. */
const entryBytes = 400
const headBytes = 192

export function cutLog(state: EventualState): void {
  const { tail, ledger, options } = state
  const isInMemory = state.durability === 'none'
  // The last entry stays on the disk: it shows that the log reached as far as the checkpoint does (`hasLog`).
  const most = isInMemory ? tail.last : Math.min(state.checkpointed, tail.last - 1)
  const end = Math.min(most, state.applied, state.persisted)
  if (end < tail.first) return
  const keep = isInMemory ? Math.min(options.keepBytes, state.tailBytes) : options.keepBytes
  let little = -1
  let to = tail.base.index
  while (to < end) {
    if (state.logBytes <= keep && !isHeld(state, to + 1, true)) {
      const memory = isInMemory
        ? state.logBytes + (tail.last - to) * entryBytes
        : (tail.last - to) * headBytes
      if (little < 0) little = littleOf(state)
      if (memory <= little || !isHeld(state, to + 1, false)) break
    }
    state.logBytes -= tail.sizeAt(++to)
    const note = ledger.at(to)
    if (isOfEntry(note) || note instanceof Vector) addNote(state.cutThrough, note)
  }
  if (to <= tail.base.index) return
  tail.cut(to)
  ledger.cut(to)
  if (!isInMemory) state.out.cutTo = to
}

/** Payloads in memory are few while a member is away: it reads old ones from the disk. */
export function evictLog(state: EventualState): void {
  if (state.durability === 'none') return
  let bytesMax = state.tailBytes
  for (const peer of state.peers.values()) if (isAway(state, peer)) bytesMax = littleOf(state)
  state.tail.evict(Math.min(state.persisted, state.applied), bytesMax)
}

function littleOf({ view, tailBytes, options }: EventualState): number {
  const share = Math.max(options.awayBytes, (view?.dataBytes?.() ?? 0) / dataShare)
  return Math.min(tailBytes, share)
}

function isAway({ mono, startedAt, options }: EventualState, { heardAt }: Peer): boolean {
  return mono - Math.max(heardAt, startedAt) > options.awayMs
}

/** Whether all others have an entry, or all of them that are not away. */
function isHeld(state: EventualState, index: number, isOfAll: boolean): boolean {
  const note = state.ledger.at(index)
  if (!isOfEntry(note) || hasBug('eventual-cut-before-everywhere')) return true
  for (const peer of state.peers.values()) {
    if (peer.vector?.covers(note.upTo) === true) continue
    if (isOfAll || !isAway(state, peer)) return false
  }
  return true
}
