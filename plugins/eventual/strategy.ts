// The strategy that a shard drives: every call notes the time, hands over to the file that it concerns
// and leaves its results in the outbox.

import type {
  Hash64,
  LogEntry,
  MemberChange,
  MemberId,
  MemberList,
  Members,
  Now,
  Payload,
  Position,
  ReadLevel,
  Ready,
  Refusal,
  SeenStamps,
  Strategy,
  StrategyInit,
  StrategyStatus,
  Token,
} from 'quorate/plugin'
import { payloadOf, slotCount, Vector } from 'quorate/plugin'
import {
  antiEntropyTick,
  compareWakeAt,
  onCompared,
  onDiffering,
  onDigests,
} from './anti-entropy.js'
import { cutLog } from './cutting.js'
import { follow, onStranger } from './following.js'
import { decodeMessage, messageVersion, type Message, type Part } from './messages.js'
import { notesTick, notesWakeAt, onVector, tell } from './notes.js'
import type { Peer } from './peer.js'
import type { EventualOptions } from './options.js'
import { gateTick, mayOpen, onClaims, showsCauses, waitNoMore } from './opening.js'
import { onEntries, release } from './receiving.js'
import { onSlots, repairTick } from './repair.js'
import { takeReady, writePersisted } from './ready.js'
import { beginLife, installed, judgeRecovery, restartTick } from './restart.js'
import { covers, hurry, seen } from './sight.js'
import { entriesFetched, rewind, shipWakeAt } from './shipping.js'
import { decodeMark, encodeMark } from './mark.js'
import { EventualState } from './state.js'
import { describe, type EventualStatus } from './status.js'
import { prepared, propose, reserve } from './writing.js'

export class EventualStrategy implements Strategy {
  readonly #state: EventualState
  #status: EventualStatus | null = null

  constructor(init: StrategyInit<EventualOptions>) {
    const state = new EventualState(init)
    this.#state = state
    reserve(state, state.clock.next(state.wall))
    judgeRecovery(state)
  }

  tick(now: Now): void {
    const state = this.#state
    this.#note(now)
    if (state.gate !== null) state.gate.keyspace.driven = null
    if (!state.isMember) return
    notesTick(state)
    restartTick(state)
    repairTick(state)
    antiEntropyTick(state)
    gateTick(state)
    cutLog(state)
  }

  step(from: MemberId, message: Uint8Array, now: Now): void {
    const state = this.#state
    this.#note(now)
    const decoded = decodeMessage(message)
    const peer = state.peers.get(from)
    if (peer === undefined) {
      onStranger(state, from, decoded)
      return
    }
    peer.isOfOtherVersion = message[0] !== messageVersion
    // That a link opened may have been told before an older one was closed.
    if (decoded !== null && !peer.isUp) this.peerUp(from)
    if (decoded?.kind === 'part') {
      const whole = this.#takePart(peer, decoded)
      if (whole !== null) this.#take(peer, decodeMessage(whole))
    } else this.#take(peer, decoded)
  }

  /** The whole message, once all of it is there. */
  #takePart(peer: Peer, part: Part): Uint8Array | null {
    const state = this.#state
    state.out.send(peer.member, { kind: 'took' })
    // More of what was asked for is on its way.
    peer.askedAt = state.mono
    if (state.repair?.from === peer.member) state.repair.askedAt = state.mono
    return peer.parts.take(part, state.mono)
  }

  #take(peer: Peer, decoded: Message | null): void {
    const state = this.#state
    const from = peer.member
    switch (decoded?.kind) {
      case undefined:
      case 'part':
        state.counters.malformed++
        return
      case 'entries':
        onEntries(state, from, decoded)
        return
      case 'vector':
        onVector(state, from, decoded)
        return
      case 'want':
        peer.wanted = decoded.vector
        if (state.gate !== null) tell(state, peer)
        return
      case 'want-slots':
        peer.wantsSlot = decoded.slot < slotCount ? decoded.slot : null
        return
      case 'slots':
        onSlots(state, from, decoded)
        return
      case 'took':
        state.out.took(from)
        return
      case 'claims':
        onClaims(state, from, decoded.claims)
        return
      case 'list':
        follow(state, decoded.list)
        return
      case 'digests':
        onDigests(state, peer, decoded)
        return
      case 'compared':
        onCompared(state, peer, decoded)
        return
      case 'differing':
        onDiffering(state, peer, decoded)
        return
      case 'want-all':
        if (state.recovering !== null || state.floor.isBelow || peer.isGettingAll) return
        peer.isGettingAll = true
        state.counters.snapshotsSent++
        state.out.snapshotTo.push(from)
    }
  }

  propose(token: Token, payload: Payload, now: Now): Refusal | null {
    this.#note(now)
    return propose(this.#state, token, payload)
  }

  prepared(token: Token, ops: Uint8Array | null): void {
    prepared(this.#state, token, ops === null ? null : payloadOf(ops))
  }

  changed(token: Token, ops: Payload | null): void {
    prepared(this.#state, token, ops)
  }

  /** Nobody leads but oneself. */
  transfer(_to: MemberId | null): Refusal | null {
    return { reason: 'unsupported' }
  }

  checkpointed(position: Position): void {
    const state = this.#state
    state.checkpointed = Math.max(state.checkpointed, position.index)
    cutLog(state)
  }

  readIndex(token: Token, level: ReadLevel): Refusal | null {
    const state = this.#state
    if (level !== 'local' && level !== 'causal') return { reason: 'unsupported' }
    const isServed =
      state.isMember && state.recovering === null && (level === 'local' || showsCauses(state))
    if (!isServed) return { reason: 'not-leader', leader: null }
    state.out.grants.push({ token, at: state.positionAt(state.delivered) })
    return null
  }

  /** Nobody could decide it; members follow lists. */
  reconfigure(_token: Token, _change: MemberChange): Refusal | null {
    return { reason: 'unsupported' }
  }

  follow(list: MemberList): Refusal | null {
    return follow(this.#state, list)
  }

  persisted(batch: number): void {
    writePersisted(this.#state, batch)
  }

  applied(position: Position): void {
    const state = this.#state
    state.appliedTo(position.index)
    release(state)
  }

  seen(): SeenStamps {
    return seen(this.#state)
  }

  covers(mark: SeenStamps): boolean {
    return covers(this.#state, mark)
  }

  hurry(mark: SeenStamps): void {
    hurry(this.#state, mark)
  }

  fetched(entries: readonly LogEntry[]): void {
    entriesFetched(this.#state, entries)
  }

  peerDown(peer: MemberId): void {
    this.#state.linked.delete(peer)
    const found = this.#state.peers.get(peer)
    if (found === undefined) return
    found.isUp = false
    found.isGettingAll = false
    found.wanted = null
    found.parts.clear()
    found.comparing = null
    found.asked.clear()
    this.#state.out.stopSending(peer)
    rewind(found)
  }

  peerUp(peer: MemberId): void {
    const state = this.#state
    state.linked.add(peer)
    const found = state.peers.get(peer)
    if (found === undefined) return
    found.isUp = true
    found.upAt = state.mono
    found.askedAt = 0
    rewind(found)
    tell(state, found)
  }

  snapshotInstalled(at: Position, chain: Hash64, _members: Members, mark?: Uint8Array): void {
    const state = this.#state
    const vector = mark === undefined ? new Vector() : decodeMark(mark, state)
    installed(state, at, { chain, mark: vector })
  }

  snapshotSent(peer: MemberId, _ok: boolean, _at: Position): void {
    const found = this.#state.peers.get(peer)
    if (found !== undefined) found.isGettingAll = false
  }

  acceptsSnapshot(from: MemberId, _term: number, _at: Position): boolean {
    return this.#state.needsAll?.from === from && this.#state.peers.has(from)
  }

  diskShort(short: boolean): void {
    this.#state.diskShort = short
  }

  acceptLoss(): void {
    const state = this.#state
    if (state.recovering !== null) {
      state.loss = `writes that only this member had are lost (${state.recovering})`
      state.recovering = 'accept-loss'
      judgeRecovery(state)
    } else if (state.isNameless) beginLife(state)
    waitNoMore(state)
  }

  ready(): Ready | null {
    return takeReady(this.#state)
  }

  status(): StrategyStatus {
    this.#status = describe(this.#state, this.#status)
    return this.#status
  }

  chainAt(index: number): Hash64 | null {
    return this.#state.tail.chainAt(index)
  }

  mark(): Uint8Array {
    return encodeMark(this.#state)
  }

  /** Monotonic milliseconds at which `tick` is next needed. */
  wakeAt(): number {
    const state = this.#state
    const notes = notesWakeAt(state)
    const isBusy = state.recovering !== null || state.needsAll !== null || state.repair !== null
    const at = Math.min(notes, shipWakeAt(state), compareWakeAt(state))
    const isAhead = state.gate?.isAhead === true
    // It came when the groups had been driven.
    if (state.gate !== null && mayOpen(state.gate.keyspace)) return state.mono
    return isBusy || isAhead ? Math.min(at, state.mono + state.options.noteMs) : at
  }

  #note(now: Now): void {
    const state = this.#state
    if (now.mono > state.mono) state.mono = now.mono
    state.out.mono = state.mono
    state.wall = now.wall
  }
}
