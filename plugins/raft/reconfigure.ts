// Changes of members, at the leader (Raft 6, thesis 4.3). A list of members takes effect with its entry in the log.
// Where it changes the voters, an entry with both sets comes first; once that is committed, by majorities
// of both, the leader appends the new set alone, whoever asked for it: also a later leader that finds both.
// So at any moment the sets of voters that may decide have a member in common with those before and after.

import {
  hasBug,
  type MemberChange,
  type MemberId,
  type Members,
  memberPayload,
  type Refusal,
  type Token,
} from 'quorate/plugin'
import type { Leading } from './leader.js'
import { makeProgress, sendHeartbeats } from './replication.js'
import { becomeFollower } from './role.js'
import type { RaftState } from './state.js'
import { transfer } from './transfer.js'

/** Greatest election timeouts for which members that were taken out are told so. */
const leavingTimeouts = 2

export function reconfigure(raft: RaftState, token: Token, change: MemberChange): Refusal | null {
  const { leading } = raft
  if (leading === null) return { reason: 'not-leader', leader: raft.leader }
  if (leading.transfer !== null || raft.diskShort || isOpen(raft, leading))
    return { reason: 'busy' }
  const { self, tail, mono, options, memberLog } = raft
  const fitness = { self, last: tail.last, since: mono - options.electionMaxMs }
  const next = memberLog.next(change, { ...fitness, progress: leading.progress })
  if ('reason' in next) return next
  raft.counters.memberChanges++
  if (next.outgoing !== undefined) leading.change = token
  const index = appendMembers(raft, leading, next)
  if (next.outgoing === undefined) raft.log.tokens.set(index, token)
  return null
}

/** One change at a time, and none before what is committed is known (the bug of 2015 in single-server changes). */
function isOpen(raft: RaftState, leading: Leading): boolean {
  if (raft.commit < leading.noop && !hasBug('raft-change-before-own-term')) return true
  const isPending = raft.commit < raft.memberLog.at || raft.members.outgoing !== undefined
  return isPending && !hasBug('raft-second-change')
}

function appendMembers(raft: RaftState, leading: Leading, members: Members): number {
  const index = raft.tail.last + 1
  const entry = { term: raft.term, index, payload: memberPayload(members) }
  raft.append(entry)
  raft.noteMembers([entry])
  leading.uncommittedBytes += entry.payload.size
  leading.noticeTo = Math.max(leading.noticeTo, index)
  takePeers(raft, leading)
  const { voters, learners, outgoing } = members
  raft.out.note('info', 'raft.members', {
    member: raft.self,
    index,
    voters: voters.join(),
    learners: learners.join(),
    outgoing: outgoing?.join() ?? '',
  })
  return index
}

/** Everybody on the list is sent to; who is not on it any more hears of that for a while. */
export function takePeers(raft: RaftState, leading: Leading): void {
  const { progress, leaving } = leading
  const others = raft.others()
  for (const id of others) {
    leaving.delete(id)
    if (!progress.has(id)) progress.set(id, makeProgress(raft))
  }
  for (const id of progress.keys()) {
    if (others.includes(id) || leaving.has(id)) continue
    leaving.set(id, raft.mono + raft.options.electionMaxMs * leavingTimeouts)
  }
}

/** Both sets are committed, or the new one alone: what comes next. Called when the commit index moved, and at each tick. */
export function goOn(raft: RaftState, leading: Leading): void {
  const { members, memberLog, self } = raft
  if (members.outgoing === undefined && members.voters.includes(self)) return
  const isEarly = members.outgoing === undefined && hasBug('raft-leaves-early')
  if (raft.commit < memberLog.at && !isEarly) return
  if (raft.commit < leading.noop) return
  if (members.outgoing === undefined) {
    leave(raft, leading)
    return
  }
  // Who was told to stand would lack it.
  if (leading.transfer !== null) return
  const { voters, learners } = members
  const index = appendMembers(raft, leading, { voters, learners })
  if (leading.change !== null) raft.log.tokens.set(index, leading.change)
  leading.change = null
  if (hasBug('raft-leaves-early')) goOn(raft, leading)
}

/**
 * The new voters do without this member: it was there until they stood alone (thesis 4.2.2). It hands over to one
 * that has everything, and goes without where that takes too long.
 */
function leave(raft: RaftState, leading: Leading): void {
  if (leading.isLeaving && leading.transfer !== null) return
  const mayHandOver = !leading.isLeaving && !hasBug('raft-leaves-early')
  leading.isLeaving = true
  if (mayHandOver && transfer(raft, null) === null) return
  raft.out.note('info', 'raft.resigned', { member: raft.self, term: raft.term })
  sendHeartbeats(raft, leading, false)
  becomeFollower(raft, raft.term, null)
}

/** Somebody who was taken out asks for votes, so it does not know: it is told, where the log still can. */
export function tellRemoved(raft: RaftState, from: MemberId): void {
  const { leading } = raft
  if (leading === null || raft.isMember(from) || raft.commit < leading.noop) return
  leading.leaving.set(from, raft.mono + raft.options.electionMaxMs * leavingTimeouts)
  if (!leading.progress.has(from)) leading.progress.set(from, makeProgress(raft))
}

/** Called at each tick. */
export function membersTick(raft: RaftState, leading: Leading): void {
  goOn(raft, leading)
  const { leaving, progress } = leading
  for (const [id, until] of leaving) {
    if (raft.mono < until) continue
    leaving.delete(id)
    progress.delete(id)
  }
}
