// Commands that a group refused because their slots change hands, or did: each session's wait until nothing of it is
// open where they were refused, and are routed again in their order. Clients see nothing of it but the time.

import type { Lane } from '../api/group.js'
import { slotsWithoutOwner } from '../api/replies.js'
import { newOwner, type SlotRun } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import { routeAgain } from './again.js'
import { needsFence, raiseFence } from './fences.js'
import type { Session } from './session.js'
import type { RefusedCommand } from './session-init.js'
import type { RouterState } from './state.js'

interface Detour {
  readonly calls: RefusedCommand[]
  /** What is open on them has to be answered before: it may be refused, too. */
  readonly lanes: Set<Lane>
  /** Monotonic milliseconds: not before. */
  retryAt: number
  /** When the first of them was refused. */
  since: number
  /** Times that they were routed again in vain. */
  readonly tries: number
}

/** What is kept of one that ended. */
interface Ended extends Pick<Detour, 'retryAt' | 'since' | 'tries'> {
  readonly tickets: ReadonlySet<number>
}

/** Milliseconds until slots that are held are asked for again, at most. */
const retryMsMax = 8
/** Milliseconds for which a session that is refused again goes on with its detour. */
const againMs = 100

export class Detours {
  readonly #open = new Map<Session, Detour>()
  /** Those that ended not long ago. */
  readonly #last = new WeakMap<Session, Ended>()
  /** What is asked of all groups, to be asked again. */
  #later: { readonly at: number; readonly act: () => void }[] = []

  refused(state: RouterState, session: Session, refused: RefusedCommand): void {
    if (session.isClosed) return
    const { mono } = state.now
    refused.lane.isDetoured = true
    this.#learn(state, session, refused)
    const detour = this.#open.get(session) ?? this.#begin(state, session, refused)
    if (detour.calls.length === 0) detour.retryAt = mono + waitOf(detour, refused)
    // Other commands of the session may have waited for other slots.
    const last = this.#last.get(session)
    if (last?.tickets.has(refused.call.ticket) === true) {
      detour.since = Math.min(detour.since, last.since)
    }
    detour.calls.push(refused)
    detour.lanes.add(refused.lane)
  }

  /** Slots of these groups go elsewhere from now on: nothing overtakes what is open there. */
  settle(state: RouterState, indexes: Iterable<number>): void {
    if (hasBug('move-map-overtakes')) return
    for (const index of indexes) {
      for (const session of state.sessions.values()) {
        const lane = session.lanes.known(index)
        if (lane === undefined || openOn(session, lane) === 0) continue
        const detour = this.#open.get(session) ?? this.#begin(state, session, null)
        detour.lanes.add(lane)
      }
    }
  }

  /**
   * Slots of a move came to a group of which this member has a replica: who goes by slots is sent here by the group
   * that they left, and must not be sent back.
   */
  came(
    state: RouterState,
    { shard, keyspace }: { readonly shard: number; readonly keyspace: { readonly name: string } },
    slots: readonly SlotRun[],
  ): void {
    const { route, config, cluster } = state
    const space = config.keyspaces.findIndex(({ name }) => name === keyspace.name)
    const move = cluster.topology.moves?.find(({ to }) => to === shard)
    if (move === undefined || hasBug('router-moved-back')) return
    for (const [from, to] of slots) {
      // What is executed again after a start may be long ago.
      const isOfMove = move.slots.some((run) => run[0] <= from && to <= run[1])
      if (!isOfMove || route.knows(space, [from, to, shard])) continue
      this.settle(state, [route.groupsAt(from)[space] as number])
      route.learn(space, [from, to, shard])
    }
  }

  #begin(state: RouterState, session: Session, refused: RefusedCommand | null): Detour {
    const { mono } = state.now
    const last = this.#last.get(session)
    const isSoon = refused !== null && last !== undefined && mono - last.retryAt < againMs
    const tries = isSoon ? last.tries + 1 : 0
    const detour: Detour = { calls: [], lanes: new Set(), retryAt: mono, since: mono, tries }
    this.#open.set(session, detour)
    session.isDetoured = true
    return detour
  }

  /** Asks all groups again, `waitMs` from now. */
  later(mono: number, waitMs: number, act: () => void): void {
    this.#later.push({ at: mono + waitMs, act })
  }

  turn(state: RouterState): void {
    const { mono } = state.now
    for (const [session, detour] of this.#open.size === 0 ? [] : [...this.#open]) {
      if (session.isClosed) this.#open.delete(session)
      else if (mono >= detour.retryAt && isDrained(session, detour)) {
        this.#route(state, session, detour)
      }
    }
    // Behind them: what is asked of all groups again would be open wherever they look.
    if (this.#later.length === 0) return
    const due = this.#later.filter(({ at }) => at <= mono)
    this.#later = this.#later.filter(({ at }) => at > mono)
    for (const { act } of due) act()
  }

  /** Monotonic milliseconds. */
  wakeAt(mono: number): number {
    let least = Number.POSITIVE_INFINITY
    for (const { at } of this.#later) least = Math.min(least, at)
    // One that is not drained yet goes on with the answers that it waits for.
    for (const { retryAt } of this.#open.values())
      if (retryAt > mono) least = Math.min(least, retryAt)
    return least
  }

  /** A group that said who owns the slots is believed until the topology says so, or somebody else. */
  #learn(state: RouterState, session: Session, refused: RefusedCommand): void {
    const { route, config, groups } = state
    route.hasMoved = true
    const owned = newOwner(refused.why)
    if (owned === null) return
    const from = session.lanes.indexOf(refused.lane)
    const space = config.keyspaces.findIndex(({ name }) => name === groups[from]?.keyspace)
    if (route.knows(space, owned)) return
    this.settle(state, [from])
    const index = route.learn(space, owned)
    // This member may not have applied yet what came with them.
    if (needsFence(config.keyspaces[space]?.level)) raiseFence(state, index)
  }

  #route(state: RouterState, session: Session, detour: Detour): void {
    this.#open.delete(session)
    if (detour.calls.length > 0) {
      const { since, tries } = detour
      const tickets = new Set(detour.calls.map(({ call }) => call.ticket))
      this.#last.set(session, { since, tries, tickets, retryAt: state.now.mono })
    }
    session.isDetoured = false
    for (const lane of detour.lanes) lane.isDetoured = false
    const isOver = state.now.mono - detour.since >= state.config.requestMs
    for (const refused of detour.calls) {
      if (session.isClosed) return
      if (isOver) session.answer(refused.call.ticket, slotsWithoutOwner)
      else routeAgain(state, session, refused)
    }
    session.ask()
  }
}

/** Milliseconds until it is asked for again. */
function waitOf({ tries }: Detour, { why }: RefusedCommand): number {
  // Where somebody else is known to own it there is nothing to wait for; who sends it back lags behind.
  const isKnown = newOwner(why) !== null && tries < 3
  return isKnown ? 0 : Math.min(retryMsMax, 1 << Math.min(tries, 8))
}

/** Commands that a lane waits for, without one that waits for elements. */
function openOn(session: Session, lane: Lane): number {
  const waiting = session.waits?.lane === lane ? 1 : 0
  const held = lane.held === null ? 0 : lane.held.length
  return Math.max(0, lane.writes + lane.reads - waiting) + held
}

/** Nothing of it is under way where it was refused. */
function isDrained(session: Session, { lanes }: Detour): boolean {
  if (hasBug('move-detour-undrained')) return true
  for (const lane of lanes) if (openOn(session, lane) > 0) return false
  return true
}
