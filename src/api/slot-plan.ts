// Moves of slots in the topology: how they get in, go on and end. Pure edits; a change of the topology makes them.

import { slotCount } from '../base/keyslot.js'
import { runsOf, type SlotRun, slotsOf } from './slot-moves.js'
import type { OwnedSlots, PlannedMove, Topology } from './topology.js'

/** Ids of moves, and attempts, that one era of the topology has. */
export const idsOfEra = 0x1_0000_0000

/** Owner of each slot. */
export function ownersOf({ slots }: Pick<Topology, 'slots'>): Int32Array {
  const owners = new Int32Array(slotCount)
  for (const [from, to, shard] of slots) owners.fill(shard, from, to + 1)
  return owners
}

export function ownedRuns(owners: ArrayLike<number>): OwnedSlots[] {
  const runs: OwnedSlots[] = []
  let from = 0
  for (let slot = 1; slot <= slotCount; slot++) {
    if (slot < slotCount && owners[slot] === owners[from]) continue
    runs.push([from, slot - 1, owners[from] as number])
    from = slot
  }
  return runs
}

/** What has to move so that `owners` own the slots, by the shard groups that they leave and come to. */
export function movesTo(topology: Topology, owners: ArrayLike<number>): readonly PlannedMove[] {
  const before = ownersOf(topology)
  const pairs = new Map<string, { from: number; to: number; slots: number[] }>()
  for (let slot = 0; slot < slotCount; slot++) {
    const [from, to] = [before[slot] as number, owners[slot] as number]
    if (from === to) continue
    const pair = pairs.get(`${from}-${to}`) ?? { from, to, slots: [] }
    pairs.set(`${from}-${to}`, pair)
    pair.slots.push(slot)
  }
  return [...pairs.values()].map(({ from, to, slots }) => ({ from, to, slots: runsOf(slots) }))
}

export function withMoves(topology: Topology, moves: readonly PlannedMove[]): Topology {
  // Above all that there were, in an era that forgot some, too.
  const first = topology.era * idsOfEra + (topology.epoch + 1) * 1_024
  const made = moves.map((move, at) => ({
    ...move,
    id: first + at,
    done: [],
    isCancelled: false,
  }))
  return { ...topology, moves: [...(topology.moves ?? []), ...made] }
}

/**
 * What has not begun is dropped, what is under way ends, behind its batch where that is frozen. Slots that went in some keyspaces and only come
 * back do so all the same: left where they are, those keyspaces' part would be nobody's. Null: nothing changes.
 */
export function withoutMoves(topology: Topology): Topology | null {
  const [first, ...others] = topology.moves ?? []
  if (first === undefined) return null
  const kept = others.filter((move) => comesBack(topology, move))
  const mayEnd = !(first.isCancelled || comesBack(topology, first))
  if (!mayEnd && kept.length === others.length) return null
  return { ...topology, moves: [mayEnd ? { ...first, isCancelled: true } : first, ...kept] }
}

/** Its slots are owned by where it goes to: they never left in all keyspaces. */
function comesBack(topology: Topology, { slots, to }: PlannedMove): boolean {
  const owners = ownersOf(topology)
  return slots.every(([from]) => owners[from] === to)
}

/** Nothing of a keyspace is on its way any more; once that holds for all, the slots have new owners. Null: it is so already. */
export function movedIn(
  topology: Topology,
  of: { readonly id: number; readonly keyspace: string; readonly went: readonly SlotRun[] },
  keyspaces: readonly string[],
): Topology | null {
  const [move, ...others] = topology.moves ?? []
  if (move?.id !== of.id || move.done.some(([name]) => name === of.keyspace)) return null
  const done = [...move.done, [of.keyspace, of.went] as const]
  const isOver = keyspaces.every((name) => done.some(([each]) => each === name))
  if (!isOver) return { ...topology, moves: [{ ...move, done }, ...others] }
  const owners = ownersOf(topology)
  const stayed: number[] = []
  for (const slot of slotsOf(move.slots)) {
    const count = done.filter(([, runs]) => runs.some(([a, b]) => a <= slot && slot <= b)).length
    if (count === done.length) owners[slot] = move.to
    else if (count > 0) stayed.push(slot)
  }
  const made = { ...topology, slots: ownedRuns(owners), moves: others }
  // Where it was given up, what went in some keyspaces only comes back.
  return stayed.length === 0
    ? made
    : withMoves(made, [{ slots: runsOf(stayed), from: move.to, to: move.from }])
}
