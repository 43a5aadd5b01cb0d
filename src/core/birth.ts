// The birth of a cluster, once. Members with empty disks take a cluster id drawn by the one with the
// lowest id (forming), see that every member took it (agreed), see that every member agreed (born), and
// only then serve clients. Each step is durable before it is told. Driven by the core: it hands over
// hellos and messages, drains `ready`, and calls `written` when the identity row is synced.
//
// Why three steps: when a member may serve, every disk already says agreed. So an empty member that
// meets only unborn and forming ones can have lost nothing, and one that meets an agreed one may have:
// it comes back as lost, and is refilled before it votes or acknowledges. An unborn coordinator always
// draws a new id, and members only move on to what the coordinator itself has now, so that an older id
// is never taken up again.

import type { MemberId, Now } from '../api/ids.js'
import type { RecoveryCause } from '../api/strategy.js'
import { assert } from '../base/assert.js'
import type { Hash64 } from '../base/hash.js'
import type { Random } from '../base/random.js'
import { encodeIdentity, type IdentityPhase } from '../log/layout.js'
import type { BirthBoot } from './birth-boot.js'
import {
  type BirthPhase,
  type BirthState,
  decodeBirthState,
  encodeBirthState,
  isSettled,
} from './birth-state.js'

export interface BirthInit {
  readonly self: MemberId
  /** Ids of the initial members, ascending, this one included. */
  readonly members: readonly MemberId[]
  readonly boot: Extract<BirthBoot, { readonly kind: 'known' }>
  readonly keyspaces: Readonly<{
    epoch: number
    digest: Hash64
    shards?: number
    placement?: Hash64 | undefined
  }>
  readonly random: Random
  /** `--bootstrap`: go ahead without members that are absent for `bootstrapWaitMs`. */
  readonly bootstrap: boolean
  readonly now: Now
}

export interface BirthReady {
  /** Value of the identity row, to be synced; `written` is called once it is. */
  readonly write: Uint8Array | null
  readonly send: readonly { readonly to: MemberId; readonly body: Uint8Array }[]
}

/** What is or will be in the identity row. */
interface Step {
  readonly phase: IdentityPhase
  readonly clusterId: string
}

/** Milliseconds that a forced birth waits for members that may still come. */
export const bootstrapWaitMs = 2_000
/** Milliseconds after which a member that is not open tells its state again. */
const tellIntervalMs = 200

/** Who joins a cluster may have a file that names only members which are gone. */
const nobodyHint =
  '; if there is a cluster, of which they are no members any more: name those that it has today in the file of this member'

export class Birth {
  readonly #init: BirthInit
  #phase: BirthPhase
  #clusterId: string
  #incarnation: number
  /** Incarnation that is on disk, 0 for none. */
  #durableIncarnation = 0
  /** On its way to the disk; nothing is decided meanwhile. */
  #writing: (Step & { readonly incarnation: number }) | null = null
  /** To be handed out by `ready`. */
  #toWrite: Step | null = null
  readonly #toTell = new Set<MemberId>()
  /** What linked peers say they durably are; forgotten when the link goes. */
  readonly #peers = new Map<MemberId, BirthState>()
  /** Highest incarnation met of each peer: an earlier life of it has no say. */
  readonly #incarnations = new Map<MemberId, number>()
  readonly #startedAt: number
  #tellAt: number
  #isBootstrapDue = false
  #isRefilled = false
  /** The disk turned out to be an older copy, which is not on it yet. */
  #isLosing = false
  #hasMetBorn = false

  constructor(init: BirthInit) {
    assert(init.members.includes(init.self), 'a member is in its own member list')
    this.#init = init
    const { boot } = init
    this.#phase = boot.phase
    this.#clusterId = boot.clusterId
    this.#incarnation = boot.incarnation
    this.#startedAt = init.now.mono
    this.#tellAt = init.now.mono + tellIntervalMs
    this.#decide()
  }

  get phase(): BirthPhase {
    return this.#phase
  }

  /** Somebody was there that knows how the cluster went on. */
  get hasMetBorn(): boolean {
    return this.#hasMetBorn
  }

  /** Empty while there is none. */
  get clusterId(): string {
    return this.#clusterId
  }

  get incarnation(): number {
    return this.#incarnation
  }

  /** What a hello says of this member. */
  get state(): Omit<BirthState, 'seenId'> {
    return { phase: this.#phase, clusterId: this.#clusterId, isForced: this.#isBootstrapDue }
  }

  /** Shards may start: the member belongs to a born cluster, and its incarnation is on disk. */
  get isOpen(): boolean {
    const isMember = this.#phase === 'born' || this.#phase === 'lost'
    return isMember && !this.#isLosing && this.#durableIncarnation === this.#incarnation
  }

  /** Why the member must be refilled before it votes, or null. */
  get recovering(): RecoveryCause | null {
    return this.#phase === 'lost' && !this.#isRefilled ? 'disk-lost' : null
  }

  /** One sentence while the member is not open, else empty. */
  why(): string {
    if (this.isOpen) return ''
    const absent = this.#needed().filter((member) => !this.#peers.has(member))
    if (absent.length > 0) {
      const isAlone = this.#incarnations.size === 0 && absent.length === this.#needed().length
      const hint = isAlone ? nobodyHint : ''
      return `the cluster is not born yet: waiting for ${list(absent)} to be reachable${hint}`
    }
    const behind = this.#needed().filter((member) => !isSettled(this.#phaseOf(member)))
    if (behind.length > 0) return `the cluster is being born: waiting for ${list(behind)}`
    return 'the cluster is being born'
  }

  /** Hellos may be sent: the incarnation that they name is on disk, or nothing is that could clash. */
  get mayGreet(): boolean {
    if (this.#isLosing) return false
    return this.#phase === 'unborn' || this.#durableIncarnation === this.#incarnation
  }

  /** Highest incarnation that was met of a peer, 0 for none: for our hello to it. */
  incarnationOf(peer: MemberId): number {
    return this.#incarnations.get(peer) ?? 0
  }

  /** A link to a peer is up and its hello was accepted. */
  hello(from: MemberId, state: Omit<BirthState, 'seenId'>, incarnation: number): void {
    if (incarnation < this.incarnationOf(from)) return
    this.#incarnations.set(from, incarnation)
    const { phase, clusterId, isForced } = state
    this.#peers.set(from, { phase, clusterId, isForced, seenId: '' })
    if (phase === 'born') this.#hasMetBorn = true
    // It may have missed what became of us since our hello left.
    this.#toTell.add(from)
    this.#decide()
  }

  /**
   * A peer's hello says that it met incarnation `known` of us in an earlier life: take a greater one.
   * True where ours changed: links begin anew, with a new hello. Only while nothing has started; a peer
   * that knows a later one of a member that is open has met another process of the same member.
   */
  raise(known: number): boolean {
    if (known <= this.#incarnation || this.isOpen) return false
    this.#incarnation = known + 1
    this.#decide()
    return true
  }

  message(from: MemberId, body: Uint8Array): void {
    const state = decodeBirthState(body)
    const before = this.#peers.get(from)
    if (state === null || before === undefined) return
    this.#peers.set(from, state)
    const isBehind = state.phase !== 'born' && state.phase !== 'lost'
    if (before.clusterId !== state.clusterId || (this.isOpen && isBehind)) this.#toTell.add(from)
    this.#decide()
  }

  peerDown(peer: MemberId): void {
    this.#peers.delete(peer)
    this.#toTell.delete(peer)
    this.#decide()
  }

  /** Monotonic milliseconds at which `tick` is next needed. */
  wakeAt(): number {
    return Math.min(this.isOpen ? Infinity : this.#tellAt, this.#forceAt())
  }

  tick(now: Now): void {
    if (!this.isOpen && now.mono >= this.#tellAt) {
      // A message may be lost with one of several links, or overtaken on another one.
      this.#tellAt = now.mono + tellIntervalMs
      this.#tellAll()
    }
    if (now.mono < this.#forceAt()) return
    this.#isBootstrapDue = true
    this.#tellAll()
    this.#decide()
  }

  /** The disk is an older copy of itself: as one that was lost. True where that is news. */
  lost(): boolean {
    if (this.#phase !== 'born' || this.#isLosing) return false
    this.#isLosing = true
    this.#isRefilled = false
    this.#toWrite = { phase: 'lost', clusterId: this.#clusterId }
    return true
  }

  /** All groups are refilled: the member counts as any other from the next start on. */
  refilled(): void {
    if (this.#phase !== 'lost' || this.#isRefilled) return
    this.#isRefilled = true
    this.#toWrite = { phase: 'born', clusterId: this.#clusterId }
  }

  /** What is to be written and sent; null for nothing. A write is handed out once, and one at a time. */
  ready(): BirthReady | null {
    let write: Uint8Array | null = null
    if (this.#toWrite !== null && this.#writing === null) {
      this.#writing = { ...this.#toWrite, incarnation: this.#incarnation }
      this.#toWrite = null
      write = this.#encode(this.#writing)
    }
    const send: { to: MemberId; body: Uint8Array }[] = []
    // While a step is on its way to the disk, what is on the disk is no longer the member's last word.
    if (this.#writing === null && this.#toTell.size > 0) {
      for (const to of this.#toTell) send.push({ to, body: this.#bodyFor(to) })
      this.#toTell.clear()
    }
    return write === null && send.length === 0 ? null : { write, send }
  }

  /** The identity row is on disk. */
  written(): void {
    const step = this.#writing
    assert(step !== null, 'what was written was handed out')
    this.#writing = null
    this.#durableIncarnation = step.incarnation
    if (step.phase === 'lost') this.#isLosing = false
    if (step.phase !== this.#phase || step.clusterId !== this.#clusterId) {
      this.#phase = step.phase
      this.#clusterId = step.clusterId
      this.#tellAll()
    }
    this.#decide()
  }

  #forceAt(): number {
    const waits = this.#init.bootstrap && !this.#isBootstrapDue && !isSettled(this.#phase)
    return waits ? this.#startedAt + bootstrapWaitMs : Infinity
  }

  #tellAll(): void {
    for (const peer of this.#peers.keys()) this.#toTell.add(peer)
  }

  /** The next step that what is known allows; none while one is being written. */
  #decide(): void {
    if (this.#writing !== null || this.#toWrite !== null) return
    this.#toWrite = this.#next()
    if (this.#toWrite === null && this.#durableIncarnation < this.#incarnation) {
      this.#toWrite = this.#step()
    }
  }

  #next(): Step | null {
    switch (this.#phase) {
      case 'unborn':
        return this.#joinSettled() ?? this.#takeForming() ?? this.#draw()
      case 'forming':
        return this.#joinSettled() ?? this.#takeForming() ?? this.#agree()
      case 'agreed':
        return this.#bear()
      case 'born':
      case 'lost':
        return null
    }
  }

  /** A peer is settled: go with it. Who did not take that id before may have lost its disk under it. */
  #joinSettled(): Step | null {
    for (const { phase, clusterId } of this.#peers.values()) {
      if (!isSettled(phase)) continue
      if (this.#phase !== 'forming' || clusterId !== this.#clusterId) {
        return { phase: 'lost', clusterId }
      }
      return { phase: phase === 'born' ? 'born' : 'agreed', clusterId }
    }
    return null
  }

  /** Moves to the id that the coordinator, and no one else, says it has now. */
  #takeForming(): Step | null {
    for (const [peer, state] of this.#peers) {
      const leads = state.isForced || peer === this.#init.members[0]
      if (!leads || state.phase !== 'forming' || state.clusterId === this.#clusterId) continue
      if (this.#isBootstrapDue && peer > this.#init.self) continue
      return { phase: 'forming', clusterId: state.clusterId }
    }
    return null
  }

  /** The coordinator draws an id once every member it needs is there and no one is settled. */
  #draw(): Step | null {
    const leads = this.#isBootstrapDue || this.#init.self === this.#init.members[0]
    if (!leads || this.#needed().some((member) => !this.#peers.has(member))) return null
    const clusterId = drawId(this.#init.random)
    return { phase: this.#init.members.length === 1 ? 'born' : 'forming', clusterId }
  }

  /**
   * Every member took the id, and knows that this one did: so none still acts on what an earlier life
   * of this one said.
   */
  #agree(): Step | null {
    const took = (member: MemberId): boolean => {
      const state = this.#peers.get(member)
      if (state?.phase !== 'forming') return false
      return state.clusterId === this.#clusterId && state.seenId === this.#clusterId
    }
    return this.#needed().every(took) ? { phase: 'agreed', clusterId: this.#clusterId } : null
  }

  #bear(): Step | null {
    const step: Step = { phase: 'born', clusterId: this.#clusterId }
    for (const state of this.#peers.values()) {
      if (state.phase === 'born' && state.clusterId === this.#clusterId) return step
    }
    const agreed = (member: MemberId): boolean => isSettled(this.#phaseOf(member))
    return this.#needed().every(agreed) ? step : null
  }

  /** The other members whose word is needed. */
  #needed(): MemberId[] {
    const { members, self } = this.#init
    return members.filter(
      (member) => member !== self && (!this.#isBootstrapDue || this.#peers.has(member)),
    )
  }

  #phaseOf(member: MemberId): BirthPhase {
    const state = this.#peers.get(member)
    return state !== undefined && state.clusterId === this.#clusterId ? state.phase : 'unborn'
  }

  #step(): Step | null {
    return this.#phase === 'unborn' ? null : { phase: this.#phase, clusterId: this.#clusterId }
  }

  #bodyFor(to: MemberId): Uint8Array {
    return encodeBirthState({ ...this.state, seenId: this.#peers.get(to)?.clusterId ?? '' })
  }

  #encode(step: Step & { readonly incarnation: number }): Uint8Array {
    const { self, members, keyspaces } = this.#init
    return encodeIdentity({
      phase: step.phase,
      clusterId: step.clusterId,
      member: self,
      incarnation: step.incarnation,
      keyspaceEpoch: keyspaces.epoch,
      keyspaceDigest: keyspaces.digest,
      shards: keyspaces.shards ?? 1,
      placement: keyspaces.placement,
      born: members,
    })
  }
}

function drawId(random: Random): string {
  let id = ''
  for (let i = 0; i < 4; i++) id += random.uint32().toString(16).padStart(8, '0')
  return id
}

function list(members: readonly MemberId[]): string {
  const ids = members.join(', ')
  return members.length === 1 ? `member ${ids}` : `members ${ids}`
}
