// Where groups of a causal keyspace wait for each other: within what this group holds everything, of itself and by
// what others said, and what others are told of it.

import { Vector } from 'quorate/plugin'
import type { Chain, Held } from './gate.js'
import type { EventualState } from './state.js'

/** Entries are held that are not handed out yet. */
export function isWaiting({ gate }: EventualState): boolean {
  return gate !== null && gate.chains.length > 0
}

/** What is held beyond `vector`, and may be told of later: not on disk yet, not handed out, or ahead of a gap. */
export function heldBeyond(
  { vector: applied, gate, early }: EventualState,
  vector: Vector,
): Vector {
  const held = new Vector()
  for (const range of vector.lacks(applied)) held.add(range)
  for (const { seat, entries, last } of gate?.chains ?? []) {
    const first = entries.peek()?.entry.stamp
    if (first !== undefined) held.add({ seat, after: first - 1, upTo: last })
  }
  for (const { entry } of early.values())
    held.add({ seat: entry.seat, after: entry.stamp - 1, upTo: entry.stamp })
  return held
}

export function takeFirst(chain: Chain): Held | undefined {
  const held = chain.entries.shift()
  chain.bytes -= held?.bytes.length ?? 0
  chain.ready = Math.max(0, chain.ready - 1)
  return held
}

/** What it knows of itself, and of what others said. */
export function refresh(state: EventualState): void {
  const { gate } = state
  if (gate === null) return
  const { chains } = gate
  for (let i = chains.length - 1; i >= 0; i--) {
    const chain = chains[i] as (typeof chains)[number]
    for (let first = chain.entries.peek(); first !== undefined; first = chain.entries.peek()) {
      if (!state.vector.covers(first.entry.stamp)) break
      takeFirst(chain)
    }
    if (chain.entries.count === 0) chains.splice(i, 1)
  }
  if (state.recovering === null) {
    const { seat, clock } = state
    gate.reach.add({ seat, after: ownTip(state), upTo: clock.last })
  }
  if (gate.told.size > 0) gate.hears()
}

/** The last own entry of this group, or the stamp behind which the first one will come. */
export function ownTip(state: EventualState): number {
  return state.hasOwn || state.isContinuing ? state.ownLast : state.ownStart
}

/** What a restart may go by, as long as it finds the log: others may have lost it meanwhile, and cannot tell it again. */
export function knownReach(state: EventualState): Vector {
  const known = toldReach(state) ?? new Vector()
  // Behind a guess no incarnation begins, though it may look so.
  for (const { seat, after } of state.gate?.unsure().ranges() ?? []) known.cut(seat, after)
  return known
}

/** What others are told of what this group has all of: no more than is on disk as far as it has to be. */
export function toldReach(state: EventualState): Vector | null {
  const { gate, seat } = state
  if (gate === null) return null
  refresh(state)
  const told = Vector.copyOf(gate.reach)
  for (const { seat: each, after } of state.durable.lacks(gate.received)) told.cut(each, after)
  const [next] = state.preparing
  if (next !== undefined) told.cut(seat, next.stamp - 1)
  told.cut(seat, state.reservedOnDisk)
  return told
}
