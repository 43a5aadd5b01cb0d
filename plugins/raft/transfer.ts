// Leadership transfer (thesis 3.10): the leader stops taking proposals, brings the target up to date
// and tells it to stand at once, without PreVote. It gives up after an election timeout.

import { bestPeer, hasBug, type MemberId, type Refusal } from 'quorate/plugin'
import type { Leading } from './leader.js'
import type { RaftState } from './state.js'

export interface Transfer {
  readonly to: MemberId
  readonly deadline: number
  isTold: boolean
  /** The second try: there is no third, so that a leader whose target never stands proposes on. */
  readonly isAgain: boolean
}

/** `to` null: the voter that is most up to date. */
export function transfer(raft: RaftState, to: MemberId | null): Refusal | null {
  const { leading } = raft
  if (leading === null) return { reason: 'not-leader', leader: raft.leader }
  if (to === raft.self) return null
  const target = to ?? best(raft, leading)
  const peer = target === null ? undefined : leading.progress.get(target)
  if (
    target === null ||
    peer === undefined ||
    peer.recovering ||
    !raft.members.voters.includes(target)
  ) {
    return { reason: 'busy' }
  }
  const pending = leading.transfer
  if (pending?.to === target && pending.isAgain) return null
  // Asked again it begins anew: the target may not have heard it, or could not stand when it did.
  const deadline = raft.mono + raft.options.electionMaxMs
  leading.transfer = { to: target, deadline, isTold: false, isAgain: pending !== null }
  raft.out.note('info', 'raft.transfer', { member: raft.self, to: target, term: raft.term })
  catchUpDone(raft, leading, target)
  return null
}

/** Of those that stay, while a change of voters is open. */
function best(raft: RaftState, leading: Leading): MemberId | null {
  const voters = raft.members.voters.filter((id) => id !== raft.self)
  return bestPeer(voters, leading.progress, raft.mono - raft.options.electionMinMs)
}

/** Tells the target to stand once it has everything. */
export function catchUpDone(raft: RaftState, leading: Leading, from: MemberId): void {
  const plan = leading.transfer
  if (plan === null || plan.to !== from || plan.isTold) return
  const peer = leading.progress.get(from)
  if (peer === undefined) return
  if (peer.match < raft.tail.last && !hasBug('raft-transfer-skips-catchup')) return
  plan.isTold = true
  leading.isLeaseVoid = true
  raft.counters.transfers++
  raft.out.send(from, { kind: 'timeout-now', era: raft.era, term: raft.term })
}
