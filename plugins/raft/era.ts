// Entering an era and becoming intact in it. Why this is safe stands at the head of recovery.ts.

import { hasBug } from 'quorate/plugin'
import type { RaftState } from './state.js'

/** Refilled? Called once per Ready. */
export function checkRefilled(raft: RaftState): void {
  if (raft.recovering === null || raft.entering || raft.leader === null) return
  const { target } = raft.losses
  if (hasBug('raft-refilled-too-soon')) raft.becomeIntact()
  const reached = Math.min(raft.following.matched, raft.stable)
  if (target === null || target.term !== raft.term || reached < target.index) return
  raft.losses.target = null
  refilled(raft)
}

/** Its log has all that was committed. A list that it knew before may be of an entry that nobody has any more. */
function refilled(raft: RaftState): void {
  raft.becomeIntact()
  const { ofBase } = raft.memberLog
  if (ofBase === null || hasBug('raft-refilled-keeps-list')) return
  raft.installMembers(ofBase.index, ofBase.members, true)
}

/** The forced candidate won: its log is the history of the new era. */
export function foundEra(raft: RaftState): void {
  const era = raft.term
  raft.enterEra(era, describeLoss(era))
  raft.enteredEra()
  raft.becomeIntact()
  raft.rememberVotes()
  raft.losses.lossAccepted = false
  raft.losses.blocked = ''
  raft.losses.waits = ''
  raft.out.note('warn', 'raft.era-begun', {
    member: raft.self,
    era,
    term: raft.term,
    last: raft.tail.last,
  })
}

/** A leader of a newer era: our log is worth only as much as it agrees with that leader's. */
export function joinEra(raft: RaftState, era: number): void {
  raft.enterEra(era, describeLoss(era))
  beginAnew(raft)
  // One that is on its way to the disk takes the place of what the engine holds.
  raft.needsSnapshot = raft.snapshotEra !== null && !hasBug('raft-snapshot-enters-era')
  raft.out.note('warn', 'raft.era-joined', { member: raft.self, era, term: raft.term })
}

/** A snapshot of an era that ended took the place of the state: what was taken of this one since is gone. */
export function leaveEra(raft: RaftState): void {
  raft.enteredEra(false)
  raft.needsSnapshot = true
  beginAnew(raft)
}

function beginAnew(raft: RaftState): void {
  raft.becomeRecovering(raft.durability === 'always' ? 'accept-loss' : 'unclean-stop')
  raft.following.matched = 0
  raft.following.ack = null
  raft.losses.forget()
}

function describeLoss(era: number): string {
  if (hasBug('raft-era-unsaid')) return ''
  return `era ${era} was begun without a majority of intact members: writes acknowledged before it may be lost`
}
