// PFADD key [element ...]: 1 where a register changed or the key is new.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { corruptHll } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { hashElement } from '../../values/hll-hash.js'
import { HyperLogLog } from '../../values/hyperloglog.js'
import type { EngineCommand } from '../command.js'
import { hllToWrite } from './hll-key.js'

export default {
  name: 'pfadd',
  arity: -2,
  flags: ['write', 'denyoom', 'fast'],
  group: 'hyperloglog',
  since: '2.8.9',
  summary: 'Adds the specified elements to the specified HyperLogLog.',
  complexity: 'O(1) to add every element.',
  categories: ['@write', '@hyperloglog', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'element', type: 'string', optional: true, multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const found = hllToWrite(context, args[1] as string)
    if (found !== null && !(found instanceof HyperLogLog)) return found
    const machine = new PfaddMachine(context, args, found)
    return args.length <= limits.stepElements
      ? machine.step(limits.stepElements)
      : context.begin(machine)
  },
} satisfies EngineCommand

class PfaddMachine implements Machine {
  readonly #context: Context
  readonly #args: readonly string[]
  readonly #hll: HyperLogLog
  readonly #isNew: boolean
  #isChanged: boolean
  #at = 2

  constructor(context: Context, args: readonly string[], found: HyperLogLog | null) {
    this.#context = context
    this.#args = args
    this.#hll = found ?? new HyperLogLog()
    this.#isNew = found === null
    this.#isChanged = this.#isNew
  }

  step(budget: number): Reply | typeof later {
    const end = Math.min(this.#args.length, this.#at + budget)
    for (; this.#at < end; this.#at++) {
      const hashed = hashElement(this.#args[this.#at] as string)
      const isRaised = this.#hll.raise(hashed >> 6, hashed & 63)
      if (isRaised === null) {
        // As in Redis what was added before the fault was met stays.
        if (this.#isChanged) this.#store('')
        return corruptHll
      }
      if (isRaised) this.#isChanged = true
    }
    return end < this.#args.length ? later : this.#finish()
  }

  #finish(): Reply {
    if (!this.#isChanged) return 0
    this.#hll.invalidate()
    this.#store('pfadd')
    return 1
  }

  #store(event: string): void {
    const key = this.#args[1] as string
    const { effects } = this.#context
    if (this.#isNew) effects.put(key, this.#hll.toText(), event)
    else effects.replace(key, this.#hll.toText(), event)
  }
}
