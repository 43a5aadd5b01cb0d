// Opens the gates of a causal keyspace as far as they may: finds out what every group holds all of, and hands
// that out in all groups at once, before anything is read or written in this turn.

import { hasBug, type MemberId, type StampRange, Vector } from 'quorate/plugin'
import { overlaps, vectorOf } from './filling.js'
import {
  type Chain,
  type Claim,
  type Gate,
  guessAll,
  type Keyspace,
  noteAhead,
  without,
} from './gate.js'
import { ownTip, refresh, takeFirst } from './reach.js'
import { deliver } from './receiving.js'
import type { EventualState } from './state.js'

/** Whether there may be something to hand out, in this turn or the next one. */
export function mayOpen({ isDirty, isWhole, groups }: Keyspace): boolean {
  if (!isDirty || !isWhole) return false
  // One of them is becoming what another member's is.
  return groups.every(({ repair, needsAll }) => repair === null && needsAll === null)
}

/**
 * Hands out what may be, in all groups: as long as no group but `driven` gave what it has to the engine and the log in
 * this turn, for a restart must find all of it or nothing.
 */
export function open(keyspace: Keyspace, driven: EventualState | null): void {
  if (driven !== null) keyspace.driven ??= driven
  if (keyspace.driven !== driven && !hasBug('eventual-opens-late')) return
  if (!mayOpen(keyspace)) return
  const { groups } = keyspace
  keyspace.isDirty = false
  keyspace.lookedAt = keyspace.clock.last
  for (const state of groups) refresh(state)
  do keyspace.frontier = Vector.meetOf(groups.map(readyReach))
  while (findReady(keyspace))
  const isCaughtUp = keyspace.frontier.includes(keyspace.unshown)
  let waits = false
  for (const state of groups) {
    const gate = gateOf(state)
    release(state, gate)
    if (gate.chains.length > 0) waits = true
    if (gate.isAhead && isCaughtUp && keyspace.frontier.includes(heldBy(state))) {
      gate.isAhead = false
      noteAhead(state, false)
    }
  }
  if (groups.every((state) => !gateOf(state).isAhead)) {
    keyspace.isAccepted = false
    show(keyspace)
  }
  if (!waits) keyspace.waitingSince = 0
  else if (keyspace.waitingSince === 0) keyspace.waitingSince = (groups[0] as EventualState).mono
}

function show({ shown, unshown }: Keyspace): void {
  const ranges = unshown.ranges()
  for (const range of ranges) {
    shown.add(range)
    unshown.remove(range)
  }
}

/** All that anybody could see of the group. */
function heldBy({ vector, lost, overlays }: EventualState): Vector {
  const made = without(vector, lost)
  overlays.joinTo(made)
  return made
}

function gateOf({ gate }: EventualState): Gate {
  return gate as Gate
}

/** Of one group, without what waits for something. */
function readyReach(state: EventualState): Vector {
  const { reach, chains } = gateOf(state)
  const isWaiting = chains.some(({ ready, entries }) => ready < entries.count)
  if (!isWaiting) return reach
  const made = Vector.copyOf(reach)
  for (const { ready, entries } of chains) {
    const first = entries.peek(ready)
    if (first !== undefined) made.cut(first.entry.seat, first.entry.stamp - 1)
  }
  return made
}

/** Entries that hang on nothing any more; whether there are more than before. */
function findReady({ groups, frontier }: Keyspace): boolean {
  let moved = false
  for (const state of groups) {
    const { chains, guessed, received } = gateOf(state)
    const isSure = received.includes(guessed)
    for (const chain of chains) {
      for (; chain.ready < chain.entries.count; chain.ready++) {
        const entry = chain.entries.peek(chain.ready)?.entry
        const isSeen = isSure || entry === undefined || received.includes(entry.seen)
        const isReady = isSeen && (entry?.needs == null || frontier.includes(entry.needs))
        if (!isReady && !hasBug('eventual-needs-ignored')) break
        moved = true
      }
    }
  }
  return moved
}

/** Some other chain begins with an entry that was seen before. Ranges without entries do not matter. */
function isBehind(chains: readonly Chain[], chain: Chain, seen: Vector): boolean {
  return chains.some((other) => {
    const first = other === chain ? undefined : other.entries.peek()
    return first !== undefined && seen.covers(first.entry.stamp)
  })
}

/** Each behind what its member had seen in this group. */
function release(state: EventualState, { chains, keyspace }: Gate): void {
  const isOpen = hasBug('eventual-gate-open')
  for (let moved = chains.length > 0; moved; ) {
    moved = false
    for (const chain of chains) {
      for (;;) {
        const held = chain.entries.peek()
        if (held === undefined || isBehind(chains, chain, held.entry.seen)) break
        if (!isOpen && (chain.ready === 0 || !keyspace.frontier.covers(held.entry.stamp))) break
        takeFirst(chain)
        deliver(state, held)
        keyspace.waitingSince = 0
        moved = true
      }
    }
  }
  for (let i = chains.length - 1; i >= 0; i--)
    if (chains[i]?.entries.count === 0) chains.splice(i, 1)
}

/** What it shows hangs on nothing that another group of the keyspace has not got. */
export function isFit({ recovering, repair, gate }: EventualState): boolean {
  const isAhead = gate?.isAhead === true && !hasBug('eventual-serves-ahead')
  return recovering === null && repair === null && !isAhead
}

/** Whether clients may be served at level causal: by all groups of the keyspace, or by none. */
export function serves(state: EventualState): boolean {
  return state.gate === null || servesAll(state.gate.keyspace, state)
}

/** As `serves`, while `driven` is driven, or none of its groups. */
export function servesAll(keyspace: Keyspace, driven: EventualState | null): boolean {
  open(keyspace, driven)
  return keyspace.groups.every(isFit)
}

/** As `serves`, of a group for itself: slots that were taken may hold what hangs on entries that are not here yet. */
export function showsCauses(state: EventualState): boolean {
  const { gate, repair, overlays, takenFrom, vector } = state
  if (gate !== null) return serves(state)
  if (repair !== null) return false
  if (overlays.isEmpty || overlays.isAccepted) return true
  return isWithNobody(state, vector.lacks(heldBy(state)), takenFrom?.at ?? state.startedAt)
}

/** Milliseconds for which it stays noted that turns end so: each change is a write that is synced. */
const splitMs = 1_000

/**
 * The last group ends a turn. Where one has entries that are in no write, because an own one before them is half
 * executed, others may have written what hangs on them.
 */
export function noteSplit(state: EventualState): void {
  const { gate, hard, mono, durability } = state
  if (gate === null || durability === 'none') return
  const { keyspace } = gate
  const { groups } = keyspace
  if (groups.at(-1) !== state || hasBug('eventual-split-unnoted')) return
  const isSplit = groups.some((each) => holdsBack(each) || (each !== state && each.hasUnsaved))
  if (isSplit) {
    keyspace.splitAt = mono
    noteAhead(state, true)
  } else if (hard.isAhead && !gate.isAhead && mono >= keyspace.splitAt + splitMs) {
    noteAhead(state, false)
  }
}

function holdsBack({ preparing, behind }: EventualState): boolean {
  return preparing.length > 0 && behind.some((each) => each !== null)
}

/** Those who were sent entries hear that there is nothing else, once all groups had their turn. */
export function tellClaims(state: EventualState): void {
  const { gate } = state
  if (gate === null || gate.keyspace.owed.size === 0) return
  const { keyspace } = gate
  if (keyspace.groups.at(-1) !== state) return
  const claims = keyspace.groups.map(claimOf)
  for (const member of keyspace.owed) {
    if (state.peers.get(member)?.isUp === true) state.out.send(member, { kind: 'claims', claims })
  }
  keyspace.owed.clear()
}

function claimOf(state: EventualState): Claim {
  const [next] = state.preparing
  const after = ownTip(state)
  const safe = Math.min(state.clock.last, state.reservedOnDisk)
  const upTo = state.recovering !== null ? after : next === undefined ? safe : next.stamp - 1
  return { after, upTo: Math.max(after, upTo), isFresh: !state.hasOwn && !state.isContinuing }
}

/** Another member said what its groups have not got. */
export function onClaims(state: EventualState, from: MemberId, claims: readonly Claim[]): void {
  const peer = state.peers.get(from)
  if (peer === undefined) return
  const groups = state.gate?.keyspace.groups ?? []
  for (let i = 0; i < Math.min(claims.length, groups.length); i++) {
    groups[i]?.gate?.claim(peer.seat, claims[i] as Claim)
  }
}

/** The operator says that there is nothing but what is here: nobody is waited for who could tell of more. */
export function waitNoMore({ gate, overlays }: EventualState): void {
  const groups = gate?.keyspace.groups ?? []
  if (groups.some(({ recovering }) => recovering !== null)) return
  if (gate === null) overlays.isAccepted = true
  else gate.keyspace.isAccepted = groups.some((group) => group.gate?.isAhead)
}

/** What is shown and lacks in some group. */
function isNowhere({ groups, shown, unshown }: Keyspace): boolean {
  const since = Math.max(...groups.map(({ gate }) => (gate?.isAhead ? gate.aheadSince : 0)))
  return groups.every((state) => {
    const { reach, received } = gateOf(state)
    const lacking = [shown, unshown].flatMap((each) => reach.lacks(each))
    const wanted = lacking.flatMap((range) => received.lacks(vectorOf(range)))
    return isWithNobody(state, wanted, since)
  })
}

/**
 * All others said what they hold after who brought this had time to tell of the rest, and none of them holds what
 * lacks: a member that is not heard may hold it, however long that takes.
 */
function isWithNobody(
  { peers, recoverWaitMs }: EventualState,
  lacking: readonly StampRange[],
  since: number,
): boolean {
  if (lacking.length === 0) return true
  return [...peers.values()].every(({ vector, held, heardAt }) => {
    if (vector === null || heardAt < since + recoverWaitMs) return false
    return lacking.every((range) => !overlaps(vector, range) && !overlaps(held, range))
  })
}

/** Asks for what has been waited for for long, and gives up on what everybody says that he has not got. */
export function gateTick(state: EventualState): void {
  const { gate, options, mono } = state
  if (gate === null) return
  const { keyspace } = gate
  if (gate.isAhead && state.recovering === null) {
    const isWhole = keyspace.isWhole && keyspace.groups.every((each) => each.recovering === null)
    if (isWhole && (keyspace.isAccepted || isNowhere(keyspace))) guessAll(keyspace)
    keyspace.isDirty = true
  }
  const since = gate.isAhead ? gate.aheadSince : keyspace.waitingSince
  if (since === 0 || mono < since + options.noteMs || mono < gate.askedAt + options.noteMs) return
  gate.askedAt = mono
  for (const peer of state.peers.values()) {
    if (peer.isUp) state.out.send(peer.member, { kind: 'want', vector: gate.received })
  }
}
