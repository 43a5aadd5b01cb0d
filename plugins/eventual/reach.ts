// Where groups of a causal keyspace wait for each other: within what this group holds everything, of itself and by
// what others said, and what others are told of it.

import { Vector } from 'quorate/plugin'
import type { EventualState } from './state.js'

/** Entries are held that are not handed out yet. */
export function isWaiting({ gate }: EventualState): boolean {
  return gate !== null && gate.chains.length > 0
}

/** What it knows of itself, and of what others said. */
export function refresh(state: EventualState): void {
  const { gate } = state
  if (gate === null) return
  const { chains } = gate
  for (let i = chains.length - 1; i >= 0; i--) {
    const chain = chains[i] as (typeof chains)[number]
    const gone = chain.entries.findIndex(({ entry }) => !state.vector.covers(entry.stamp))
    const count = gone < 0 ? chain.entries.length : gone
    for (const { bytes } of chain.entries.splice(0, count)) chain.bytes -= bytes.length
    chain.ready = Math.max(0, chain.ready - count)
    if (chain.entries.length === 0) chains.splice(i, 1)
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
