// Members that lost what they had acknowledged, and groups that lost too many of them.
//
// A recovering member counts in the quorum's size but neither votes, stands nor is counted. It becomes
// intact again (refilled) once its durable log has reached a commit index C that it asked of a leader L
// after its loss, where C was confirmed by a round over intact voters only. Why that is safe:
//  1. L answers only after an entry of its own term T committed, so C covers every entry that was in
//     L's log at its election. An entry that the member helped to commit in a term before T is in that
//     log: the majority that elected L meets the majority that has the entry.
//  2. In term T itself, L forgets the member's acknowledgements when it first hears that the member is
//     recovering, or is another run of it (`epoch` voids answers under way). L hears so before C is given.
//  3. The member cannot have helped a leader of a term above T: that leader's electors include a member
//     that confirmed C, is intact, and would have refused T.
//  4. Its vote: term and vote are synced in every durability, so only a lost or damaged disk forgets
//     one. Such a member (`votesForgotten`) also waits, perhaps for ever, until every other voter
//     reported a term, after the loss, that is not above its own; while nobody leads it takes the greatest
//     of them for its own. Whoever once got its vote has at least that vote's term, so the forgotten vote
//     is not in a later term, and in this term it votes no more.
//
// Where so few voters are intact that no majority of them can exist, nobody can be refilled. That
// cannot heal: a member becomes intact only through such a majority. Under `everysec` and `none`, or
// once the operator accepts the loss, the longest log begins a new era: the members survey each other;
// when all voters (or a majority, after a wait) have reported twice in the same run, the one with the
// greatest (term, index) stands with `force`, and a voter whose log is not longer, and that hears
// no leader, grants by the ordinary rule of one vote per term. The era's number is the founding term,
// which no two founders share, and which is above all that the majority knew, and above what it can have
// forgotten of elections: so a log that belongs to an era ends in a term not below its number, and
// (term, index) orders over eras, too. (Forgotten founders are not leapt over: who founded beside a voter
// that was wiped since may return with the greater era, and then its log is the truth.) In the new era the founder's
// log is the truth by definition; everybody who meets a leader of a greater era joins it as recovering,
// truncates down to what its engine executed, or takes a snapshot where that is something else.
// The first majority of intact members comes about so: while the founder's first entry is not
// committed, nothing was ever committed in this era, so no member can have lost anything of it. A
// recovering member that asks then is told to reach that entry, and is intact once it durably has.

import {
  comparePositions,
  hasBug,
  type MemberId,
  type Position,
  type RecoveryCause,
} from 'quorate/plugin'
import { campaign } from './candidate.js'
import type { ReadAnswer, Report, Survey } from './messages.js'
import { becomeFollower } from './role.js'
import { never, type RaftState } from './state.js'

interface Heard {
  readonly life: number
  readonly cause: RecoveryCause | null
  readonly term: number
  readonly era: number
  readonly last: Position
}

/** Terms that a member may have known before it lost its disk, beyond those that the others know. */
const forgottenTermsMax = 0x100000
/** Terms among which a founder chooses. */
const leapsMax = 0x10000

export interface Recovery {
  /** The commit index to reach, valid in its term. */
  target: Position | null
  /** The request for a target that is under way: its id, the term and monotonic ms in which it left. */
  asked: { readonly id: number; readonly term: number; readonly at: number } | null
  /** Next survey or request, monotonic ms. */
  nextAt: number
  nonce: number
  /** When the last survey began, monotonic ms; `never` before the first. */
  surveyedAt: number
  /** Reports of the survey under way, and of the one before. */
  reports: Map<MemberId, Heard>
  earlier: Map<MemberId, Heard>
  /** Since when no leader is known. */
  leaderlessAt: number
  forcedAt: number
  lossAccepted: boolean
  /** Why only the operator can help; empty otherwise. */
  blocked: string
  /** What it waits for; empty otherwise. */
  waits: string
}

export function makeRecovery(raft: RaftState, isLossAccepted: boolean): Recovery {
  return {
    target: null,
    asked: null,
    nextAt: raft.mono,
    nonce: raft.random.uint32() * 1024,
    surveyedAt: never,
    reports: new Map(),
    earlier: new Map(),
    leaderlessAt: raft.mono,
    forcedAt: never,
    lossAccepted: isLossAccepted,
    blocked: '',
    waits: '',
  }
}

/** Whether this member has to ask around: it lost something, or nobody has led for long. */
function isConcerned(raft: RaftState): boolean {
  if (raft.role === 'leader') return false
  if (raft.recovering !== null || raft.hard.votesForgotten) return true
  return (
    raft.leader === null && raft.mono - raft.recovery.leaderlessAt > raft.options.electionMaxMs * 2
  )
}

export function recoveryTick(raft: RaftState): void {
  const { recovery } = raft
  if (raft.leader !== null) {
    recovery.leaderlessAt = raft.mono
    recovery.blocked = ''
    recovery.waits = ''
  }
  if (!isConcerned(raft) || raft.mono < recovery.nextAt) return
  recovery.nextAt = raft.mono + raft.options.heartbeatMs * 2
  if (raft.leader === null) judge(raft)
  if (raft.recovering !== null && raft.leader !== null) askTarget(raft)
  if (raft.hard.votesForgotten) recallVotes(raft)
  if (raft.role !== 'leader' && (raft.leader === null || raft.hard.votesForgotten)) survey(raft)
}

export function recoveryWakeAt(raft: RaftState): number {
  if (isConcerned(raft)) return raft.recovery.nextAt
  if (raft.leader !== null || raft.role === 'leader') return Number.MAX_SAFE_INTEGER
  return raft.recovery.leaderlessAt + raft.options.electionMaxMs * 2 + 1
}

/**
 * Asks the leader for a commit index that intact members confirm; each try has an id of its own. It is
 * waited for as long as a leader may be silent: asked anew before its answer came, it would never count.
 */
function askTarget(raft: RaftState): void {
  const { recovery, reads, mono, term } = raft
  if (recovery.target !== null && recovery.target.term === term) return
  const { asked } = recovery
  if (asked?.term === term && mono - asked.at < raft.options.electionMinMs) return
  recovery.asked = { id: reads.nextId++, term, at: mono }
  raft.out.send(raft.leader as MemberId, {
    kind: 'read',
    era: raft.era,
    term: raft.term,
    id: recovery.asked.id,
    recovering: true,
    life: raft.life,
  })
}

/** True where the answer was for this file. */
export function onTarget(raft: RaftState, message: ReadAnswer): boolean {
  const { recovery } = raft
  if (message.id !== recovery.asked?.id) return false
  recovery.asked = null
  recovery.target = { term: raft.term, index: message.at.index }
  return true
}

/** Rule 4 above. */
function recallVotes(raft: RaftState): void {
  let { term } = raft
  for (const id of raft.otherVoters()) {
    const heard = raft.recovery.reports.get(id)
    if (heard === undefined) return
    term = Math.max(term, heard.term)
  }
  if (term > raft.term) {
    if (raft.leader !== null) return
    becomeFollower(raft, term, null)
  }
  if (raft.vote === null) raft.giveVote(raft.self)
  raft.rememberVotes()
}

/** Begins the next one once all have reported, or have had the time for it. */
function survey(raft: RaftState): void {
  const { recovery, mono } = raft
  const isOpen = raft.otherVoters().some((id) => !recovery.reports.has(id))
  if (isOpen && mono - recovery.surveyedAt < raft.options.electionMinMs) return
  recovery.surveyedAt = mono
  recovery.nonce++
  recovery.earlier = recovery.reports
  recovery.reports = new Map()
  for (const id of raft.otherVoters()) {
    raft.out.send(id, { kind: 'survey', era: raft.era, term: raft.term, nonce: recovery.nonce })
  }
}

export function onSurvey(raft: RaftState, from: MemberId, message: Survey): void {
  const report: Report = {
    kind: 'report',
    era: raft.era,
    term: raft.term,
    nonce: message.nonce,
    life: raft.life,
    cause: raft.recovering,
    last: durableEnd(raft),
    lossAccepted: raft.recovery.lossAccepted,
  }
  // The report speaks of term and era: they are on disk when it leaves.
  if (raft.isHardDirty || raft.writes.length > 0) raft.out.sendAfterWrite(from, report)
  else raft.out.send(from, report)
}

function durableEnd(raft: RaftState): Position {
  return { term: raft.tail.termAt(raft.stable) ?? raft.tail.base.term, index: raft.stable }
}

export function onReport(raft: RaftState, from: MemberId, message: Report): void {
  const { recovery } = raft
  if (message.nonce !== recovery.nonce || !isConcerned(raft)) return
  const { life, cause, term, era, last } = message
  recovery.reports.set(from, { life, cause, term, era, last })
  if (message.lossAccepted && raft.leader === null) recovery.lossAccepted = true
}

/** Too few intact voters for any majority? Then halt, wait, or begin a new era. */
function judge(raft: RaftState): void {
  const { recovery } = raft
  recovery.blocked = ''
  recovery.waits = ''
  const era = greatestEra(raft)
  const lost = raft.recovering === null && raft.era === era ? [] : [raft.self]
  const present = [raft.self]
  for (const id of raft.otherVoters()) {
    const now = recovery.reports.get(id)
    const before = recovery.earlier.get(id)
    // Lost in both surveys within one run and era: lost at one common moment, together with all others.
    if (now === undefined || before === undefined || now.life !== before.life) continue
    if (now.era !== before.era) continue
    present.push(id)
    const isLost = now.cause !== null && before.cause !== null
    // Who missed the beginning of an era is not intact in it, whatever its disk holds.
    if (isLost || now.era < era) lost.push(id)
  }
  const { voters } = raft.members
  if (voters.length - lost.length >= raft.quorum) {
    if (raft.recovering !== null) recovery.waits = 'waits for a leader elected by intact members'
    return
  }
  if (raft.durability === 'always' && !recovery.lossAccepted && !hasBug('raft-loss-unasked')) {
    recovery.blocked = `members ${lost.join(', ')} lost what they had acknowledged, so fewer than ${raft.quorum} intact voters are left: restore a disk or run \`quorate recover --accept-loss\``
    return
  }
  const isComplete = present.length === voters.length
  const isPatient =
    present.length >= raft.quorum && raft.mono - recovery.leaderlessAt >= raft.recoverWaitMs
  if (!isComplete && !isPatient) {
    const missing = voters.filter((id) => !present.includes(id))
    recovery.waits = `waits for members ${missing.join(', ')} before a new era begins`
    return
  }
  if (longest(raft, present) === raft.self || hasBug('raft-era-any-log')) force(raft, present)
}

function greatestEra(raft: RaftState): number {
  let era = raft.era
  for (const heard of raft.recovery.reports.values()) era = Math.max(era, heard.era)
  return era
}

function longest(raft: RaftState, present: readonly MemberId[]): MemberId {
  let best = raft.self
  let bestLast = durableEnd(raft)
  for (const id of present) {
    const heard = raft.recovery.reports.get(id)
    if (heard === undefined) continue
    const order = comparePositions(heard.last, bestLast)
    if (order < 0 || (order === 0 && id > best)) continue
    best = id
    bestLast = heard.last
  }
  return best
}

function force(raft: RaftState, present: readonly MemberId[]): void {
  if (!raft.isVoter || raft.diskShort) return
  if (raft.mono - raft.recovery.forcedAt < raft.options.electionMinMs) return
  raft.recovery.forcedAt = raft.mono
  let term = Math.max(raft.term, raft.era)
  for (const id of present) {
    const heard = raft.recovery.reports.get(id)
    if (heard !== undefined) term = Math.max(term, heard.term, heard.era)
  }
  campaign(raft, { transfer: false, force: true, term: foundingTerm(raft, present, term) })
}

/**
 * Terms that are led already must not be founded, but who lost its disk forgot those that it knew, and
 * nobody else may be there that knows them: more than elections can have reached since. Nor can one vote
 * for each term be relied on then: a voter may lose its disk between two such elections. So no two
 * members ever found the same term, and one member, should it forget that it did, hardly does.
 */
function foundingTerm(raft: RaftState, present: readonly MemberId[], known: number): number {
  const isForgetful = present.some((id) => {
    const cause = id === raft.self ? raft.recovering : raft.recovery.reports.get(id)?.cause
    return cause === 'disk-lost' || cause === 'log-damaged'
  })
  const forgets = isForgetful || raft.hard.votesForgotten
  if (!forgets || hasBug('raft-era-reuses-term')) return known + 1
  const { voters } = raft.members
  const beyond = known + forgottenTermsMax + (raft.random.uint32() % leapsMax) * voters.length
  const seat = voters.indexOf(raft.self)
  return beyond + voters.length - (beyond % voters.length) + seat
}

/** The operator's word, here or at a peer. Ignored while the group works. */
export function lossAccepted(raft: RaftState, isFirst: boolean): void {
  if (raft.leader !== null || raft.role === 'leader') return
  raft.recovery.lossAccepted = true
  raft.out.note('warn', 'raft.loss-accepted', { member: raft.self, term: raft.term })
  if (!isFirst) return
  for (const id of raft.others())
    raft.out.send(id, { kind: 'accept-loss', era: raft.era, term: raft.term })
}
