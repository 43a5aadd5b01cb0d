// ZRANGE and its older forms, and ZRANGESTORE: options in Redis' order of checks, then the entries of
// the range in steps, as a reply or into a key.

import { later } from '../../../api/engine.js'
import { LongItems } from '../../../api/long-reply.js'
import {
  lexRangeFormat,
  limitWithoutOrder,
  notInteger,
  scoreRangeFormat,
  scoresWithLex,
  syntaxError,
} from '../../../api/replies.js'
import { emptyArray, type ErrorReply, type Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { parseClamped } from '../../values/integer.js'
import { ZsetValue } from '../../values/zset.js'
import { type EntryRange, parseLexRange, parseScoreRange, RankRange } from './edges.js'
import { asZset, runMachine, storeZset, withScores } from './zset.js'

export type RangeOrder = 'rank' | 'score' | 'lex'

/** What the command's name already says. */
export interface RangeForm {
  /** Index of the key. */
  readonly at: number
  readonly order: RangeOrder | null
  readonly isReverse: boolean | null
  /** Key that takes the result, or null. */
  readonly target: string | null
}

interface RangeOptions {
  order: RangeOrder
  isReverse: boolean
  hasScores: boolean
  offset: number
  limit: number
}

export function rangeCommand(
  context: Context,
  args: readonly string[],
  form: RangeForm,
): Reply | typeof later {
  const options = parseOptions(args, form)
  if ('type' in options) return options
  const { order, isReverse, hasScores } = options
  const swap = isReverse && order !== 'rank'
  const min = args[form.at + (swap ? 2 : 1)] as string
  const max = args[form.at + (swap ? 1 : 2)] as string
  const range = parseRange(order, min, max)
  if ('type' in range) return range
  const found = context.lookup(args[form.at] as string)
  const zset = asZset(found)
  if (zset?.type === 'error') return zset
  if (zset === null) return form.target === null ? emptyArray : storeNothing(context, form.target)
  const { from, count } = cut(range, zset, options)
  if (form.target !== null) {
    const lowest = isReverse ? from - count + 1 : from
    const machine = new StoreMachine(context, zset, { from: lowest, count, key: form.target })
    return runMachine(context, machine, count)
  }
  return readSpan(context, zset, { from, count, isReverse, hasScores })
}

/** What the texts of a range say, in Redis' words where they say nothing. */
export function parseRange(order: RangeOrder, min: string, max: string): EntryRange | ErrorReply {
  if (order === 'score') return parseScoreRange(min, max) ?? scoreRangeFormat
  if (order === 'lex') return parseLexRange(min, max) ?? lexRangeFormat
  const start = parseClamped(min)
  const stop = parseClamped(max)
  return start === null || stop === null ? notInteger : new RankRange(start, stop)
}

function parseOptions(args: readonly string[], form: RangeForm): RangeOptions | ErrorReply {
  let { order, isReverse } = form
  let hasScores = false
  let offset = 0
  let limit = -1
  for (let i = form.at + 3; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (form.target === null && word === 'WITHSCORES') hasScores = true
    else if (word === 'LIMIT' && args.length - i > 2) {
      const skipped = parseClamped(args[i + 1] as string)
      const taken = parseClamped(args[i + 2] as string)
      if (skipped === null || taken === null) return notInteger
      offset = skipped
      limit = taken
      i += 2
    } else if (isReverse === null && word === 'REV') isReverse = true
    else if (order === null && word === 'BYLEX') order = 'lex'
    else if (order === null && word === 'BYSCORE') order = 'score'
    else return syntaxError
  }
  order ??= 'rank'
  if (limit !== -1 && order === 'rank') return limitWithoutOrder
  if (hasScores && order === 'lex') return scoresWithLex
  return { order, isReverse: isReverse ?? false, hasScores, offset, limit }
}

/** Where the reply begins, in its own direction, and how many entries it has. */
function cut(
  range: EntryRange,
  zset: ZsetValue,
  { isReverse, offset, limit }: RangeOptions,
): { readonly from: number; readonly count: number } {
  const { from, to } = range.positionsIn(zset, { isReverse, offset })
  const found = Math.max(0, to - from)
  const count = limit < 0 ? found : Math.min(limit, found)
  return { from: isReverse ? to - 1 : from, count }
}

interface ReplySpan {
  readonly from: number
  readonly count: number
  readonly isReverse: boolean
  readonly hasScores: boolean
}

/** The entries of a span as a reply. */
export function readSpan(context: Context, zset: ZsetValue, span: ReplySpan): Reply | typeof later {
  const { from, count, isReverse, hasScores } = span
  if (!isReverse && !hasScores && zset.body.parts.length === 1) {
    // The plainest and most frequent form: one run of a small set.
    return zset.body.parts[0]?.members(from, from + count) ?? emptyArray
  }
  return runMachine(context, new ReadMachine(zset, span), count)
}

class ReadMachine implements Machine {
  readonly #zset: ZsetValue
  readonly #span: ReplySpan
  readonly #items = new LongItems()
  #done = 0

  constructor(zset: ZsetValue, span: ReplySpan) {
    this.#zset = zset
    this.#span = span
  }

  step(budget: number): Reply | typeof later {
    const { isReverse, count, hasScores } = this.#span
    const items = this.#items
    const taken = Math.min(budget, count - this.#done)
    const from = this.#span.from + (isReverse ? -this.#done : this.#done)
    const members: string[] = []
    const scores: number[] | null = hasScores ? [] : null
    this.#zset.read({ from, count: taken, isReverse }, members, scores)
    const more = scores === null ? members : withScores(members, scores)
    for (const item of more) items.run.push(item)
    items.rest()
    this.#done += taken
    return this.#done < count ? later : items.reply(hasScores ? 'pairs' : 'array')
  }
}

function storeNothing(context: Context, key: string): Reply {
  return storeZset(context, key, { zset: new ZsetValue(), event: 'zrangestore' })
}

/** Copies a span, which is in order, into a sorted set of its own. */
class StoreMachine implements Machine {
  readonly #context: Context
  readonly #source: ZsetValue
  readonly #what: { readonly from: number; readonly count: number; readonly key: string }
  readonly #made = new ZsetValue()
  #done = 0

  constructor(
    context: Context,
    source: ZsetValue,
    what: { readonly from: number; readonly count: number; readonly key: string },
  ) {
    this.#context = context
    this.#source = source
    this.#what = what
  }

  step(budget: number): Reply | typeof later {
    const { from, count, key } = this.#what
    const taken = Math.min(budget, count - this.#done)
    const members: string[] = []
    const scores: number[] = []
    this.#source.read({ from: from + this.#done, count: taken, isReverse: false }, members, scores)
    members.forEach((member, i) => {
      const score = scores[i] as number
      this.#context.effects.zsets.set('', this.#made, { member, score })
    })
    this.#done += taken
    if (this.#done < count) return later
    return storeZset(this.#context, key, { zset: this.#made, event: 'zrangestore' })
  }
}
