// Calls that are more than one command of the engine: transactions, what scripts came to, steps of a move. Driven by
// the executor in steps.

import type { later, needsLog } from '../api/engine.js'
import { limits } from '../api/limits.js'
import type { Reply } from '../api/reply.js'
import type { EventLog } from './event-log.js'
import type { ExecutorHost, Running } from './executor-host.js'
import { isEffects, ScriptEffects } from './script-effects.js'
import { endWaits, isSlotCall, SlotCall } from './slot-calls.js'
import type { SlotSeat } from './slot-seat.js'
import { isTransaction, type ReadTime, Transaction } from './transaction.js'
import type { Waiters } from './waiters.js'

export interface Compound {
  /** Of an entry: a command in it that this build does not have, so that none of it may be executed. */
  readonly unknown?: string | undefined
  step(elements: number): Reply | typeof later | typeof needsLog
}

/** What the group keeps. */
export interface CompoundSeat extends Pick<SlotSeat, 'engine' | 'ownership'> {
  readonly events: EventLog
}

/** For whom it is executed, and who hears of it. */
export interface CompoundOf {
  /** The entry; null for a read outside the log. */
  readonly running: Running | null
  readonly waiters: Waiters
  readonly host: Pick<ExecutorHost, 'served' | 'said' | 'seal' | 'came'>
}

/** Whether a call is one of these. */
export function isCompound(args: readonly string[]): boolean {
  // The first character of what no client can send.
  return args[0]?.charCodeAt(0) === 1 ? isSlotCall(args) || isEffects(args) : isTransaction(args)
}

/** `read`: of a read outside the log; null in an entry. */
export function compoundOf(
  seat: CompoundSeat,
  of: CompoundOf,
  call: { readonly db: number; readonly args: readonly string[]; readonly read: ReadTime | null },
): Compound {
  const { engine, ownership } = seat
  const { db, args, read } = call
  if (isTransaction(args)) return new Transaction(engine, call)
  if (isEffects(args)) {
    return new ScriptEffects(engine, args, (...said) => of.host.said?.(of.running, ...said))
  }
  const ended = () =>
    endWaits(of.waiters, { engine, ownership }, (answer) => of.host.served(answer, false))
  const slotSeat: SlotSeat = {
    ...{ engine, ownership, endWaits: ended, left: () => seat.events.forgotten() },
    seal: () => of.host.seal?.(),
    came: (slots) => of.host.came?.(slots),
  }
  return new SlotCall(slotSeat, { db, args, wall: read?.wall })
}

/**
 * What a call counts in a turn: a long one its arguments twice, effects theirs once. While the collector marks, each
 * 64 KB that a turn allocates cost up to 5 ms.
 */
export function costOf(args: readonly string[]): number {
  if (args.length <= limits.shortArguments) return 1
  return isEffects(args) ? args.length : args.length * 2
}
