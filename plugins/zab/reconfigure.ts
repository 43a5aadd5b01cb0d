// Changes of members, at an established leader. A list of members takes effect with its entry in the log: from its
// proposal on, quorums of that list acknowledge, promise and elect. Where it changes the voters, an entry
// with both sets comes first; once that is committed, by quorums of both, the leader proposes the new set
// alone, whoever asked for it: also a later leader that finds both. So the quorums of any two lists that may
// be in force at the same time meet, and discovery finds what was committed under either.

import {
  hasBug,
  type MemberChange,
  type MemberId,
  type Members,
  memberPayload,
  type Refusal,
  type Token,
} from 'quorate/plugin'
import { handOver } from './handover.js'
import { type Leading, makeProgress } from './leading.js'
import { notify } from './notification.js'
import type { ZabState } from './state.js'

/** Bounds on silence for which members that were taken out are told so. */
const leavingSilences = 2

export function reconfigure(zab: ZabState, token: Token, change: MemberChange): Refusal | null {
  const { leading, following } = zab
  if (leading === null || leading.stage !== 'broadcast') {
    const leader = following?.stage === 'broadcast' ? following.leader : null
    return { reason: 'not-leader', leader }
  }
  if (leading.transfer !== null || zab.diskShort || isOpen(zab, leading)) return { reason: 'busy' }
  const { self, tail, mono, options, memberLog } = zab
  const fitness = { self, last: tail.last, since: mono - options.silenceMs }
  const next = memberLog.next(change, { ...fitness, progress: leading.progress })
  if ('reason' in next) return next
  zab.counters.memberChanges++
  if (next.outgoing !== undefined) leading.change = token
  const index = proposeMembers(zab, leading, next)
  if (next.outgoing === undefined) zab.log.tokens.set(index, token)
  return null
}

/** One change at a time, and none before what is committed is known. */
function isOpen({ log, memberLog, members }: ZabState, { newLeader }: Leading): boolean {
  if (newLeader === null || log.commit < newLeader.index) return true
  const isPending = log.commit < memberLog.at || members.outgoing !== undefined
  return isPending && !hasBug('zab-second-change')
}

function proposeMembers(zab: ZabState, leading: Leading, members: Members): number {
  const index = zab.tail.last + 1
  const entry = { term: leading.epoch, index, payload: memberPayload(members) }
  zab.append(entry)
  zab.noteMembers([entry])
  leading.uncommittedBytes += entry.payload.size
  leading.proposedAt = zab.mono
  leading.noticeTo = Math.max(leading.noticeTo, index)
  takePeers(zab, leading)
  const { voters, learners, outgoing } = members
  zab.out.note('info', 'zab.members', {
    member: zab.self,
    index,
    voters: voters.join(),
    learners: learners.join(),
    outgoing: outgoing?.join() ?? '',
  })
  return index
}

/** Everybody on the list is called; who is not on it any more hears of that for a while. */
function takePeers(zab: ZabState, leading: Leading): void {
  const { progress, leaving } = leading
  const others = zab.others()
  for (const id of others) {
    leaving.delete(id)
    if (progress.has(id)) continue
    progress.set(id, makeProgress(zab))
    notify(zab, id)
  }
  for (const id of progress.keys())
    if (!others.includes(id) && !leaving.has(id)) leaving.set(id, leavesAt(zab))
}

function leavesAt({ mono, options }: ZabState): number {
  return mono + options.silenceMs * leavingSilences
}

/** Both sets are committed, or the new one alone: what comes next. Called when the commit index moved, and at each tick. */
export function goOn(zab: ZabState, leading: Leading): void {
  const { members, memberLog, log, self } = zab
  const { outgoing, voters, learners } = members
  if (outgoing === undefined && voters.includes(self)) return
  if (leading.newLeader === null || log.commit < leading.newLeader.index) return
  if (log.commit < memberLog.at || leading.stage !== 'broadcast') return
  // Who was told to take over would lack it.
  if (leading.transfer !== null) return
  if (outgoing === undefined) {
    leave(zab, leading)
    return
  }
  const index = proposeMembers(zab, leading, { voters, learners })
  if (leading.change !== null) log.tokens.set(index, leading.change)
  leading.change = null
}

/** The new voters do without this member: it led until they stood alone, and hands over to one that has everything. */
function leave(zab: ZabState, leading: Leading): void {
  if (leading.isLeaving || hasBug('zab-removed-leads-on')) return
  leading.isLeaving = true
  handOver(zab, null)
}

/** Somebody who was taken out does not know: it is told, where the log still can. False where nothing is certain. */
export function tellRemoved(zab: ZabState, leading: Leading, from: MemberId): boolean {
  const { newLeader, leaving, progress } = leading
  const isServing = leading.stage === 'broadcast' && newLeader !== null
  if (!isServing || zab.log.commit < newLeader.index) return false
  leaving.set(from, leavesAt(zab))
  if (!progress.has(from)) progress.set(from, makeProgress(zab))
  return true
}

/** Nobody tells it anything any more. */
export function forget(leading: Leading, id: MemberId): void {
  leading.leaving.delete(id)
  leading.progress.delete(id)
  leading.infos.delete(id)
  leading.arrivals.delete(id)
  leading.modes.delete(id)
  leading.told.delete(id)
  leading.synced.delete(id)
}
