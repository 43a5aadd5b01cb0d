// Members that lost what they had acknowledged, and groups that lost too many of them: what
// `Losses` asks of raft. The argument for safety stands at its head; raft's part of it:
//
// A recovering member counts in the quorum's size but neither votes, stands nor is counted. It becomes
// intact again (refilled) once its durable log has reached a commit index C that it asked of a leader L
// after its loss, where C was confirmed by a round over intact voters only. Why that is safe:
//  1. L answers only after an entry of its own term T committed, so C covers every entry that was in
//     L's log at its election. An entry that the member helped to commit in a term before T is in that
//     log: the majority that elected L meets the majority that has the entry.
//  2. In term T itself, L forgets the member's acknowledgements when it first hears that the member is
//     recovering, or is another run of it (`fence` voids answers under way). L hears so before C is given.
//  3. The member cannot have helped a leader of a term above T: that leader's electors include a member
//     that confirmed C, is intact, and would have refused T.
//
// A new era: the founder stands with `force`, and a voter whose log is not longer, and that hears no
// leader, grants by the ordinary rule of one vote per term. A log that belongs to an era ends in a term
// not below its number, so (term, index) orders over eras, too. In the new era the founder's log is the
// truth by definition; everybody who meets a leader of a greater era joins it as recovering, truncates
// down to what its engine executed, or takes a snapshot where that is something else.
// The first majority of intact members comes about so: while the founder's first entry is not
// committed, nothing was ever committed in this era, so no member can have lost anything of it. A
// recovering member that asks then is told to reach that entry, and is intact once it durably has.

import { type LossDeeds, Losses, type MemberId } from 'quorate/plugin'
import { campaign } from './candidate.js'
import type { Report, Survey } from './messages.js'
import { becomeFollower } from './role.js'
import type { RaftState } from './state.js'

export function makeLosses(raft: RaftState, isLossAccepted: boolean): Losses {
  return new Losses(raft, deedsOf(raft), isLossAccepted)
}

function deedsOf(raft: RaftState): LossDeeds {
  const { heartbeatMs, electionMinMs, electionMaxMs } = raft.options
  return {
    pollMs: heartbeatMs * 2,
    answerMs: electionMinMs,
    silentMs: electionMaxMs * 2,
    isLeading: () => raft.role === 'leader',
    leader: () => raft.leader,
    isInstalling: () => raft.snapshotEra !== null,
    term: () => raft.term,
    votesForgotten: () => raft.hard.votesForgotten,
    survey: (to, nonce) => {
      const { era, term } = raft
      raft.out.send(to, { kind: 'survey', era, term, nonce })
    },
    askTarget: (leader) => {
      const { era, term, life } = raft
      const id = raft.reads.nextId()
      raft.out.send(leader, { kind: 'read', era, term, id, recovering: true, life })
      return id
    },
    takeTerm: (term) => becomeFollower(raft, term, null),
    rememberVotes: () => {
      if (raft.vote === null) raft.giveVote(raft.self)
      raft.rememberVotes()
    },
    force: (term) => campaign(raft, { transfer: false, force: true, term }),
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
    last: raft.log.positionAt(raft.stable),
    lossAccepted: raft.losses.lossAccepted,
    stands: raft.isEligible,
    knows: raft.knows,
  }
  // The report speaks of term and era: they are on disk when it leaves.
  if (raft.isHardDirty || raft.log.writes.length > 0) raft.out.sendAfterWrite(from, report)
  else raft.out.send(from, report)
}

export function onReport(raft: RaftState, from: MemberId, message: Report): void {
  const { losses } = raft
  const { nonce, life, cause, term, era, last, stands, knows } = message
  const isTaken = losses.onReport(from, nonce, { life, cause, term, era, last, stands, knows })
  if (isTaken && message.lossAccepted && raft.leader === null) losses.lossAccepted = true
}

/** The operator's word, here or at a peer. Ignored while the group works. */
export function lossAccepted(raft: RaftState, isFirst: boolean): void {
  if (raft.leader !== null || raft.role === 'leader') return
  raft.losses.lossAccepted = true
  raft.out.note('warn', 'raft.loss-accepted', { member: raft.self, term: raft.term })
  if (!isFirst) return
  for (const id of raft.others())
    raft.out.send(id, { kind: 'accept-loss', era: raft.era, term: raft.term })
}
