// What a member says of itself: for `quorate status`, for the shard and for the simulator's checks. A shard asks
// several times a turn, but not for what has to be looked up: that is found out when somebody reads it.

import {
  type Hash64,
  type MemberId,
  type MemberList,
  type Members,
  type PeerStatus,
  type Position,
  rebasedChain,
  type RecoveryCause,
  type StrategyStatus,
} from 'quorate/plugin'
import { isEverywhere } from './following.js'
import { firstVersion, isLater } from './list.js'
import { isFit } from './opening.js'
import type { Peer } from './peer.js'
import { localTerm } from './note.js'
import type { EventualState } from './state.js'
import { refusalOf } from './writing.js'

/** `last` where nothing of it changed. */
export function describe(state: EventualState, last: EventualStatus | null): EventualStatus {
  return last?.isNow === true ? last : new EventualStatus(state)
}

export class EventualStatus implements StrategyStatus {
  readonly role: StrategyStatus['role']
  readonly leader: MemberId | null
  readonly term = localTerm
  readonly era = 0
  readonly commit: Position
  readonly last: Position
  readonly first: number
  readonly members: Members
  readonly recovering: RecoveryCause | null
  readonly loss: string
  readonly #state: EventualState
  readonly #list: MemberList

  constructor(state: EventualState) {
    const isOpen = state.recovering === null
    const { isLearner, isMember } = state
    this.role = isMember && !isOpen ? 'recovering' : isLearner ? 'learner' : 'leader'
    this.leader = isOpen && !isLearner ? state.self : null
    this.commit = state.positionAt(state.delivered)
    this.last = this.commit
    this.first = state.tail.first
    const { voters, learners } = state.list
    this.members = { voters, learners }
    this.#list = state.list
    this.recovering = state.recovering
    this.loss = state.loss
    this.#state = state
  }

  get isNow(): boolean {
    const state = this.#state
    return (
      state.delivered === this.commit.index &&
      state.tail.first === this.first &&
      state.recovering === this.recovering &&
      state.loss === this.loss &&
      state.list === this.#list
    )
  }

  get chain(): Hash64 {
    return lastChain(this.#state)
  }

  get isClosed(): boolean {
    return refusalOf(this.#state) !== null
  }

  get stamps(): StrategyStatus['stamps'] {
    const { clock, stable } = this.#state
    // Of an earlier life of this member others may hold more than it has: what anybody holds is below what that one saw.
    return { made: clock.last, stable }
  }

  get why(): string {
    return whyOf(this.#state)
  }

  get follows(): StrategyStatus['follows'] {
    const { era, epoch } = this.#list
    if (!isLater(this.#list, firstVersion)) return undefined
    return { era, epoch, isEverywhere: isEverywhere(this.#state) }
  }

  get peers(): PeerStatus[] {
    return peersOf(this.#state)
  }

  get counters(): Readonly<Record<string, number>> {
    return { ...this.#state.counters }
  }
}

function whyOf(state: EventualState): string {
  if (!state.isMember) return 'it is no member of the group'
  const ahead = state.aheadSeat === null ? undefined : state.seats[state.aheadSeat]
  if (ahead !== undefined) return `entries of member ${ahead} are refused: its clock is ahead`
  for (const { member, isOfOtherVersion } of state.peers.values()) {
    if (isOfOtherVersion)
      return `messages of member ${member} are in a version that is not known here`
  }
  if (state.recovering === null) return whyNotServed(state)
  return `waits for what other members hold before it serves reads and writes again (${state.recovering})`
}

function whyNotServed({ gate, repair, needsAll, isNameless, peers, seats }: EventualState): string {
  if (isNameless) {
    const silent = seats.filter((member) => peers.get(member)?.vector === null)
    return `it lost its disk or log: takes no writes before it heard from members ${silent.join(', ')} which stamps it used, or \`quorate recover --accept-loss\``
  }
  if (repair !== null || needsAll !== null)
    return 'takes slots of another member, and no writes meanwhile'
  if (gate === null || gate.keyspace.groups.every(isFit)) return ''
  return 'waits for what other members hold of its shard groups before it serves reads and writes again'
}

/** A member without a log on disk computes no chain only to be asked for its status. */
function lastChain(state: EventualState): Hash64 {
  if (state.durability === 'none') return rebasedChain(state.tail.position)
  return state.tail.chainAt(state.tail.last) as Hash64
}

function peersOf(state: EventualState): PeerStatus[] {
  const self = { member: state.self, match: state.persisted, recovering: state.recovering !== null }
  const peers: PeerStatus[] = [{ ...self, state: 'self', active: true }]
  for (const peer of state.peers.values()) {
    const match = heldTo(state, peer)
    const isHeard = peer.isUp && state.mono - peer.heardAt <= state.options.idleMs * 3
    const active = isHeard && peer.seat !== state.aheadSeat
    const phase = peer.isGettingAll ? 'snapshot' : peer.next === null ? 'probe' : 'replicate'
    const { member, recovering } = peer
    const isDrained = isEmptied(state, peer)
    peers.push({ member, match, state: phase, active, recovering, isDrained })
  }
  return peers
}

/** It only grows while a member runs, so that nothing is looked at twice. */
function heldTo(state: EventualState, peer: Peer): number {
  if (peer.vector === null) return 0
  const from = Math.max(state.tail.first, peer.heldTo + 1)
  peer.heldTo = state.ledger.firstLacking(peer.vector, from, null) - 1
  return peer.heldTo
}

/** A learner that is heard to know that it is one, and has nothing, of whoever made it, that lacks here. */
function isEmptied({ list, durable }: EventualState, peer: Peer): boolean {
  const { member, seat, vector, made, follows } = peer
  if (vector === null || list.voters.includes(member) || isLater(list, follows)) return false
  const isHeld = made === 0 || durable.covers(made) || durable.lastOf(seat) >= made
  return isHeld && durable.includes(vector)
}
