// Members that lost what they had acknowledged, and groups that lost too many of them: what `Losses` asks
// of zab. The argument for safety stands at its head; zab's part of it:
//
// A recovering member counts in the quorum's size but neither promises an epoch, leads nor is counted. It
// becomes intact again (refilled) once its durable log has reached a commit index C that it asked of an
// established leader L after its loss, where C was confirmed by a round over intact voters only.
//  1. L is established, so C covers all of its initial history, and with it every entry that the member
//     helped to commit in a lower epoch: the quorum of discovery meets the quorum that has the entry.
//  2. In L's own epoch, L forgets the member's acknowledgements, and its ACK of NEWLEADER, when it first
//     hears that the member is recovering, or is another run of it (`fence` voids answers under way).
//  3. The member cannot have helped a leader of a later epoch: the quorum that promised that epoch
//     includes a member that confirmed C, is intact, and would not have answered L.
//  4. Epochs and promises are synced in every durability, so only a lost or damaged disk forgets one. Whom
//     a promise was given to has at least that epoch on its own disk (LEADERINFO leaves after that), so it
//     shows in the report of that member.
//
// A new era: the founder leads discovery with a founding epoch, which a voter that follows nobody and
// whose log is not longer promises once. The entry that an epoch begins with stands in every log that
// took part in it, so (epoch, index) orders logs over eras, too. Whoever meets a leader of a greater era
// joins it as recovering, truncates down to what its engine executed, or takes a snapshot. While the
// founder is not established, nothing was ever committed in this era, so no member can have lost
// anything of it: NEWLEADER names the run of the member that is intact with this history.

import { type LossDeeds, Losses, type MemberId } from 'quorate/plugin'
import { becomeLeading } from './discovery.js'
import { stopFollowing } from './following.js'
import { stopLeading } from './leading.js'
import type { Report, Survey } from './messages.js'
import type { ZabState } from './state.js'

export function makeLosses(zab: ZabState, isLossAccepted: boolean): Losses {
  return new Losses(zab, deedsOf(zab), isLossAccepted)
}

function deedsOf(zab: ZabState): LossDeeds {
  const { heartbeatMs, silenceMs } = zab.options
  return {
    pollMs: heartbeatMs * 2,
    answerMs: silenceMs,
    silentMs: silenceMs * 4,
    isLeading: () => zab.leading?.stage === 'broadcast' || (zab.leading?.founding ?? 0) > 0,
    leader: () => leaderOf(zab),
    isTaught: () => zab.following?.isWelcome === true,
    isInstalling: () => zab.snapshotEra !== null,
    term: () => zab.acceptedEpoch,
    votesForgotten: () => zab.hard.promisesForgotten,
    survey: (to, nonce) => zab.out.send(to, { kind: 'survey', era: zab.era, nonce }),
    askTarget: (leader) => {
      const { era, life, acceptedEpoch: epoch } = zab
      const id = zab.reads.nextId()
      zab.out.send(leader, { kind: 'sync', era, epoch, id, recovering: true, life })
      return id
    },
    takeTerm: (epoch) => zab.acceptEpoch(epoch, zab.self),
    rememberVotes: () => zab.rememberPromises(),
    force: (founding) => {
      stopFollowing(zab)
      stopLeading(zab)
      zab.round++
      // Nobody is asked while it founds, and others may go on meanwhile: no second try by these reports.
      zab.losses.askAnew()
      becomeLeading(zab, { handover: 0, founding })
    },
  }
}

/** Whom this member follows, once it is established or about to begin an era; itself where it is established. */
function leaderOf(zab: ZabState): MemberId | null {
  const { leading, following } = zab
  if (leading?.stage === 'broadcast') return zab.self
  const isLed = following?.stage === 'broadcast' || following?.founds === true
  return isLed ? following.leader : null
}

export function onSurvey(zab: ZabState, from: MemberId, message: Survey): void {
  const { era, acceptedEpoch, life, recovering: cause, log } = zab
  const { nonce } = message
  const last = log.positionAt(log.stable)
  const { lossAccepted } = zab.losses
  const report: Report = {
    kind: 'report',
    era,
    acceptedEpoch,
    nonce,
    life,
    cause,
    last,
    lossAccepted,
    stands: zab.isEligible,
    knows: zab.knows,
  }
  // The report speaks of epoch and era: they are on disk when it leaves.
  if (zab.isHardDirty || log.writes.length > 0) zab.out.sendAfterWrite(from, report)
  else zab.out.send(from, report)
}

export function onReport(zab: ZabState, from: MemberId, message: Report): void {
  const { losses } = zab
  const { nonce, life, cause, acceptedEpoch: term, era, last, stands, knows } = message
  const isTaken = losses.onReport(from, nonce, { life, cause, term, era, last, stands, knows })
  if (isTaken && message.lossAccepted && leaderOf(zab) === null) losses.lossAccepted = true
}

/** The operator's word, here or at a peer. Ignored while the group works. */
export function lossAccepted(zab: ZabState, isFirst: boolean): void {
  if (leaderOf(zab) !== null) return
  zab.losses.lossAccepted = true
  const { self: member, acceptedEpoch: epoch } = zab
  zab.out.note('warn', 'zab.loss-accepted', { member, epoch })
  if (!isFirst) return
  for (const id of zab.others()) zab.out.send(id, { kind: 'accept-loss', era: zab.era })
}
