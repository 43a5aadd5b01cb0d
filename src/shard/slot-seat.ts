// What the steps of moves work on.

import { type Engine, type EngineMoving, later } from '../api/engine.js'
import { type ErrorReply, isError, type Reply } from '../api/reply.js'
import type { SlotRun } from '../api/slot-moves.js'
import type { Ownership } from './ownership.js'

export interface SlotSeat {
  readonly engine: Engine
  readonly ownership: Ownership
  /** Blocking commands of slots that are frozen now wait no more: they are routed again. */
  readonly endWaits: () => void
  /** Slots left: nothing that clients keep of them is kept up to date any more. */
  readonly left: () => void
  /** What is written from here on, with all before it, is synced. */
  readonly seal: () => void
  /** Slots are the group's from now on. */
  readonly came: (slots: readonly SlotRun[]) => void
}

export type Work<T = Reply> = Generator<number, T, void>

/** Elements that are copied or removed at a time. */
export const elementsPerStep = 64

/** Commands that make copies, each as database, number of arguments, arguments. Null, or why one is refused: none follows. */
export function* staged(
  { engine }: SlotSeat,
  moving: EngineMoving,
  commands: readonly string[],
): Work<ErrorReply | null> {
  for (let at = 0; at + 1 < commands.length; ) {
    const db = Number(commands[at])
    const end = at + 2 + Number(commands[at + 1])
    let reply = moving.stage(db, commands.slice(at + 2, end))
    for (; reply === later; reply = engine.step(elementsPerStep)) yield elementsPerStep
    if (isError(reply)) return reply
    yield end - at
    at = end
  }
  return null
}

/** Said of an attempt that was overtaken. */
export const stale = 'stale'
