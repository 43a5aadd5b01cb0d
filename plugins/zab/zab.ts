// The strategy that a shard drives: every call notes the time, hands over to the phase that it concerns
// and leaves its results in the outbox.

import {
  type Hash64,
  type LogEntry,
  type MemberChange,
  type MemberId,
  type Members,
  type Now,
  type Payload,
  type Position,
  type ReadLevel,
  type Ready,
  ReadTries,
  type Refusal,
  type Strategy,
  type StrategyInit,
  type StrategyStatus,
  type Token,
} from 'quorate/plugin'
import { confirmBarriers, onSync, onSynced, readIndex } from './barrier.js'
import { onAck, onCommit, propose } from './broadcast.js'
import { becomeLeading, onAckEpoch, onFollowerInfo, onLeaderInfo } from './discovery.js'
import { look, lookLinkDown, lookTick, onNotification } from './election.js'
import { followTick, followWakeAt, leaderLinkDown, sendFollowerInfo } from './following.js'
import { onForgotten } from './forgotten.js'
import { catchUpDone, handOver } from './handover.js'
import { leadTick, leadWakeAt } from './leader-tick.js'
import { onEntries } from './learner.js'
import { decodeMessage } from './codec.js'
import type { TakeOver, ZabMessage } from './messages.js'
import { notify } from './notification.js'
import type { ZabOptions } from './options.js'
import { onPing, onPong } from './pings.js'
import { takeReady, writePersisted } from './ready.js'
import { lossAccepted, makeLosses, onReport, onSurvey } from './recovery.js'
import { reconfigure } from './reconfigure.js'
import { pingInterval, restMark } from './rest.js'
import { acceptsSnapshot, snapshotInstalled } from './snapshot.js'
import { epochJumpMax, ZabState } from './state.js'
import { describe } from './status.js'
import {
  agreedIndex,
  needSnapshot,
  onAckLeader,
  onNewLeader,
  onUpToDate,
} from './synchronisation.js'

/** Notifications and FOLLOWERINFO are looked at more closely; a report has to fit a question. */
const strangersWords: readonly ZabMessage['kind'][] = [
  'notification',
  'follower-info',
  'survey',
  'report',
]

export class ZabStrategy implements Strategy {
  readonly #zab: ZabState

  constructor(init: StrategyInit<ZabOptions>) {
    const zab = new ZabState(init)
    zab.look = () => look(zab)
    zab.reads = new ReadTries(zab.random.uint32() * 1024 + 1)
    zab.losses = makeLosses(zab, init.recovering === 'accept-loss')
    this.#zab = zab
    look(zab)
  }

  tick(now: Now): void {
    const zab = this.#zab
    this.#note(now)
    if (zab.halted !== '') return
    if (zab.leading !== null) leadTick(zab, zab.leading)
    else if (zab.following !== null) followTick(zab, zab.following)
    if (zab.looking !== null) lookTick(zab, zab.looking)
    zab.reads.expire(zab.mono, (...read) => zab.out.drop(...read))
    zab.losses.tick()
  }

  step(from: MemberId, message: Uint8Array, now: Now): void {
    const zab = this.#zab
    this.#note(now)
    if (zab.halted !== '' || from === zab.self) return
    const decoded = decodeMessage(message)
    const isForged = decoded !== null && epochOf(decoded) > zab.acceptedEpoch + epochJumpMax
    if (decoded === null || isForged) zab.counters.malformed++
    else if (zab.isMember(from) || mayBeStranger(zab, from, decoded)) this.#dispatch(from, decoded)
  }

  propose(token: Token, payload: Payload, now: Now): Refusal | null {
    this.#note(now)
    return propose(this.#zab, token, payload)
  }

  transfer(to: MemberId | null): Refusal | null {
    return handOver(this.#zab, to)
  }

  checkpointed(position: Position): void {
    const zab = this.#zab
    zab.log.cut(position, zab.options.keepBytes)
    zab.memberLog.cut(zab.tail.base.index)
  }

  readIndex(token: Token, level: ReadLevel): Refusal | null {
    return readIndex(this.#zab, token, level)
  }

  reconfigure(token: Token, change: MemberChange): Refusal | null {
    return reconfigure(this.#zab, token, change)
  }

  persisted(batch: number): void {
    writePersisted(this.#zab, batch)
  }

  applied(position: Position): void {
    this.#zab.log.applyTo(position.index)
  }

  spread(): void {
    const { leading, tail, mono } = this.#zab
    leading?.holding.spread(tail.last, mono)
  }

  fetched(entries: readonly LogEntry[]): void {
    this.#zab.leading?.sender.fetched(entries)
  }

  peerDown(peer: MemberId): void {
    const { leading, following, looking } = this.#zab
    if (leading !== null) leading.progress.get(peer)?.linkDown()
    else if (following?.leader === peer) leaderLinkDown(this.#zab, following)
    else if (looking !== null) lookLinkDown(this.#zab, looking, peer)
  }

  peerUp(peer: MemberId): void {
    const zab = this.#zab
    const { leading, following, looking } = zab
    if (looking !== null && !zab.isOutside) notify(zab, peer)
    else if (following !== null && following.leader === peer && !following.isWelcome)
      sendFollowerInfo(zab, peer)
    // What it was told while it was away never came.
    leading?.unasked.delete(peer)
    const progress = leading?.progress.get(peer)
    if (progress !== undefined && progress.life !== 0) progress.paused = false
  }

  snapshotInstalled(at: Position, chain: Hash64, members: Members): void {
    snapshotInstalled(this.#zab, { at, chain, members })
  }

  snapshotInstalling(): void {
    this.#zab.snapshotEra = this.#zab.era
  }

  snapshotSent(peer: MemberId, ok: boolean, at: Position): void {
    const isDone = this.#zab.leading?.progress.get(peer)?.snapshotEnded(ok, at.index)
    if (isDone === true) this.#zab.counters.snapshotsSent++
  }

  acceptsSnapshot(from: MemberId, epoch: number, at: Position): boolean {
    return acceptsSnapshot(this.#zab, { from, epoch, at })
  }

  diskShort(short: boolean): void {
    const zab = this.#zab
    const isNews = zab.diskShort !== short
    zab.diskShort = short
    if (short && zab.leading?.stage === 'broadcast') handOver(zab, null)
    // Who could not lead before may do so now. Said again it must not begin another round: a member that stops says it in every turn.
    if (isNews && zab.looking !== null) look(zab)
  }

  acceptLoss(): void {
    lossAccepted(this.#zab, true)
  }

  ready(): Ready | null {
    return takeReady(this.#zab)
  }

  status(): StrategyStatus {
    return describe(this.#zab)
  }

  chainAt(index: number): Hash64 | null {
    return this.#zab.tail.chainAt(index)
  }

  wakeAt(): number {
    const zab = this.#zab
    if (zab.halted !== '') return Number.MAX_SAFE_INTEGER
    const { looking, following, leading } = zab
    let at = Math.min(zab.reads.wakeAt(), zab.losses.wakeAt())
    if (looking !== null) at = Math.min(at, looking.decideAt, looking.notifyAt)
    if (following !== null) at = Math.min(at, followWakeAt(zab, following))
    if (leading !== null) at = Math.min(at, leadWakeAt(zab, leading))
    return at
  }

  rest(): ReturnType<NonNullable<Strategy['rest']>> {
    const mark = restMark(this.#zab)
    return mark === null ? null : { mark, everyMs: pingInterval(this.#zab, true) }
  }

  #note(now: Now): void {
    if (now.mono > this.#zab.mono) this.#zab.mono = now.mono
  }

  #dispatch(from: MemberId, message: ZabMessage): void {
    const zab = this.#zab
    switch (message.kind) {
      case 'notification':
        return onNotification(zab, from, message)
      case 'follower-info':
        return onFollowerInfo(zab, from, message)
      case 'leader-info':
        return onLeaderInfo(zab, from, message)
      case 'ack-epoch':
        return onAckEpoch(zab, from, message)
      case 'diff':
      case 'trunc':
      case 'propose':
      case 'inform':
        return onEntries(zab, from, message)
      case 'ack':
        return this.#onAck(from, message)
      case 'new-leader':
        return onNewLeader(zab, from, message)
      case 'ack-leader':
        return onAckLeader(zab, from, message)
      case 'up-to-date':
        return onUpToDate(zab, from, message)
      case 'commit':
        return onCommit(zab, from, message)
      case 'ping':
        return onPing(zab, from, message)
      case 'pong':
        onPong(zab, from, message)
        if (zab.leading !== null) confirmBarriers(zab, zab.leading)
        return
      case 'sync':
        return onSync(zab, from, message)
      case 'synced':
        return onSynced(zab, from, message)
      case 'take-over':
        return this.#onTakeOver(from, message)
      case 'survey':
        return onSurvey(zab, from, message)
      case 'report':
        return onReport(zab, from, message)
      case 'forgotten':
        return onForgotten(zab, from, message)
      case 'accept-loss':
        return lossAccepted(zab, false)
    }
  }

  #onAck(from: MemberId, message: Extract<ZabMessage, { readonly kind: 'ack' }>): void {
    const zab = this.#zab
    const what = onAck(zab, from, message)
    const { leading } = zab
    const peer = leading?.progress.get(from)
    if (leading === null || peer === undefined) return
    if (what === 'snapshot') needSnapshot(zab, from, peer)
    else if (message.ok) catchUpDone(zab, leading, from)
    else if (what === 'refused') {
      leading.modes.set(from, 'trunc')
      peer.refused(message.index, agreedIndex(zab, message.hint))
    }
  }

  /** The leader hands its epoch over to this member. */
  #onTakeOver(from: MemberId, message: TakeOver): void {
    const zab = this.#zab
    const { following } = zab
    if (following === null || following.leader !== from || zab.diskShort) return
    if (following.stage !== 'broadcast' || following.epoch !== message.epoch) return
    if (!zab.isEligible || !zab.isWhole) return
    zab.reads.drop((...read) => zab.out.drop(...read))
    zab.round++
    becomeLeading(zab, { handover: message.epoch, founding: 0 }, from)
  }
}

/** What one that is no member here may say: our list may be old, or it does not know that it was taken out. */
function mayBeStranger(
  { following, leading }: ZabState,
  from: MemberId,
  { kind }: ZabMessage,
): boolean {
  if (following?.leader === from || leading?.leaving.has(from) === true) return true
  return strangersWords.includes(kind)
}

/** The greatest epoch that a message speaks of. */
function epochOf(message: ZabMessage): number {
  const epoch = 'epoch' in message ? message.epoch : 0
  const accepted = 'acceptedEpoch' in message ? message.acceptedEpoch : 0
  return Math.max(epoch, accepted, message.kind === 'notification' ? message.founding : 0)
}
