// What the steps of moves work on.

import type { Engine } from '../api/engine.js'
import type { Reply } from '../api/reply.js'
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

/** Said of an attempt that was overtaken. */
export const stale = 'stale'
