// Slots of keyspaces whose members merge, on their way from one shard group to another. No log orders what their members
// do, so each step that others rely on stands in the topology: which slots are under way, by which attempt, and whose they
// are since an attempt was committed. Pure edits of a topology, and what a group keeps by it.

import type { MemberId } from './ids.js'
import { idsOfEra, ownedRuns, ownersOf } from './slot-plan.js'
import {
  type HandOvers,
  nothingMoved,
  runsOf,
  type SlotRun,
  type SlotState,
  slotsOf,
} from './slot-moves.js'
import type { KeyspaceHands, OwnedSlots, SlotHand, SlotMove, Topology } from './topology.js'

const noHands: KeyspaceHands = { hand: null, apart: [], counts: [] }

export function handsOf({ hands = [] }: Topology, keyspace: string): KeyspaceHands {
  return hands.find(([name]) => name === keyspace)?.[1] ?? noHands
}

/** Owner of each slot of a keyspace that goes its own way. */
export function ownersIn(topology: Topology, keyspace: string): Int32Array {
  const owners = ownersOf(topology)
  for (const [from, to, shard] of handsOf(topology, keyspace).apart)
    owners.fill(shard, from, to + 1)
  return owners
}

/** Slots of a move that have not gone yet, and those that have. */
export function splitMove(topology: Topology, move: SlotMove, keyspace: string) {
  const owners = ownersIn(topology, keyspace)
  const all = [...slotsOf(move.slots)]
  return {
    left: all.filter((slot) => owners[slot] === move.from),
    went: runsOf(all.filter((slot) => owners[slot] === move.to)),
  }
}

interface HandAsked {
  /** Of the move that it belongs to. */
  readonly id: number
  readonly keyspace: string
  readonly by: MemberId
  readonly slots: readonly SlotRun[]
}

/** An attempt begins: null where another one is under way, or the slots are not there any more. */
export function handBegun(
  topology: Topology,
  { id, keyspace, by, slots }: HandAsked,
): Topology | null {
  const move = topology.moves?.[0]
  const known = handsOf(topology, keyspace)
  if (move?.id !== id || move.isCancelled || known.hand !== null) return null
  if (leavingOf(topology, [move.from, move.to]).length > 0) return null
  const owners = ownersIn(topology, keyspace)
  for (const slot of slotsOf(slots)) if (owners[slot] !== move.from) return null
  // Above all that there were, in an era that forgot some, too.
  const attempt = topology.era * idsOfEra + topology.epoch + 1
  const hand: SlotHand = { attempt, by, from: move.from, to: move.to, slots }
  return withHands(topology, keyspace, { ...known, hand })
}

/** Null where it is over already, one way or the other. */
export function handCancelled(
  topology: Topology,
  keyspace: string,
  attempt: number,
): Topology | null {
  const known = handsOf(topology, keyspace)
  if (known.hand?.attempt !== attempt) return null
  return withHands(topology, keyspace, { ...known, hand: null })
}

/** Whoever comes to a shard group, or leaves it, was not asked by an attempt that is under way there. */
export function handsCancelled(topology: Topology, shards: readonly number[]): Topology {
  const { hands } = topology
  if (hands === undefined) return topology
  const made = hands.map(([keyspace, known]) => {
    const { from, to } = known.hand ?? {}
    const isOf = shards.some((shard) => shard === from || shard === to)
    return [keyspace, isOf ? { ...known, hand: null } : known] as const
  })
  return { ...topology, hands: made }
}

/** Who is on the way out of a shard group: what it still makes there is not stable before it is gone. */
export function leavingOf({ roster }: Topology, shards: readonly number[]): readonly MemberId[] {
  const leaving = roster?.leaving ?? []
  return leaving
    .filter(({ held }) => held === undefined || shards.some((shard) => held.includes(shard)))
    .map(({ id }) => id)
}

/** The slots are the other group's from here on. */
export function handCommitted(
  topology: Topology,
  keyspace: string,
  attempt: number,
): Topology | null {
  const known = handsOf(topology, keyspace)
  const { hand } = known
  if (hand?.attempt !== attempt) return null
  const owners = ownersIn(topology, keyspace)
  for (const slot of slotsOf(hand.slots)) owners[slot] = hand.to
  const isPair = ([from, to]: KeyspaceHands['counts'][number]): boolean =>
    from === hand.from && to === hand.to
  const count = (known.counts.find(isPair)?.[2] ?? 0) + 1
  const counts = [
    ...known.counts.filter((each) => !isPair(each)),
    [hand.from, hand.to, count] as const,
  ]
  return withHands(topology, keyspace, { hand: null, apart: apartOf(topology, owners), counts })
}

/** The map has other owners now: what is no exception any more is forgotten. */
export function handsMapped(topology: Topology, before: Topology): Topology {
  const { hands } = topology
  if (hands === undefined) return topology
  const made = hands.map(([keyspace, known]) => {
    return [keyspace, { ...known, apart: apartOf(topology, ownersIn(before, keyspace)) }] as const
  })
  return { ...topology, hands: made }
}

/** What a group of such a keyspace goes by; null while nothing ever moved. */
export function toldSlots(
  topology: Topology,
  { keyspace, shard }: { readonly keyspace: string; readonly shard: number },
): SlotState | null {
  if (topology.moves === undefined && topology.hands === undefined) return null
  const { hand, counts } = handsOf(topology, keyspace)
  const gone = ownedRuns(ownersIn(topology, keyspace)).filter(([, , owner]) => owner !== shard)
  const pairs = (mine: 0 | 1): readonly HandOvers[] =>
    counts
      .filter((each) => each[mine] === shard)
      .map((each) => ({
        shard: each[mine === 0 ? 1 : 0],
        count: each[2],
        batch: each[2],
        attempt: 0,
      }))
  const { attempt = 0, from, to, slots = [] } = hand ?? {}
  const batch = { batch: attempt, attempt, slots }
  const leaving = to !== undefined && from === shard ? { ...batch, to, isFrozen: true } : null
  const importing = from !== undefined && to === shard ? { ...batch, from, copies: 0 } : null
  return { ...nothingMoved, leaving, importing, gone, went: pairs(0), came: pairs(1) }
}

function apartOf(topology: Topology, owners: Int32Array): readonly OwnedSlots[] {
  const mapped = ownersOf(topology)
  // Runs of exceptions only: the rest is owned as the map says.
  const other = owners.map((owner, slot) => (owner === mapped[slot] ? -1 : owner))
  return ownedRuns(other).filter(([, , shard]) => shard >= 0)
}

function withHands(topology: Topology, keyspace: string, known: KeyspaceHands): Topology {
  const others = (topology.hands ?? []).filter(([name]) => name !== keyspace)
  return { ...topology, hands: [...others, [keyspace, known]] }
}
