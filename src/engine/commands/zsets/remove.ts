// ZREMRANGEBYRANK, ZREMRANGEBYSCORE and ZREMRANGEBYLEX: the entries between two positions, run by run.

import { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import type { ZsetValue } from '../../values/zset.js'
import { forward } from './edges.js'
import { parseRange, type RangeOrder } from './range.js'
import { asZset, runMachine } from './zset.js'

export function removeRange(
  context: Context,
  args: readonly string[],
  order: RangeOrder,
): Reply | typeof later {
  const range = parseRange(order, args[2] as string, args[3] as string)
  if ('type' in range) return range
  const key = args[1] as string
  const zset = asZset(context.find(key))
  if (zset === null) return 0
  if (zset.type === 'error') return zset
  const { from, to } = range.positionsIn(zset, forward)
  if (from >= to) return 0
  const machine = new RemoveMachine(context, zset, {
    key,
    from,
    count: to - from,
    event: args[0] as string,
  })
  return runMachine(context, machine, to - from)
}

interface Removal {
  readonly key: string
  readonly from: number
  readonly count: number
  readonly event: string
}

class RemoveMachine implements Machine {
  readonly #context: Context
  readonly #zset: ZsetValue
  readonly #what: Removal
  #done = 0

  constructor(context: Context, zset: ZsetValue, what: Removal) {
    this.#context = context
    this.#zset = zset
    this.#what = what
  }

  step(budget: number): Reply | typeof later {
    const { key, from, count, event } = this.#what
    const { zsets } = this.#context.effects
    const stop = Math.min(count, this.#done + budget)
    while (this.#done < stop) {
      const run = { position: from, count: stop - this.#done }
      this.#done += zsets.removeRun(key, this.#zset, run)
    }
    if (this.#done < count) return later
    this.#context.effects.settle(key, this.#zset, event)
    return count
  }
}
