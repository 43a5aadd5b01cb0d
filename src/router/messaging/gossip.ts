// Keeps the other members told of what this member's clients listen to, and carries messages to them.
// Subscriptions are a numbered history: each peer is sent what it has not confirmed, a difference
// where we still know it, else the whole; so a lost frame delays, and never misleads. Messages are
// sent once, in order, and dropped where a peer does not take them: a publisher is never held up.

import type { MemberId, Now } from '../../api/ids.js'
import { limits } from '../../api/limits.js'
import {
  type AckPacket,
  type Change,
  decodePacket,
  encodePacket,
  type Kind,
  type MessagePacket,
  type StatePacket,
  type StatePart,
} from './packets.js'
import { makePeerState, type PeerState } from './peer-state.js'

/** How messaging reaches the other members. */
export interface PeerPort {
  readonly self: MemberId
  /** Incarnation of this process. */
  life(): number
  /** False where there is no link: the packet is dropped. */
  send(to: MemberId, body: Uint8Array): boolean
}

export interface GossipHost {
  count(kind: Kind, name: string): number
  /** Everything that this member's clients listen to. */
  all(): Iterable<Change>
  /** This member's clients want to hear of changes of keys. */
  wantsKeys(): boolean
  /** Another member told. */
  tell(peer: MemberId, change: Change): void
  forget(peer: MemberId): void
  wantsKeysTold(peer: MemberId, wants: boolean): void
  message(packet: MessagePacket): void
}

interface Waiter {
  readonly version: number
  readonly deadline: number
  readonly done: () => void
}

const resendMs = 100

export class Gossip {
  readonly #port: PeerPort
  readonly #host: GossipHost
  readonly #peers = new Map<MemberId, PeerState>()
  /** Names by the version of their last change, oldest first, that some peer may not know. */
  readonly #changes = new Map<string, { readonly kind: Kind; readonly name: string; at: number }>()
  /** Differences from below this version are not known any more. */
  #floor = 0
  #version = 0
  #waiters: Waiter[] = []
  /** Messages that a peer did not get because it was too far behind. */
  dropped = 0

  constructor(port: PeerPort, host: GossipHost) {
    this.#port = port
    this.#host = host
  }

  get version(): number {
    return this.#version
  }

  /** The number of own sessions that listen to a name changed. */
  changed(kind: Kind, name: string): void {
    this.#version++
    const key = `${kind}${name}`
    this.#changes.delete(key)
    this.#changes.set(key, { kind, name, at: this.#version })
    if (this.#changes.size <= limits.subscriptionChangesMax) return
    for (const [oldest, { at }] of this.#changes) {
      this.#changes.delete(oldest)
      this.#floor = at
      return
    }
  }

  /** What clients here want to hear of keys changed. */
  touch(): void {
    this.#version++
  }

  peerUp(peer: MemberId): void {
    const state = this.#stateOf(peer)
    state.isConnected = true
    state.acked = -1
    state.told = -1
    state.heardThere = state.sent
    // It may not have noticed that the link was gone, and must tell everything again.
    state.owesAck = state.known < 0
    state.hasGap = state.known < 0
  }

  peerDown(peer: MemberId): void {
    const state = this.#stateOf(peer)
    state.isConnected = false
    this.#unlearn(peer, state)
    this.#settle()
  }

  /** Calls `done` once all connected peers know what has changed so far, or time is up. */
  whenKnown(now: Now, done: () => void): void {
    if (this.#knownBy(this.#version)) done()
    else {
      const deadline = now.mono + limits.subscribeConfirmMs
      this.#waiters.push({ version: this.#version, deadline, done })
    }
  }

  /** False where the message was not sent. */
  message(peer: MemberId, kind: Kind, message: { channel: string; text: string }): boolean {
    const state = this.#peers.get(peer)
    if (state?.isConnected !== true) return false
    const bytes = message.channel.length + message.text.length + 32
    if (state.sent + bytes - state.heardThere > limits.peerMessageBytesMax) {
      this.dropped++
      return false
    }
    const sent = state.sent + bytes
    const life = this.#port.life()
    const packet = encodePacket({ type: 'message', life, sent, kind, ...message })
    if (!this.#port.send(peer, packet)) return false
    state.sent = sent
    return true
  }

  receive(from: MemberId, body: Uint8Array): void {
    const packet = decodePacket(body)
    const state = this.#stateOf(from)
    if (packet === null || !state.isConnected) return
    if (packet.type === 'ack') {
      if (packet.life === this.#port.life()) this.#acked(state, packet)
      return
    }
    if (packet.life < state.life) return
    if (packet.life > state.life) this.#beginLife(from, state, packet.life)
    if (packet.type === 'state') this.#told(from, state, packet)
    else this.#heard(state, packet)
  }

  /** Sends what is due; answers who waited too long. */
  flush(now: Now): void {
    for (const [peer, state] of this.#peers) {
      if (!state.isConnected) continue
      if (state.owesAck) this.#acknowledge(peer, state)
      const isLost = state.acked < state.told && now.mono - state.toldAt >= resendMs
      if (isLost) state.told = state.acked
      if (state.told < this.#version || state.told < 0) this.#tell(peer, state, now)
    }
    while ((this.#waiters[0]?.deadline ?? Number.POSITIVE_INFINITY) <= now.mono) {
      this.#waiters.shift()?.done()
    }
    this.#trim()
  }

  wakeAt(): number {
    let at = this.#waiters[0]?.deadline ?? Number.POSITIVE_INFINITY
    for (const state of this.#peers.values()) {
      if (state.isConnected && state.acked < state.told) at = Math.min(at, state.toldAt + resendMs)
    }
    return at
  }

  #stateOf(peer: MemberId): PeerState {
    let state = this.#peers.get(peer)
    if (state === undefined) {
      state = makePeerState()
      this.#peers.set(peer, state)
    }
    return state
  }

  #unlearn(peer: MemberId, state: PeerState): void {
    state.known = -1
    state.staged = []
    state.stagedTo = -1
    this.#host.forget(peer)
  }

  #beginLife(peer: MemberId, state: PeerState, life: number): void {
    if (state.life !== 0) this.#unlearn(peer, state)
    state.life = life
    state.heard = 0
    state.heardTold = 0
  }

  #acked(state: PeerState, packet: AckPacket): void {
    state.heardThere = Math.max(state.heardThere, packet.heard)
    if (packet.hasGap) {
      state.acked = packet.version
      // A whole state on its way mends it; where that gets lost, the time to send again will.
      if (state.toldAt - state.wholeAt > 0 || state.acked >= 0) state.told = packet.version
    } else state.acked = Math.max(state.acked, packet.version)
    this.#settle()
  }

  #told(from: MemberId, state: PeerState, packet: StatePacket): void {
    state.owesAck = true
    this.#host.wantsKeysTold(from, packet.wantsKeys)
    if (packet.isWhole) this.#stage(from, state, packet)
    else if (packet.from > state.known) state.hasGap = true
    else if (packet.to > state.known) {
      for (const change of packet.changes) this.#host.tell(from, change)
      state.known = packet.to
    }
  }

  /** A part of a whole state: it counts when all parts are there. */
  #stage(from: MemberId, state: PeerState, packet: StatePacket): void {
    if (packet.part === 0) {
      state.staged = []
      state.stagedTo = packet.to
      state.nextPart = 0
    }
    if (packet.to !== state.stagedTo || packet.part !== state.nextPart) {
      state.hasGap = true
      return
    }
    state.nextPart++
    for (const change of packet.changes) state.staged.push(change)
    if (!packet.isLast) return
    const { staged } = state
    this.#unlearn(from, state)
    for (const change of staged) this.#host.tell(from, change)
    state.known = packet.to
  }

  /** One that comes behind a later one is dropped: order before completeness. */
  #heard(state: PeerState, packet: MessagePacket): void {
    if (packet.sent <= state.heard) return
    state.heard = packet.sent
    if (state.heard - state.heardTold >= limits.peerMessageBytesMax / 32) state.owesAck = true
    this.#host.message(packet)
  }

  #acknowledge(peer: MemberId, state: PeerState): void {
    const { life, known: version, hasGap, heard } = state
    state.owesAck = false
    state.hasGap = false
    state.heardTold = heard
    this.#port.send(peer, encodePacket({ type: 'ack', life, version, hasGap, heard }))
  }

  #tell(peer: MemberId, state: PeerState, now: Now): void {
    state.toldAt = now.mono
    const isWhole = state.told < this.#floor
    if (isWhole) state.wholeAt = now.mono
    const sent = isWhole ? this.#tellWhole(peer) : this.#tellChanges(peer, state.told)
    if (sent) state.told = this.#version
  }

  #tellChanges(peer: MemberId, from: number): boolean {
    const changes: Change[] = []
    for (const { kind, name, at } of this.#changes.values()) {
      if (at > from) changes.push({ kind, name, count: this.#host.count(kind, name) })
    }
    return this.#sendPart(peer, { from, part: 0, isWhole: false, isLast: true, changes })
  }

  #tellWhole(peer: MemberId): boolean {
    let changes: Change[] = []
    let chars = 0
    let part = 0
    for (const change of this.#host.all()) {
      changes.push(change)
      chars += change.name.length + 16
      if (chars < limits.subscriptionPartBytes) continue
      const head = { from: 0, part: part++, isWhole: true, isLast: false }
      if (!this.#sendPart(peer, { ...head, changes })) return false
      changes = []
      chars = 0
    }
    return this.#sendPart(peer, { from: 0, part, isWhole: true, isLast: true, changes })
  }

  #sendPart(peer: MemberId, part: StatePart): boolean {
    const head = { type: 'state', life: this.#port.life(), to: this.#version } as const
    const wantsKeys = this.#host.wantsKeys()
    return this.#port.send(peer, encodePacket({ ...head, wantsKeys, ...part }))
  }

  #knownBy(version: number): boolean {
    for (const state of this.#peers.values()) {
      if (state.isConnected && state.acked < version) return false
    }
    return true
  }

  #settle(): void {
    while (this.#waiters.length > 0 && this.#knownBy((this.#waiters[0] as Waiter).version)) {
      this.#waiters.shift()?.done()
    }
  }

  /** Forgets changes that every connected peer knows; a peer that comes later gets the whole. */
  #trim(): void {
    let least = this.#version
    for (const state of this.#peers.values()) {
      if (state.isConnected) least = Math.min(least, state.acked)
    }
    for (const [key, { at }] of this.#changes) {
      if (at > least) return
      this.#changes.delete(key)
      this.#floor = at
    }
  }
}
