// A learner, follower or observer, takes the leader's entries: its log becomes equal to the leader's, and
// it answers only for what is on its disk. The same for DIFF, TRUNC, PROPOSE and INFORM, which come in
// any order, twice or not at all: each names the entry that it follows, with the hash of all before it.

import { areNoops, assert, hasBug, hashEquals, type MemberId } from 'quorate/plugin'
import { takeCommit } from './broadcast.js'
import { type Following, hearLeader } from './following.js'
import type { Ack, Entries } from './messages.js'
import type { ZabState } from './state.js'

export function onEntries(zab: ZabState, from: MemberId, message: Entries): void {
  const following = hearLeader(zab, from, message)
  if (following === null) return
  following.fence = message.fence
  // Entries would need disk space; the leader tries again after a later ping. The entry that an epoch begins
  // with is let in: without it nothing is readable where all members are short at once.
  if (zab.diskShort && !areNoops(message.entries)) return
  const { previous, entries } = message
  const { log, tail } = zab
  if (zab.entering) {
    if (previous.index < log.delivered || zab.needsSnapshot) {
      askSnapshot(zab, following, message)
      return
    }
  } else if (previous.index < log.commit && !hasBug('zab-truncates-committed')) {
    // A leader has everything that was ever committed.
    following.matched = Math.max(following.matched, log.commit)
    following.ack = Math.max(following.ack ?? 0, log.commit)
    return
  }
  if (tail.termAt(previous.index) !== previous.term) {
    refuse(zab, following, message)
    return
  }
  const chain = tail.chainAt(previous.index)
  if (chain === null || !hashEquals(chain, message.chain)) {
    if (zab.entering) {
      askSnapshot(zab, following, message)
      return
    }
    zab.counters.conflicts++
    const { term, index } = previous
    zab.halt(
      `the log differs from that of member ${from} at epoch ${term}, index ${index}, though both have this entry`,
    )
    return
  }
  zab.enteredEra()
  adopt(zab, message)
  const end = previous.index + entries.length
  following.matched = Math.max(following.matched, end)
  takeCommit(zab, following, message.commit)
  following.ack = Math.max(following.ack ?? 0, end)
}

/** Only an entry of another epoch truncates; a message that is older than our log changes nothing. */
function adopt(zab: ZabState, message: Entries): void {
  const { entries, previous } = message
  const { tail } = zab
  const isStale = previous.index + entries.length < tail.last
  if (isStale && hasBug('zab-truncates-committed')) zab.truncate(previous.index)
  zab.log.adopt(entries, (after) => {
    if (hasBug('zab-keeps-uncommitted')) return false
    zab.counters.conflicts++
    zab.truncate(after)
    return true
  })
  zab.noteMembers(entries)
  assert(
    zab.log.commit <= tail.last || hasBug('zab-truncates-committed'),
    'commit is within the log',
  )
}

function askSnapshot(zab: ZabState, following: Following, message: Entries): void {
  zab.needsSnapshot = true
  refuse(zab, following, message)
}

/** Tells where the logs may agree: our last entry up to there whose epoch is not above the refused one's. */
function refuse(zab: ZabState, { leader }: Following, message: Entries): void {
  zab.counters.conflicts++
  const { previous, epoch, fence } = message
  const hint = zab.log.agrees(previous)
  const { era, life, needsSnapshot } = zab
  const recovering = zab.recovering !== null
  const answer = { kind: 'ack', era, epoch, fence, ok: false, index: previous.index, hint } as const
  zab.out.send(leader, { ...answer, recovering, needsSnapshot, life })
}

/** Puts the waiting acknowledgement behind the next write. Called once per Ready. */
export function flushAck(zab: ZabState): void {
  const { following } = zab
  if (following === null || following.ack === null) return
  const { leader, epoch, fence, ack: index } = following
  following.ack = null
  const { era, life } = zab
  const recovering = zab.recovering !== null
  const ack: Ack = {
    kind: 'ack',
    era,
    epoch,
    fence,
    ok: true,
    index,
    hint: { term: 0, index: 0 },
    recovering,
    needsSnapshot: false,
    life,
  }
  if (hasBug('zab-ack-before-persist')) zab.out.send(leader, ack)
  else zab.out.sendAfterWrite(leader, ack)
}
