// What a group knows of an origin: how far its batches are applied, which of its commands wait, and what
// others were answered late. An origin without a replica reads it, as its own windows would show it.

import { internalSpec } from '../api/internal-command.js'
import type { Reply } from '../api/reply.js'
import type { LateAnswer } from './waiters.js'
import type { Windows } from './windows.js'

/** Arguments: origin, incarnation, number of the last late answer that it heard. No client can send it. */
export const originStateName = '\x01origin'

export const originStateSpec = internalSpec({ name: originStateName, flags: ['readonly'] })

export interface OriginState {
  /** The latest that the group knows of this origin, 0 for none. */
  readonly incarnation: number
  /** Of the asked incarnation: the last batch. */
  readonly applied: number
  /** Earlier incarnations wait, or have answers. */
  readonly isHaunted: boolean
  /** Number of the oldest late answer that is kept, or of the next one. */
  readonly lateFrom: number
  /** Number of the newest, 0 for none. */
  readonly lateTo: number
  readonly late: readonly LateAnswer[]
  /** Commands that wait, as `sequence.index`. */
  readonly waiting: ReadonlySet<string>
}

/** Late answers of one reading: the rest comes once these were heard. */
const lateMax = 256

export function isOriginState(args: readonly string[]): boolean {
  return args[0] === originStateName
}

export function originState(windows: Windows, args: readonly string[]): Reply {
  const [origin, incarnation, heard] = [Number(args[1]), Number(args[2]), Number(args[3])]
  const { waiters } = windows
  const { waiting, late, lateFrom } = waiters.ofOrigin(origin, incarnation)
  return [
    windows.incarnation(origin),
    windows.applied(origin, incarnation),
    waiters.isHaunted(origin, incarnation) ? 1 : 0,
    lateFrom,
    lateFrom + late.length - 1,
    late
      .filter(({ number }) => number > heard)
      .slice(0, lateMax)
      .map(({ id, number, reply }) => [number, id.sequence, id.index, reply]),
    waiting.map(({ sequence, index }) => `${sequence}.${index}`),
  ]
}

/** Null where it is an error. */
export function readOriginState(
  reply: Reply,
  of: { readonly origin: number; readonly incarnation: number },
): OriginState | null {
  if (!Array.isArray(reply)) return null
  const [incarnation, applied, isHaunted, lateFrom, lateTo, late, waiting] =
    reply as readonly Reply[]
  return {
    incarnation: Number(incarnation),
    applied: Number(applied),
    isHaunted: isHaunted === 1,
    lateFrom: Number(lateFrom),
    lateTo: Number(lateTo),
    late: (late as readonly (readonly Reply[])[]).map(([number, sequence, index, answer]) => ({
      id: { ...of, sequence: Number(sequence), index: Number(index) },
      number: Number(number),
      reply: answer ?? null,
    })),
    waiting: new Set(waiting as readonly string[]),
  }
}
