// Worlds in which slots move, and shard groups come and go.

import { limits } from '../../src/api/limits.js'
import { Random } from '../../src/base/random.js'
import type { Given, Profile } from './profile.js'

/** One of eight seeds that keep logs moves slots; without what destroys disks, unless all they hold is synced. */
export function withMoves(made: Profile, seed: number, given: Given): Profile {
  const random = new Random(seed, 0x4d6f7665)
  const isDrawn = random.chance(1, 8)
  const isAlone = made.placement?.some((ids) => ids.length < 3) === true
  const isGuarded = made.placement !== null && (made.placement.length < 2 || isAlone)
  if (!(given.moves ?? isDrawn) || made.durability === 'none' || isGuarded) return made
  const workload = { ...made.workload, isTagged: true }
  const moveBounds = {
    moveBatchSlots: random.pick([1, 4, limits.moveBatchSlots]),
    moveCallBytes: random.pick([100, 1_000, limits.moveCallBytes]),
    moveWholeBytes: random.pick([0, 200, limits.moveWholeBytes]),
    movePieceElements: random.pick([2, limits.movePieceElements]),
    ...flightOf(seed),
  }
  // Many commands in few turns.
  const thinkMeanUs = Math.min(made.thinkMeanUs, 60_000)
  const faults = new Set(made.faults)
  const disks = ['disk-wipe', 'disk-stale', 'disk-rot'] as const
  if (made.durability !== 'always') for (const kind of disks) faults.delete(kind)
  const moving = { ...made, faults, moves: true, shards: 2, workload, moveBounds, thinkMeanUs }
  const isGrowing = given.grows ?? random.chance(1, 3)
  const grown = isGrowing ? growing(moving, seed) : moving
  return (given.rooted ?? drawsRooted(grown, seed)) && grown.placement === null
    ? rooted(grown)
    : grown
}

/** Copies one call after the other, or many of them under way. */
function flightOf(seed: number): { readonly moveFlightBytes: number } {
  const random = new Random(seed, 0x466c6967)
  return { moveFlightBytes: random.pick([1, 20_000, limits.moveFlightBytes]) }
}

/** One of three; commands that clear whole databases would clear what stays, too. */
function drawsRooted({ workload }: Profile, seed: number): boolean {
  return workload.surface === 0 && new Random(seed, 0x526f6f74).chance(1, 3)
}

/** What one member answered it has for good. */
function rooted(made: Profile): Profile {
  return wholeDisks({ ...made, rooted: true, workload: { ...made.workload, surface: 0 } })
}

/** Of members that merge: half of the seeds of two groups whose logs are synced. */
export function withHands(made: Profile, seed: number, given: Given): Profile {
  const random = new Random(seed, 0x48616e64)
  const isDrawn = given.moves ?? random.chance(1, 2)
  if (!isDrawn || made.durability !== 'always' || made.placement?.length !== 2) return made
  const { surface = 0 } = made.workload
  const moveBounds = {
    moveBatchSlots: limits.moveBatchSlots,
    moveCallBytes: random.pick([100, 1_000, limits.moveCallBytes]),
    moveWholeBytes: random.pick([0, 200, limits.moveWholeBytes]),
    movePieceElements: random.pick([2, limits.movePieceElements]),
    ...flightOf(seed),
    handBatchSlots: random.pick([4, 16, limits.handBatchSlots]),
  }
  const workload = { ...made.workload, surface: surface === 100 ? 0 : surface }
  const thinkMeanUs = Math.min(made.thinkMeanUs, 100_000)
  return wholeDisks({ ...made, moves: true, maxMemory: 0, workload, moveBounds, thinkMeanUs })
}

/** All slots of a group have to go in time, and one that gets them all must not be full for ever. */
function growing(made: Profile, seed: number): Profile {
  const moveBounds = made.moveBounds && { ...made.moveBounds, moveBatchSlots: 2_048 }
  const grown = { ...made, grows: true, maxMemory: 0, moveBounds }
  return new Random(seed, 0x4469736b).chance(1, 2) ? grown : wholeDisks(grown)
}

export function wholeDisks(made: Profile): Profile {
  const faults = new Set(made.faults)
  for (const kind of ['disk-wipe', 'disk-stale', 'disk-rot'] as const) faults.delete(kind)
  return { ...made, faults }
}

/** Two groups that can do without a member. */
export function mayHaveComers({ placement, durability }: Profile): boolean {
  const isSafe = placement?.every((ids) => ids.length > 2) === true
  return isSafe && placement?.length === 2 && durability === 'always'
}

/** All that merge begin with their places; four more may come. */
export function withSeats(made: Profile): Profile {
  return wholeDisks({ ...made, members: made.members + 4, fleet: made.members })
}
