// Pops from either end of a sorted set: ZPOPMIN, ZPOPMAX, ZMPOP, and what their blocking forms do when
// there is something to pop.

import { later } from '../../../api/engine.js'
import { countPositive, numkeysPositive, rangePositive, syntaxError } from '../../../api/replies.js'
import { emptyArray, type ErrorReply, nullArray, type Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import type { ZsetValue } from '../../values/zset.js'
import { asZset, entryReplies, runMachine, withScores } from './zset.js'

export interface Pop {
  readonly isMax: boolean
  readonly count: number
}

/** Makes the reply of what was popped. */
export type PopAnswer = (members: readonly string[], scores: readonly number[]) => Reply

/** Pops at most `count` entries of a key's sorted set, which is not empty. */
export function popEntries(
  context: Context,
  key: string,
  what: { readonly zset: ZsetValue; readonly pop: Pop; readonly answer: PopAnswer },
): Reply | typeof later {
  const machine = new PopMachine(context, key, what)
  return runMachine(context, machine, Math.min(what.pop.count, what.zset.body.size))
}

/** ZPOPMIN and ZPOPMAX key [count]. */
export function popCommand(
  context: Context,
  args: readonly string[],
  isMax: boolean,
): Reply | typeof later {
  if (args.length > 3) return syntaxError
  const isCounted = args.length === 3
  const count = isCounted ? parseClamped(args[2] as string) : 1
  if (count === null || count < 0) return rangePositive
  const key = args[1] as string
  const zset = asZset(context.find(key))
  if (zset === null) return emptyArray
  if (zset.type === 'error') return zset
  if (count === 0) return emptyArray
  return popEntries(context, key, {
    zset,
    pop: { isMax, count },
    answer(members, scores) {
      const items = withScores(members, scores)
      return isCounted ? { type: 'pairs', items } : items
    },
  })
}

export interface PopFirst extends Pop {
  readonly keys: readonly string[]
}

/** Reads numkeys key [key ...] MIN|MAX [COUNT count] from `args[from]` on. */
export function parsePopFirst(args: readonly string[], from: number): PopFirst | ErrorReply {
  const numkeys = parseClamped(args[from] as string)
  if (numkeys === null || numkeys < 1) return numkeysPositive
  const at = from + 1 + numkeys
  if (at >= args.length) return syntaxError
  const where = (args[at] as string).toUpperCase()
  if (where !== 'MIN' && where !== 'MAX') return syntaxError
  let count = -1
  for (let i = at + 1; i < args.length; i += 2) {
    const isCount = (args[i] as string).toUpperCase() === 'COUNT'
    if (!isCount || count >= 0 || i + 1 >= args.length) return syntaxError
    const given = parseClamped(args[i + 1] as string)
    if (given === null || given < 1) return countPositive
    count = given
  }
  return { keys: args.slice(from + 1, at), isMax: where === 'MAX', count: count < 0 ? 1 : count }
}

/** Pops from the first key that holds a sorted set: as ZMPOP, or null where none does. */
export function popFirst(
  context: Context,
  pop: PopFirst,
  answer: (key: string, ...popped: Parameters<PopAnswer>) => Reply = nested,
): Reply | typeof later {
  for (const key of pop.keys) {
    const zset = asZset(context.find(key))
    if (zset === null) continue
    if (zset.type === 'error') return zset
    return popEntries(context, key, {
      zset,
      pop,
      answer: (members, scores) => answer(key, members, scores),
    })
  }
  return nullArray
}

/** As ZMPOP and BZMPOP answer. */
function nested(key: string, members: readonly string[], scores: readonly number[]): Reply {
  return [key, entryReplies(members, scores)]
}

class PopMachine implements Machine {
  readonly #context: Context
  readonly #key: string
  readonly #zset: ZsetValue
  readonly #isMax: boolean
  readonly #count: number
  readonly #answer: PopAnswer
  readonly #members: string[] = []
  readonly #scores: number[] = []

  constructor(
    context: Context,
    key: string,
    what: { readonly zset: ZsetValue; readonly pop: Pop; readonly answer: PopAnswer },
  ) {
    this.#context = context
    this.#key = key
    this.#zset = what.zset
    this.#isMax = what.pop.isMax
    this.#count = Math.min(what.pop.count, what.zset.body.size)
    this.#answer = what.answer
  }

  step(budget: number): Reply | typeof later {
    const members = this.#members
    const taken = Math.min(budget, this.#count - members.length)
    const { size } = this.#zset.body
    const from = this.#isMax ? size - 1 : 0
    this.#zset.read({ from, count: taken, isReverse: this.#isMax }, members, this.#scores)
    const { effects } = this.#context
    for (let left = taken; left > 0; ) {
      const position = this.#isMax ? this.#zset.body.size - left : 0
      left -= effects.zsets.removeRun(this.#key, this.#zset, { position, count: left })
    }
    if (members.length < this.#count) return later
    effects.settle(this.#key, this.#zset, this.#isMax ? 'zpopmax' : 'zpopmin')
    return this.#answer(members, this.#scores)
  }
}
