// A leader, from the moment in which it was elected: whom it hears, and when it gives up. Its stages are
// in discovery.ts, synchronisation.ts and broadcast.ts. It is established, and one of its epoch, once a
// quorum acknowledged NEWLEADER.

import {
  type EntrySender,
  type Holding,
  hearPeer,
  type MemberId,
  type PeerAnswer,
  type Position,
  Progress,
  type ReadRounds,
  type Token,
} from 'quorate/plugin'
import type { Stage } from './following.js'
import type { Handover } from './handover.js'
import type { Vote } from './messages.js'
import { never, type ZabState } from './state.js'
import type { SyncWord } from './synchronisation.js'

export interface Leading {
  stage: Stage
  readonly vote: Vote
  /** 0 until a quorum said which epochs it accepted. */
  epoch: number
  /** The greatest accepted epoch of every member that sent FOLLOWERINFO. */
  readonly infos: Map<MemberId, { readonly acceptedEpoch: number; readonly counts: boolean }>
  /** Members that were told the epoch before they asked for it. */
  readonly unasked: Set<MemberId>
  /** Voters that promised this epoch to us alone; we are one once that is on our disk. */
  readonly promises: Set<MemberId>
  /** Of every other member; who did not acknowledge NEWLEADER counts as one that recovers. */
  readonly progress: Map<MemberId, Progress>
  /** Last zxids as ACKEPOCH told them, of those whose synchronisation has not begun. */
  readonly arrivals: Map<MemberId, Position>
  /** DIFF or TRUNC, of those that are being synchronised. */
  readonly modes: Map<MemberId, SyncWord>
  /** Those that were sent NEWLEADER, and those that acknowledged it. */
  readonly told: Set<MemberId>
  readonly synced: Set<MemberId>
  /** The entry that the epoch begins with, the last one of the initial history; null before synchronisation. */
  newLeader: Position | null
  /** Grows when a peer loses what it had acknowledged; sent along and echoed. */
  fence: number
  readonly reads: ReadRounds
  readonly sender: EntrySender<SyncWord>
  readonly holding: Holding
  pingAt: number
  /** Monotonic ms of the last proposal: a leader that has had none for a while pings less often. */
  proposedAt: number
  /** Monotonic ms of the last step towards being established. */
  stepAt: number
  /** When a quorum must have been heard next. */
  checkAt: number
  /** Commits up to here are told to followers at once: somebody there waits. */
  noticeTo: number
  /** Bytes of entries that are not committed yet. */
  uncommittedBytes: number
  transfer: Handover | null
  /** The epoch that was handed over to it, else 0. */
  readonly handover: number
  /** The epoch of the era that it begins, else 0. */
  readonly founding: number
  /** Who asked for the change of voters that is open: told once the new voters stand alone. */
  change: Token | null
  /** It was taken out itself, and is about to go. */
  isLeaving: boolean
  /** Members that were taken out and still hear of it, until these monotonic ms. */
  readonly leaving: Map<MemberId, number>
}

/** Of a peer that has not sent FOLLOWERINFO. */
export function makeProgress({ options, tail }: ZabState): Progress {
  const { windowMessages: windowMax, windowBytes: windowBytesMax } = options
  const peer = new Progress(tail.last + 1, never, { windowMax, windowBytesMax })
  peer.recovering = true
  peer.paused = true
  return peer
}

/** Gives leadership up: another one is looked for. */
export function abdicate(zab: ZabState, why: string): void {
  const { leading } = zab
  if (leading === null) return
  zab.counters.abdications++
  const { self: member, acceptedEpoch: epoch } = zab
  zab.out.note('info', 'zab.abdicated', { member, epoch, stage: leading.stage, why })
  zab.look()
}

/** Everything that only a leader has goes: its reads were never answered, so they may be asked again. */
export function stopLeading(zab: ZabState): void {
  const { leading } = zab
  if (leading === null) return
  leading.reads.drop((...read) => zab.out.drop(...read))
  // Another leader may bring the change to its end, or undo it.
  if (leading.change !== null) zab.out.drop(leading.change, 'not-leader', false)
  // Nobody will tell it what becomes of what it took.
  if (!zab.isVoter) zab.log.dropTokens(zab.log.commit)
  zab.leading = null
}

/** Notes a sign of life of a member that sent FOLLOWERINFO. Null for an answer that counts for nothing. */
export function hear(
  zab: ZabState,
  leading: Leading,
  { from, answer }: { readonly from: MemberId; readonly answer: PeerAnswer },
): Progress | null {
  const { fence, life } = answer
  const recovering = answer.recovering || !leading.synced.has(from)
  return hearPeer(leading, from, { answer: { fence, life, recovering }, mono: zab.mono })
}
