// Steps of a hand-over that stands in the topology, as a replica of either group executes them: each is an entry of its
// own, and what it changes reaches the other members as any other write does. What comes for an attempt that is over
// changes nothing.

import type { EngineMoving } from '../api/engine.js'
import { ok } from '../api/reply.js'
import { decodeRuns, slotsOf } from '../api/slot-moves.js'
import { hasBug } from '../base/seeded-bug.js'
import { elementsPerStep, type SlotSeat, staged, stale, type Work } from './slot-seat.js'

/** Keys that one entry removes. */
const sweptKeysMax = 512

/** Words of these calls, behind `slotsName`. */
export const handSteps = { told: 'told', sweep: 'sweep', bring: 'bring', seal: 'seal' } as const

export function* handStep(seat: SlotSeat, moving: EngineMoving, args: readonly string[]): Work {
  switch (args[1]) {
    case handSteps.told:
      seat.endWaits()
      seat.left()
      return ok
    case handSteps.sweep:
      return yield* sweep(seat, moving, { attempt: Number(args[2]), runs: args[3] ?? '' })
    case handSteps.bring:
      return yield* bring(seat, moving, args)
    case handSteps.seal:
      seat.seal()
      return isNext(seat, args) ? ok : stale
    default:
      return stale
  }
}

function isImporting({ ownership }: SlotSeat, attempt: number): boolean {
  return ownership.state.importing?.attempt === attempt || hasBug('move-any-attempt')
}

/**
 * Copies are pieces that go on each other: all of an attempt are made by the member that swept before, one after the
 * other. Another one may not have merged yet what that one did.
 */
function isNext(seat: SlotSeat, args: readonly string[]): boolean {
  const attempt = Number(args[2])
  const { taken } = seat.ownership
  return isImporting(seat, attempt) && taken.attempt === attempt && taken.count === Number(args[3])
}

/**
 * Removes what the group holds of slots that it does not own: before copies come, or, for attempt 0, what was left behind.
 * The number of keys, so that it is asked again until there are none.
 */
function* sweep(
  seat: SlotSeat,
  moving: EngineMoving,
  { attempt, runs }: { readonly attempt: number; readonly runs: string },
): Work {
  const { state } = seat.ownership
  const slots = [...slotsOf(decodeRuns(runs) ?? [])]
  const mayGo =
    attempt === 0
      ? state.importing === null && slots.every((slot) => seat.ownership.lacks(slot))
      : isImporting(seat, attempt)
  if (!mayGo) return stale
  if (attempt !== 0) seat.ownership.taken = { attempt, count: 0 }
  let count = 0
  for (const slot of slots) {
    while (count < sweptKeysMax) {
      const dropped = moving.drop(slot, elementsPerStep)
      if (dropped === 0) break
      count += dropped
      yield dropped
    }
  }
  return count
}

/** Behind the attempt: the number of the call, and commands that make the copies. */
function* bring(seat: SlotSeat, moving: EngineMoving, args: readonly string[]): Work {
  if (!isNext(seat, args)) return stale
  const { attempt, count } = seat.ownership.taken
  seat.ownership.taken = { attempt, count: count + 1 }
  return (yield* staged(seat, moving, args.slice(4))) ?? ok
}
