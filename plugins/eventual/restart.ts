// A member that lost something of what it had acknowledged: it takes no writes before it holds again
// what is stable anywhere, and then makes entries under a new incarnation, behind a gap that may be filled
// with what others still have of its old one.

import { type Hash64, hasBug, type Position, Vector } from 'quorate/plugin'
import { fillRange, sureOf, vectorOf } from './filling.js'
import type { Peer } from './peer.js'
import { refresh } from './reach.js'
import { isNear, release } from './receiving.js'
import { rewind } from './shipping.js'
import { type EventualState, never } from './state.js'
import { reservedMs, spanOf } from './writing.js'

export function restartTick(state: EventualState): void {
  judgeRecovery(state)
  closeGaps(state)
  forgetRecovery(state)
  const { needsAll } = state
  if (needsAll === null || state.mono - needsAll.askedAt < state.options.resendMs) return
  const peer = state.peers.get(needsAll.from)
  const others = [...state.peers.values()].filter((each) => each.isUp && !each.recovering)
  const other = intactOf(state, others) ?? others[0]
  const asked = peer?.isUp === true && !peer.recovering ? peer : other
  if (asked === undefined) {
    takeLess(state)
    return
  }
  needsAll.from = asked.member
  needsAll.askedAt = state.mono
  state.out.send(asked.member, { kind: 'want-all' })
}

/** It opened, and who is there lost something, too, so that nobody gives a snapshot: slots show what there is. */
function takeLess(state: EventualState): void {
  if (state.recovering !== null) return
  const giver = [...state.peers.values()].find(({ isUp, vector }) => isUp && vector !== null)
  if (giver === undefined) return
  state.needsAll = null
  state.repair = { from: giver.member, next: 0, start: null, askedAt: never }
}

/** Whether it may take writes again. */
export function judgeRecovery(state: EventualState): void {
  if (!state.isMember) return
  if (state.floor.isBelow) refill(state)
  if (state.isNameless && isToldByAll(state)) beginLife(state)
  if (state.recovering === null || state.gate?.keyspace.isWhole === false) return
  if (state.isAlone || state.recovering === 'accept-loss') {
    recovered(state, !state.isAlone)
    return
  }
  const isEmpty = isForgetful(state)
  const peers = [...state.peers.values()]
  const intact = intactOf(state, peers)
  if (intact !== undefined) {
    if (isEmpty && !state.hasAll) state.needAll(intact.member)
    aim(state, intact)
  } else if (isToldByAll(state)) {
    state.target = allOf(peers)
    state.hasAll = true
  } else if (!isEmpty && state.mono >= state.startedAt + state.recoverWaitMs) {
    state.target = new Vector()
  }
  const { target } = state
  if (target === null || (isEmpty && !state.hasAll)) return
  const isTold = isToldByAll(state)
  const isLate = state.mono >= state.startedAt + state.recoverWaitMs
  // What it shows in the groups of a keyspace hangs on its stamps; one for itself is read before it has any.
  if (isEmpty && !isTold && (!isLate || state.gate !== null)) return
  const isHeld = state.vector.includes(target)
  if (!isHeld && !hasBug('eventual-writes-before-refilled')) return
  recovered(state, intact === undefined && !isTold)
}

/** It forgot which stamps it used: each of the others may hold greater ones, whatever its clock says. */
function isForgetful({ hard }: EventualState): boolean {
  return hard.recovering === 'disk-lost' || hard.recovering === 'log-damaged'
}

function isToldByAll({ peers }: EventualState): boolean {
  for (const { vector } of peers.values()) if (vector === null) return false
  return true
}

/** One whose clock is far ahead only where there is no other. */
function intactOf(state: EventualState, peers: readonly Peer[]): Peer | undefined {
  const intact = peers.filter(({ vector, recovering }) => vector !== null && !recovering)
  return intact.find(({ vector }) => vector !== null && isNear(state, vector)) ?? intact[0]
}

/** What the first one told stays: another one may hold less. */
function aim(state: EventualState, { member, vector }: Peer): void {
  if (state.target !== null) return
  state.target = vector
  state.toldBy = member
}

/** A member runs anew: where it lost what it had told of, that cannot be waited for. */
export function aimAnew(state: EventualState, { member, vector, recovering }: Peer): void {
  if (state.target === null || (state.toldBy !== null && state.toldBy !== member)) return
  state.target = state.toldBy === null || recovering ? null : vector
  if (state.target === null) state.toldBy = null
}

/** Who took up its work alone may be told now what it has to hold; it takes no writes before it does. */
function refill(state: EventualState): void {
  const peers = [...state.peers.values()]
  const intact = intactOf(state, peers)
  if (intact !== undefined) aim(state, intact)
  else if (isToldByAll(state)) state.target ??= allOf(peers)
  if (state.target === null || !state.vector.includes(state.target)) return
  state.floor.isBelow = false
}

/**
 * The next run goes on where this one ends, once an entry of this one is on disk: without one it would not know of the
 * gap behind which they begin, and cover what others still have in there.
 */
function forgetRecovery(state: EventualState): void {
  if (state.hard.recovering === null || state.recovering !== null || state.floor.isBelow) return
  const isBegun = state.hasOwn && state.durable.covers(state.ownLast)
  if (state.isGapOpen && !isBegun) return
  state.hard = { ...state.hard, recovering: null }
  state.isHardDirty = true
}

/** Where nobody is intact: together they hold what is left. */
function allOf(peers: readonly Peer[]): Vector {
  const all = new Vector()
  for (const { vector } of peers) if (vector !== null) all.join(vector)
  return all
}

/**
 * What this member's earlier incarnations made and lost is nowhere else: nobody holds more than we do. From
 * now on there are no entries in between.
 */
function closeGaps(state: EventualState): void {
  const { seat, vector } = state
  if (!state.isGapOpen || state.recovering !== null || state.needsAll !== null) return
  for (const peer of state.peers.values()) {
    if (peer.vector === null || !peer.isSettled) return
    if (!peer.vector.rangesOf(seat).every((range) => vector.holds(range))) return
  }
  state.isGapOpen = false
  const range = { seat, after: vector.wholeTo(seat), upTo: state.ownStart }
  refresh(state)
  fillRange(state, range, sureOf(state, range))
}

/** `isAlone`: nobody told what is to be held. */
function recovered(state: EventualState, isAlone: boolean): void {
  state.out.note('info', 'eventual.recovered', { member: state.self, cause: state.recovering })
  const isAccepted = state.recovering === 'accept-loss'
  state.recovering = null
  state.floor.isBelow = isAlone && !hasBug('eventual-below-forgotten')
  if (state.floor.isBelow) {
    state.target = null
    state.toldBy = null
  }
  state.counters.incarnations++
  state.toldAt = never
  state.isNameless = isForgetful(state) && !isAccepted && !isToldByAll(state)
  if (!state.isNameless) beginLife(state)
}

/** Its entries get names from here on: stamps above all that it ever made. */
export function beginLife(state: EventualState): void {
  state.isNameless = false
  // Entries that it made last may be on their way still, and nobody's clock tells of them.
  if (isForgetful(state)) leap(state)
  state.ownLast = state.vector.lastOf(state.seat)
  state.clock.see(state.ownLast)
  state.ownStart = hasBug('eventual-incarnation-reused') ? state.ownLast : newStart(state)
}

/** Once for all groups that share the clock. */
function leap({ gate, clock, options }: EventualState): void {
  if (gate?.keyspace.hasLeapt === true) return
  if (gate !== null) gate.keyspace.hasLeapt = true
  clock.see(clock.last + spanOf(Math.min(reservedMs, options.skewMs / 2)))
}

/** Behind which stamp the entries of this run begin: the same in all groups that wait for each other. */
function newStart({ gate, clock, wall }: EventualState): number {
  if (gate === null) return clock.next(wall)
  const { keyspace } = gate
  if (keyspace.ownStart === null) {
    keyspace.ownStart = clock.next(wall)
    for (const each of keyspace.groups) beginAnew(each, keyspace.ownStart)
  }
  keyspace.isDirty = true
  return keyspace.ownStart
}

/**
 * What is shown of a group that lost nothing leaves out, as well, what another one lost: else who sees the next entry
 * here would say that it saw what there may have been.
 */
function beginAnew(state: EventualState, start: number): void {
  if (state.recovering !== null || !state.isContinuing || state.hasOwn) return
  const range = { seat: state.seat, after: state.ownLast, upTo: start }
  state.isContinuing = false
  state.ownStart = start
  fillRange(state, range, vectorOf(range))
}

/** The engine is now exactly what another member's was. Only an empty member is helped so. */
export function installed(
  state: EventualState,
  at: Position,
  { chain, mark }: { readonly chain: Hash64; readonly mark: Vector },
): void {
  state.counters.snapshotsInstalled++
  // The slots that were taken are not in it.
  state.repair = null
  state.restartLog(at, chain, mark)
  // What was closed before is open again, unless the other member knew of it.
  const own = { seat: state.seat, after: 0, upTo: state.ownStart }
  if (state.ownStart > 0 && !mark.holds(own)) state.isGapOpen = true
  state.needsAll = null
  state.hasAll = true
  release(state)
  for (const peer of state.peers.values()) {
    rewind(peer)
    peer.askedAt = 0
  }
  judgeRecovery(state)
}
