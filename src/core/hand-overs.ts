// Slots of keyspaces whose members merge: tells this member's replicas what the topology says of them, answers who drives
// a hand-over, drives those that are this member's to drive, and removes what was left behind. Who owns a slot is
// nowhere but in the topology.

import type { Config } from '../api/config.js'
import { type Group, makeLane } from '../api/group.js'
import type { MemberId, Now } from '../api/ids.js'
import { isError, type Reply } from '../api/reply.js'
import type { Roots } from '../api/rooted.js'
import { handCancelled, handsOf, splitMove, toldSlots } from '../api/slot-hands.js'
import {
  describeLeaving,
  encodeSlotState,
  nothingMoved,
  slotCall,
  type SlotRun,
  type SlotState,
} from '../api/slot-moves.js'
import { encodeTopology, type SlotHand, type SlotMove, type Topology } from '../api/topology.js'
import { textToBytes } from '../base/bytes.js'
import { slotCount } from '../base/keyslot.js'
import { areSameMembers } from '../log/members.js'
import { handSteps } from '../shard/hand-calls.js'
import { Shard } from '../shard/shard.js'
import { HandOver } from './hand-over.js'
import {
  decodeHandNote,
  encodeHandNote,
  type HandAnswer,
  type HandQuestion,
  type SideStamps,
} from './hand-notes.js'
import type { MemberGroup } from './make-groups.js'
import type { Peers } from './peers.js'
import { memberListOf } from './roster.js'
import { tellsTopology } from './standing.js'
import { Sweeper } from './sweeper.js'
import type { TopologyGroup } from './topology-group.js'
import { coreChannels, coreGroup } from './wire.js'

export interface HandOversInit {
  readonly config: Config
  readonly groups: readonly MemberGroup[]
  readonly topology: TopologyGroup
  readonly roots: Roots
  readonly peers: () => Peers
}

/** Milliseconds until a replica is asked again to go by what it was told. */
const settleMs = 50

/** What a replica was told, and whether nothing older is under way there. */
interface Told {
  readonly text: string
  isSettled: boolean
  isAsked: boolean
  askAt: number
}

/** Slots of a move, once nothing more of it begins. */
type Went = readonly SlotRun[] | null

/** Of a member that lost its disk: slots may be others' than it knows. */
const nothingKnown: SlotState = {
  ...nothingMoved,
  importing: { from: -1, batch: -1, attempt: -1, slots: [[0, slotCount - 1]], copies: 0 },
}

export class HandOvers {
  readonly #init: HandOversInit
  readonly #told = new WeakMap<Shard, Told>()
  readonly #drivers = new Map<string, HandOver>()
  /** Of this turn: who has nothing to drive any more needs none. */
  readonly #driven = new Set<HandOver>()
  readonly #sweeper: Sweeper
  /** By keyspace: what went of the move that is under way, and the topology that says so. */
  readonly #went = new Map<string, { readonly by: Topology; readonly went: Went }>()
  #last: Topology | null = null
  #isSure = false
  #count = 0
  #now: Now = { wall: 0, mono: 0 }
  #settleAt = Number.POSITIVE_INFINITY
  /** The attempt that is being given up. */
  #cancelling = 0

  constructor(init: HandOversInit) {
    this.#init = init
    this.#sweeper = new Sweeper({
      self: init.config.self,
      ask: (member, question) => this.#ask(member, question),
      isConnected: (member) => this.#isConnected(member),
      topology: () => init.topology.topology,
    })
  }

  /** Whether slots of a keyspace change hands so. */
  handles(group: MemberGroup | undefined): boolean {
    if (group === undefined) return false
    const { roots, topology } = this.#init
    return roots.isHanded(topology.topology, roots.spaceOf(group.id))
  }

  /** Before the groups' part of a turn: replicas go by the topology as the member does. */
  tell(now: Now): void {
    this.#now = now
    const { topology } = this.#init.topology
    const { length } = this.#init.groups
    const isSeen = topology === this.#last && length === this.#count
    if (isSeen && this.#isSure) return
    // Nothing is executed before, and what this member lost is known by then.
    if (this.#init.topology.shard.status() === null) return
    const isSure = this.#knows()
    if (isSeen && !isSure && topology.moves !== undefined) return
    const wasSure = this.#isSure || this.#last === null
    this.#last = topology
    this.#isSure = isSure
    this.#count = length
    for (const group of this.#init.groups) {
      if (!(group instanceof Shard) || !this.handles(group)) continue
      const state = isSure ? toldSlots(topology, group) : nothingKnown
      if (state !== null) this.#tellOne(group, state)
      else if (!wasSure) this.#tellOne(group, nothingMoved)
    }
  }

  /** It has its disk, or got back what the topology's group held when it came. */
  #knows(): boolean {
    if (this.#isSure) return true
    const { topology, peers } = this.#init
    if (peers().recovering === null) return true
    return topology.shard.status()?.recovering === null && topology.isAbreast
  }

  #tellOne(shard: Shard, state: SlotState): void {
    const text = encodeSlotState(state)
    if (this.#told.get(shard)?.text === text) return
    this.#told.set(shard, { text, isSettled: false, isAsked: false, askAt: 0 })
    shard.executor.ownership.tell(shard.engine, state)
    this.#settleAt = 0
    this.#sweeper.begin()
  }

  /** What the replicas do already ends; who waits there waits elsewhere. */
  #settle(): void {
    const { mono } = this.#now
    if (mono < this.#settleAt) return
    this.#settleAt = Number.POSITIVE_INFINITY
    for (const group of this.#init.groups) {
      const told = group instanceof Shard ? this.#told.get(group) : undefined
      if (told === undefined || told.isSettled || told.isAsked) continue
      if (mono < told.askAt) {
        this.#settleAt = Math.min(this.#settleAt, told.askAt)
        continue
      }
      told.isAsked = true
      const answer = (_: number, reply: Reply): void => {
        told.isAsked = false
        told.isSettled = !isError(reply)
        told.askAt = this.#now.mono + settleMs
        if (!told.isSettled) this.#settleAt = 0
      }
      submit(group, { args: [handSteps.told], answer })
    }
  }

  /** Behind the groups' part of a turn. */
  turn(now: Now): void {
    this.#now = now
    if (this.#driven.size > 0) this.#driven.clear()
    this.#settle()
    this.#sweeper.turn(now, () =>
      this.#init.groups.filter((group) => this.#told.has(group as Shard)),
    )
  }

  wakeAt(): number {
    let least = Math.min(this.#settleAt, this.#sweeper.wakeAt())
    for (const driver of this.#driven) least = Math.min(least, driver.wakeAt())
    return least
  }

  /** Nothing is under way any more. */
  stop(): void {
    this.#drivers.clear()
    for (const { engine } of this.#init.groups.filter((group) => group instanceof Shard))
      if (engine.moving !== undefined) Object.assign(engine.moving, { note: '', progress: null })
  }

  /** Of the move that is under way. */
  went(move: SlotMove, keyspace: string): Went {
    const by = this.#init.topology.topology
    let known = this.#went.get(keyspace)
    if (known?.by !== by) {
      known = { by, went: wentOf(by, move, keyspace) }
      this.#went.set(keyspace, known)
    }
    return known.went
  }

  drive(now: Now, move: SlotMove, of: { readonly source: Shard; readonly target: Group }): void {
    const { keyspace } = of.source
    const { topology, config } = this.#init
    const { hand } = handsOf(topology.topology, keyspace)
    if (move.isCancelled && hand !== null) this.#cancel(keyspace, hand.attempt)
    let driver = this.#drivers.get(keyspace)
    if (driver === undefined) {
      driver = new HandOver({
        ...of,
        self: config.self,
        keyspace,
        databases: config.databases,
        topology,
        ask: (member, question) => this.#ask(member, question),
        isConnected: (member) => this.#isConnected(member),
        spread: (member) => this.#spread(member),
      })
      this.#drivers.set(keyspace, driver)
    }
    driver.turn(now, move)
    this.#driven.add(driver)
    const { moving } = of.source.engine
    if (moving === undefined) return
    moving.note = noteOf(move, hand, driver)
    const { progress } = driver
    moving.progress = progress === null ? null : () => progress
  }

  #cancel(keyspace: string, attempt: number): void {
    if (this.#cancelling === attempt) return
    this.#cancelling = attempt
    this.#init.topology.change(
      '',
      (topology) => handCancelled(topology, keyspace, attempt),
      () => {
        this.#cancelling = 0
      },
    )
  }

  /** A message between members; false where it is none of these. */
  received(from: MemberId, bytes: Uint8Array): boolean {
    const note = decodeHandNote(bytes)
    if (note === null) return false
    if (note.kind === 'says') this.#heard(from, note.body)
    else {
      const body = this.#answerOf(note.body)
      this.#send(from, encodeHandNote({ kind: 'says', body }))
    }
    return true
  }

  #heard(from: MemberId, answer: HandAnswer): void {
    this.#drivers.get(answer.keyspace)?.heard(from, answer)
    this.#sweeper.heard(from, answer)
  }

  #answerOf(question: HandQuestion): HandAnswer {
    const { topology, groups } = this.#init
    const { era, epoch } = topology.topology
    const { keyspace, from, to, attempt } = question
    const [source, target] = [from, to].map((shard) =>
      groups.find((group) => group.keyspace === keyspace && group.shard === shard),
    )
    const sides = [source, target].filter((group) => group instanceof Shard)
    const isSettled = sides.every((group) => this.#told.get(group)?.isSettled === true)
    const isHand = handsOf(topology.topology, keyspace).hand?.attempt === attempt
    // What all hold of what there is, is to be known soon.
    if (isHand) {
      const all = { kind: 'stamps', ranges: [], upTo: Number.MAX_SAFE_INTEGER } as const
      for (const { sight } of sides) sight.hurry(all)
    }
    return {
      ...{ keyspace, from, to, attempt, round: question.round },
      ...{ era, epoch, life: this.#init.peers().incarnation },
      isClosed: isHand && isSettled && topology.isKept && this.#isSure,
      ...(source instanceof Shard ? { source: this.#stampsOf(source) } : {}),
      ...(target instanceof Shard ? { target: this.#stampsOf(target) } : {}),
    }
  }

  /** Null where the replica is not fit, or works by other members than the topology has, or others may. */
  #stampsOf(shard: Shard): SideStamps | null {
    const status = shard.status()
    const { roots, topology } = this.#init
    const list = memberListOf(topology.topology, roots, shard)
    const isSame = list === undefined || (status !== null && areSameMembers(status.members, list))
    const isAlike = isSame && status?.follows?.isEverywhere !== false
    return isAlike ? stampsOf(shard) : null
  }

  #isConnected(member: MemberId): boolean {
    return member === this.#init.config.self || this.#init.peers().isConnected(member)
  }

  #ask(member: MemberId, question: HandQuestion): void {
    if (member === this.#init.config.self) this.#heard(member, this.#answerOf(question))
    else this.#send(member, encodeHandNote({ kind: 'asks', body: question }))
  }

  #spread(member: MemberId): void {
    if (member === this.#init.config.self) return
    const text = encodeTopology(this.#init.topology.topology)
    this.#send(member, textToBytes(String.fromCharCode(tellsTopology) + text))
  }

  #send(to: MemberId, body: Uint8Array): void {
    this.#init.peers().send(to, { group: coreGroup, channel: coreChannels.topology, body })
  }
}

function wentOf(topology: Topology, move: SlotMove, keyspace: string): Went {
  if (handsOf(topology, keyspace).hand !== null) return null
  const { left, went } = splitMove(topology, move, keyspace)
  return left.length === 0 || move.isCancelled ? went : null
}

/** Of the batch that is under way, or of the whole move. */
function noteOf(
  move: SlotMove,
  hand: SlotHand | null,
  { why, progress }: Pick<HandOver, 'why' | 'progress'>,
): string {
  const { slots, to } = hand ?? move
  const leaving = { ...{ slots, to, why }, isFrozen: hand !== null, batch: 0, attempt: 0 }
  return describeLeaving({ leaving }, progress)
}

/** Null where the replica is not fit. */
function stampsOf(shard: Shard): SideStamps | null {
  const status = shard.status()
  if (status?.recovering !== null || status.isClosed === true || status.stamps === undefined)
    return null
  return shard.executor.isBetweenEntries ? { ...status.stamps } : null
}

export function submit(
  group: Group,
  call: {
    readonly args: readonly string[]
    readonly answer: (ticket: number, reply: Reply) => void
  },
): void {
  group.submit(makeLane(call), slotCall(call.args))
}
