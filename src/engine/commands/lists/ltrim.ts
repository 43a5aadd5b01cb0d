// LTRIM key start stop.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { notInteger } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import type { ListValue } from '../../values/list.js'
import { findList, fromLeft } from './list.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'ltrim',
  arity: 4,
  flags: ['write'],
  group: 'list',
  since: '1.0.0',
  summary: 'Trim a list to the specified range',
  complexity: 'O(N) where N is the number of elements to be removed by the operation.',
  categories: ['@write', '@list', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'integer' },
    { name: 'stop', type: 'integer' },
  ],
  gather: 'refuse',
  execute(context, args) {
    const start = parseClamped(args[2] as string)
    const stop = parseClamped(args[3] as string)
    if (start === null || stop === null) return notInteger
    const key = args[1] as string
    const list = findList(context, key)
    if (list === null) return ok
    if (list.type === 'error') return list
    const first = Math.max(0, fromLeft(list, start))
    const last = Math.min(list.body.size - 1, fromLeft(list, stop))
    if (first > last) {
      context.effects.notify('ltrim', key)
      context.effects.remove(key, 'del')
      return ok
    }
    const trim = new Trim(context, key, { list, left: first, right: list.body.size - 1 - last })
    return trim.count <= limits.stepElements ? trim.step(trim.count + 1) : context.begin(trim)
  },
} satisfies EngineCommand

class Trim implements Machine {
  readonly #context: Context
  readonly #key: string
  readonly #list: ListValue
  #left: number
  #right: number

  constructor(
    context: Context,
    key: string,
    what: { readonly list: ListValue; readonly left: number; readonly right: number },
  ) {
    this.#context = context
    this.#key = key
    this.#list = what.list
    this.#left = what.left
    this.#right = what.right
  }

  /** Elements that are still to go. */
  get count(): number {
    return this.#left + this.#right
  }

  step(budget: number): Reply | typeof later {
    const { lists } = this.#context.effects
    let rest = budget
    while (rest > 0 && this.count > 0) {
      const isLeft = this.#left > 0
      const count = Math.min(rest, isLeft ? this.#left : this.#right)
      const position = isLeft ? 0 : this.#list.body.size - this.#right
      const gone = lists.removeRun(this.#key, this.#list, { position, count })
      if (isLeft) this.#left -= gone
      else this.#right -= gone
      rest -= gone
    }
    if (this.count > 0) return later
    this.#context.effects.settle(this.#key, this.#list, 'ltrim')
    return ok
  }
}
