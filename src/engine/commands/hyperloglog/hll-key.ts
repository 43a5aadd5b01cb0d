// HyperLogLogs at keys: finding them, with Redis' words for what is none.

import { corruptHll, notHll, wrongType } from '../../../api/replies.js'
import { type ErrorReply, isError } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Value } from '../../values/value.js'
import { HyperLogLog, isHyperLogLog, registers } from '../../values/hyperloglog.js'

/** Elements of a step that a look at all registers counts as. */
export const lookElements = 64

/** Null where there is no such key. */
export function findHll(context: Context, key: string): HyperLogLog | ErrorReply | null {
  return asHll(context.lookup(key))
}

/** As `findHll`, without counting a hit or a miss: for commands that write. */
export function hllToWrite(context: Context, key: string): HyperLogLog | ErrorReply | null {
  return asHll(context.find(key))
}

function asHll(value: Value | undefined): HyperLogLog | ErrorReply | null {
  if (value === undefined) return null
  if (typeof value !== 'string') return wrongType
  return isHyperLogLog(value) ? new HyperLogLog(value) : notHll
}

/** The greatest count of each register over many keys, in steps; `finish` answers. */
export class HllUnion implements Machine {
  readonly #context: Context
  readonly #keys: readonly string[]
  readonly #finish: (union: HllUnion) => Reply
  readonly counts = new Uint8Array(registers)
  /** One of them was dense. */
  isDense = false
  #at = 0

  constructor(context: Context, keys: readonly string[], finish: (union: HllUnion) => Reply) {
    this.#context = context
    this.#keys = keys
    this.#finish = finish
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0 && this.#at < this.#keys.length; left -= lookElements) {
      const found = this.#take(this.#keys[this.#at++] as string)
      if (found !== null) return found
    }
    return this.#at < this.#keys.length ? later : this.#finish(this)
  }

  #take(key: string): ErrorReply | null {
    const hll = findHll(this.#context, key)
    if (hll === null) return null
    if (!(hll instanceof HyperLogLog)) return isError(hll) ? hll : notHll
    if (hll.isDense) this.isDense = true
    const counts = hll.counts()
    if (counts === null) return corruptHll
    const all = this.counts
    for (let i = 0; i < registers; i++) {
      if ((counts[i] as number) > (all[i] as number)) all[i] = counts[i] as number
    }
    return null
  }
}
