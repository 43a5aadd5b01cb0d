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
  const end = Math.min(isInMemory ? tail.last : state.checkpointed, state.applied, state.persisted)
  if (end < tail.first) return
  const keep = isInMemory ? Math.min(options.keepBytes, state.tailBytes) : options.keepBytes
  const little = littleOf(state)
  const present = [...state.peers.values()].filter((peer) => !isAway(state, peer))
  const all = [...state.peers.values()]
  let to = tail.base.index
  while (to < end) {
    const isLong = state.logBytes > keep
    const memory = isInMemory
      ? state.logBytes + (tail.last - to) * entryBytes
      : (tail.last - to) * headBytes
    const isSpent = memory > little && isHeld(state, to + 1, present)
    if (!isLong && !isSpent && !isHeld(state, to + 1, all)) break
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
  const isLonely = [...state.peers.values()].some((peer) => isAway(state, peer))
  const bytesMax = isLonely ? littleOf(state) : state.tailBytes
  state.tail.evict(Math.min(state.persisted, state.applied), bytesMax)
}

function littleOf({ view, tailBytes, options }: EventualState): number {
  const share = Math.max(options.awayBytes, (view?.dataBytes?.() ?? 0) / dataShare)
  return Math.min(tailBytes, share)
}

function isAway({ mono, startedAt, options }: EventualState, { heardAt }: Peer): boolean {
  return mono - Math.max(heardAt, startedAt) > options.awayMs
}

/** Whether all of `peers` have an entry. */
function isHeld(state: EventualState, index: number, peers: readonly Peer[]): boolean {
  const note = state.ledger.at(index)
  if (!isOfEntry(note) || hasBug('eventual-cut-before-everywhere')) return true
  return peers.every(({ vector }) => vector?.covers(note.upTo) === true)
}
