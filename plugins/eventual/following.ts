// Who the members are: the latest list that this one was told, by its core or by another member. Members follow
// lists at times of their own, so each step is right while some know of one and others do not yet:
// who is added counts as a member everywhere before it writes, for it waits until it heard all others; of who is
// removed nobody takes anything any more, and what those who stay hold of it goes to all of them.

import { hasBug, type MemberId, type MemberList, type Refusal, type Vector } from 'quorate/plugin'
import { isLater, isOn, mayFollow } from './list.js'
import type { Message } from './messages.js'
import type { Peer } from './peer.js'
import { type EventualState, never } from './state.js'

/** For all groups that wait for each other. */
export function follow(state: EventualState, list: MemberList): Refusal | null {
  if (!isLater(list, state.list)) return null
  const groups = state.gate?.keyspace.groups ?? [state]
  if (!groups.every((each) => isFit(each, list))) return { reason: 'invalid' }
  for (const each of groups) if (isLater(list, each.list)) take(each, list)
  return null
}

/** Who was removed comes back as somebody else: what it holds is not what the others kept of it. */
function isFit(
  { list: before, isMember, self, delivered }: EventualState,
  list: MemberList,
): boolean {
  if (!mayFollow(before, list)) return false
  return isMember || delivered === 0 || !isOn(list, self)
}

function take(state: EventualState, list: MemberList): void {
  const wasMember = state.isMember
  state.list = list
  state.hard = { ...state.hard, list }
  state.isHardDirty = true
  state.out.note('info', 'eventual.members', {
    member: state.self,
    era: list.era,
    epoch: list.epoch,
    voters: list.voters.join(),
    learners: list.learners.join(),
  })
  const gone = [...state.peers.values()].filter(
    ({ member }) => !state.isMember || !isOn(list, member),
  )
  for (const peer of gone) if (!hasBug('eventual-removed-heard')) forget(state, peer)
  state.meet(state.mono)
  if (!wasMember && state.isMember) begin(state)
  // What was not handed out is known only to who sent it: it counts once somebody who stays shows it.
  if (gone.length > 0) dropWaiting(state)
  if (!state.isMember) leave(state)
  state.toldAt = never
}

/** It has nothing of what the others hold, and they may not know of it yet. */
function begin(state: EventualState): void {
  if (state.isAlone || hasBug('eventual-added-writes-at-once')) return
  state.recovering = 'disk-lost'
  state.hard = { ...state.hard, recovering: 'disk-lost' }
  state.isContinuing = false
  state.isGapOpen = true
}

function forget(state: EventualState, { member, seat, made }: Peer): void {
  state.goneAt.set(seat, made)
  state.peers.delete(member)
  state.out.stopSending(member)
  state.gate?.told.delete(member)
  state.gate?.keyspace.owed.delete(member)
  // What it would have brought others bring, or nobody.
  if (state.toldBy === member || (state.toldBy === null && state.target !== null)) {
    state.target = null
    state.toldBy = null
  }
  if (state.needsAll?.from === member) state.needsAll.askedAt = never
}

function dropWaiting(state: EventualState): void {
  state.early.clear()
  state.earlyBytes = 0
  state.gate?.forget(state.vector)
}

/** Nobody takes anything of this member any more. */
function leave(state: EventualState): void {
  state.repair = null
  state.needsAll = null
}

/**
 * Seats of members that are gone, of which others may still bring something: until all who stay work by this list, so that
 * nobody takes anything from who is gone, and what any of them holds of it is here.
 */
export function openSeats(state: EventualState, vector: Vector): readonly number[] {
  const { seats, voters, learners } = state.list
  if (state.closedFor === state.list && isEverywhere(state)) return none
  if (seats.length === voters.length + learners.length) return none
  const gone = seats.flatMap((member, seat) => (isOn(state.list, member) ? [] : [seat]))
  return gone.filter((seat) => !isClosed(state, vector, seat))
}

const none: readonly number[] = []

/** Nothing of those who are gone comes any more: what slots show of it beyond the entries is of nobody. */
export function areClosed(state: EventualState): boolean {
  const { list, overlays, appliedVector, durable } = state
  const isOpen = openSeats(state, appliedVector).length + openSeats(state, durable).length > 0
  if (isOpen || state.closedFor === list) return !isOpen
  state.closedFor = list
  const isGone = (seat: number): boolean => !isOn(list, list.seats[seat] as MemberId)
  if (!overlays.isEmpty && !hasBug('eventual-removed-slots-kept'))
    overlays.close(isGone, appliedVector)
  for (const [seat, made] of state.goneAt) {
    state.goneAt.delete(seat)
    if (appliedVector.lastOf(seat) >= made) continue
    state.loss = `writes that only member ${list.seats[seat]} had, which was removed, are lost`
    state.out.note('warn', 'eventual.removed', { member: state.self, seat, lost: true })
  }
  return true
}

function isClosed(state: EventualState, vector: Vector, seat: number): boolean {
  if (hasBug('eventual-removed-forgotten')) return true
  if (!isEverywhere(state)) return false
  for (const { vector: theirs, held } of state.peers.values()) {
    const told = [...(theirs?.rangesOf(seat) ?? []), ...held.rangesOf(seat)]
    if (!told.every((range) => vector.holds(range))) return false
  }
  return true
}

/** All members were heard to follow this list, or a later one. */
export function isEverywhere(state: EventualState): boolean {
  const isKept = !isLater(state.list, state.listOnDisk)
  if (!isKept && !hasBug('eventual-list-told-early')) return false
  for (const { vector, follows } of state.peers.values())
    if (vector === null || isLater(state.list, follows)) return false
  return true
}

/** Of somebody who is no member, as far as this one knows: nothing is taken but a list that may say otherwise. */
export function onStranger(state: EventualState, from: MemberId, message: Message | null): void {
  if (message?.kind === 'list') follow(state, message.list)
  else if (message?.kind === 'vector' && state.isMember)
    tellList(state, { member: from, follows: message.follows })
}

/** Who follows an earlier list is told of this one. */
export function tellList(state: EventualState, peer: Pick<Peer, 'member' | 'follows'>): void {
  if (!isLater(state.list, peer.follows)) return
  state.out.send(peer.member, { kind: 'list', list: state.list })
}
