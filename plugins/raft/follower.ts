// A follower: takes appends and heartbeats of the leader, keeps its log equal to the leader's and
// answers only for what is on its disk.

import { areNoops, assert, hasBug, hashEquals, type MemberId, type Position } from 'quorate/plugin'
import type { Append, Heartbeat, HeartbeatAnswer } from './messages.js'
import { joinEra } from './era.js'
import { becomeFollower, electionDelay } from './role.js'
import type { RaftState } from './state.js'

export interface Following {
  /** Monotonic ms of the last sign of life of the leader; very small when there is no contact. */
  contactAt: number
  /** When to campaign. */
  deadline: number
  /** Campaigns left that may follow each other quickly, because the leader's link is known to be down. */
  quickTries: number
  /** Our log equals the current leader's up to here, as checked in this term. */
  matched: number
  /** An acknowledgement to send with the next write: everything up to `index` will be durable then. */
  ack: { readonly to: MemberId; readonly index: number; readonly fence: number } | null
  /** Epoch of the leader's newest message. */
  fence: number
}

/** A message of the leader of our term. False when it must not be used further. */
function hear(raft: RaftState, from: MemberId, message: Append | Heartbeat): boolean {
  if (raft.role === 'leader') {
    raft.halt(`members ${raft.self} and ${from} both lead term ${raft.term}`)
    return false
  }
  const { following } = raft
  if (raft.leader !== from) {
    if (raft.leader !== null && raft.leader !== from) following.matched = 0
    becomeFollower(raft, raft.term, from)
  } else if (raft.role === 'candidate') becomeFollower(raft, raft.term, from)
  following.quickTries = 0
  if (message.kind !== 'heartbeat' || !hasBug('raft-heartbeat-not-heard')) {
    following.contactAt = raft.mono
    following.deadline = raft.mono + electionDelay(raft)
  }
  following.fence = message.fence
  if (message.era > raft.era) joinEra(raft, message.era)
  return true
}

export function onAppend(raft: RaftState, from: MemberId, message: Append): void {
  if (!hear(raft, from, message)) return
  // Entries would need disk space; the leader tries again after a later heartbeat. The no-op of a new
  // leader is let in: without it nothing is readable where all members are short at once.
  if (raft.diskShort && !areNoops(message.entries)) return
  const { previous, entries } = message
  if (raft.entering) {
    if (!fitsEra(raft, from, message)) return
  } else if (previous.index < raft.commit && !hasBug('raft-truncate-committed')) {
    acknowledgeCommitted(raft, from)
    return
  }
  if (raft.tail.termAt(previous.index) !== previous.term && !acceptsAnyway(raft, previous)) {
    refuse(raft, from, message)
    return
  }
  const chain = raft.tail.chainAt(previous.index)
  const isChained = chain !== null && hashEquals(chain, message.chain)
  if (!isChained && !acceptsAnyway(raft, previous)) {
    if (raft.entering) {
      askSnapshot(raft, from, message)
      return
    }
    raft.counters.conflicts++
    raft.halt(
      `the log differs from that of member ${from} at term ${previous.term}, index ${previous.index}, though both have this entry`,
    )
    return
  }
  raft.enteredEra()
  adopt(raft, message)
  const end = previous.index + entries.length
  raft.following.matched = Math.max(raft.following.matched, end)
  raft.commitTo(Math.min(message.commit, hasBug('raft-commit-beyond-match') ? raft.tail.last : end))
  acknowledge(raft, from, { index: end, fence: message.fence })
}

function acceptsAnyway(raft: RaftState, previous: Position): boolean {
  return hasBug('raft-skip-previous-check') && previous.index <= raft.tail.last
}

/** Raft 5.3: only a conflicting entry truncates; an append that is older than our log changes nothing. */
function adopt(raft: RaftState, message: Append): void {
  const { entries, previous } = message
  const isStale = previous.index + entries.length < raft.tail.last
  if (isStale && hasBug('raft-truncate-on-stale-append'))
    raft.truncate(Math.max(raft.commit, previous.index))
  if (isStale && hasBug('raft-truncate-committed')) raft.truncate(previous.index)
  raft.log.adopt(entries, (after) => {
    raft.counters.conflicts++
    raft.truncate(after)
    return true
  })
  raft.noteMembers(entries)
  assert(
    raft.commit <= raft.tail.last || hasBug('raft-truncate-committed'),
    'commit is within the log',
  )
}

/** In a newer era nothing of our log is known to be equal until an append fits behind what was executed. */
function fitsEra(raft: RaftState, from: MemberId, message: Append): boolean {
  if (message.previous.index >= raft.delivered && !raft.needsSnapshot) return true
  askSnapshot(raft, from, message)
  return false
}

function askSnapshot(raft: RaftState, from: MemberId, message: Append): void {
  raft.needsSnapshot = true
  refuse(raft, from, message)
}

/** Everything up to the commit index is known to be equal (Raft 5.4: leader completeness). */
export function acknowledgeCommitted(raft: RaftState, leader: MemberId): void {
  const { following, commit } = raft
  following.matched = Math.max(following.matched, commit)
  acknowledge(raft, leader, { index: commit, fence: following.fence })
}

function acknowledge(raft: RaftState, to: MemberId, at: { index: number; fence: number }): void {
  const { ack } = raft.following
  const index = ack === null || ack.to !== to ? at.index : Math.max(ack.index, at.index)
  raft.following.ack = { to, index, fence: at.fence }
}

/** Tells where the logs may agree: our last entry up to there whose term is not above the refused one's. */
function refuse(raft: RaftState, to: MemberId, message: Append): void {
  raft.counters.conflicts++
  const hint = raft.log.agrees(message.previous)
  raft.out.send(to, {
    kind: 'appended',
    era: raft.era,
    term: raft.term,
    fence: message.fence,
    ok: false,
    index: message.previous.index,
    hint,
    recovering: raft.recovering !== null,
    needsSnapshot: raft.needsSnapshot,
    life: raft.life,
  })
}

/** Puts the waiting acknowledgement behind the next write. Called once per Ready. */
export function flushAck(raft: RaftState): void {
  const { ack } = raft.following
  if (ack === null) return
  raft.following.ack = null
  const message = {
    kind: 'appended',
    era: raft.era,
    term: raft.term,
    fence: ack.fence,
    ok: true,
    index: ack.index,
    hint: { term: 0, index: 0 },
    recovering: raft.recovering !== null,
    needsSnapshot: false,
    life: raft.life,
  } as const
  if (hasBug('raft-ack-before-persist')) raft.out.send(ack.to, message)
  else raft.out.sendAfterWrite(ack.to, message)
}

export function onHeartbeat(raft: RaftState, from: MemberId, message: Heartbeat): void {
  if (!hear(raft, from, message)) return
  if (!raft.entering) {
    const bound = hasBug('raft-commit-beyond-match') ? raft.tail.last : raft.following.matched
    raft.commitTo(Math.min(message.commit, bound))
  }
  if (!message.wantsAnswer) return
  const answer: HeartbeatAnswer = {
    kind: 'beaten',
    era: raft.era,
    term: raft.term,
    fence: message.fence,
    round: message.round,
    recovering: raft.recovering !== null,
    life: raft.life,
  }
  if (raft.isHardDirty) raft.out.sendAfterWrite(from, answer)
  else raft.out.send(from, answer)
}

/** A leader of an older term or era learns what it missed. */
export function refuseOldLeader(raft: RaftState, to: MemberId): void {
  const answer: HeartbeatAnswer = {
    kind: 'beaten',
    era: raft.era,
    term: raft.term,
    fence: 0,
    round: 0,
    recovering: raft.recovering !== null,
    life: raft.life,
  }
  if (raft.isHardDirty) raft.out.sendAfterWrite(to, answer)
  else raft.out.send(to, answer)
}
