// SORT in steps: takes the elements, looks up what they are sorted by, sorts runs and merges them, and
// looks up what is answered. Equal elements keep their order.

import { notDoubles, wrongType } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { parsePrefix } from '../../../base/parse-double.js'
import type { Context } from '../../context.js'
import type { Work } from '../../rdb/types.js'
import { runWork } from '../../rdb/work.js'
import { ListValue } from '../../values/list.js'
import { orderedMembers, setEncodings } from '../../values/set.js'
import type { Container } from '../../values/value.js'
import { parseSort, type SortOptions } from './sort-options.js'
import { lookupPattern } from './sort-pattern.js'

interface Item {
  readonly text: string
  /** What it is sorted by: a number, or a text where ALPHA is given. */
  readonly score: number
  readonly by: string | null
}

type Compare = (a: Item, b: Item) => number

export function sort(
  context: Context,
  args: readonly string[],
  isReadOnly: boolean,
): Reply | typeof later {
  const parsed = parseSort(args, isReadOnly)
  if ('type' in parsed) return parsed
  const options = { ...parsed, isScript: context.isScript }
  const value = context.lookup(args[1] as string) ?? new ListValue()
  if (typeof value === 'string' || value.type === 'hash' || value.type === 'stream')
    return wrongType
  // A read that goes on in steps cannot turn back half way.
  const isLong = value.body.size * (options.gets.length + 4) > limits.stepElements
  if (context.isLate || (isLong && context.meetsLate())) return later
  return runWork(context, sortWork(context, value, options), (reply) => reply)
}

function* sortWork(
  context: Context,
  value: Container,
  options: SortOptions & { readonly isScript: boolean },
): Work<Reply> {
  let { isUnsorted, isAlpha, by } = options
  if (isUnsorted && value.type === 'set' && (options.store !== null || options.isScript)) {
    // Redis wants an order here that does not hang on how a set is kept.
    isUnsorted = false
    isAlpha = true
    by = null
  }
  const texts = yield* elementsOf(value)
  if (isUnsorted && options.isDescending && value.type !== 'set') texts.reverse()
  const { first, end } = rangeOf(texts.length, options)
  let ordered: readonly string[] = texts
  if (!isUnsorted) {
    const items = yield* itemsOf(context, texts, { isAlpha, by })
    if ('type' in items) return items
    const compare = isAlpha ? (by === null ? byText : byLookedUp) : byScore
    const sorted = yield* mergeSort(items, options.isDescending ? (a, b) => compare(b, a) : compare)
    ordered = sorted.map((item) => item.text)
  }
  const answer: (string | null)[] = []
  for (let at = first; at < end; at++) {
    const text = ordered[at] as string
    if (options.gets.length === 0) answer.push(text)
    for (const pattern of options.gets) {
      answer.push(lookupPattern(context, pattern, text))
      yield
    }
    yield
  }
  return options.store === null ? answer : yield* storeAnswer(context, options.store, answer)
}

/** The elements in their order, as far as they have one. */
function* elementsOf(value: Container): Work<string[]> {
  if (value.type === 'set' && value.encoding === setEncodings.intset) return orderedMembers(value)
  const texts: string[] = []
  for (const part of value.body.parts) {
    const entries =
      'items' in part
        ? part.items
        : 'members' in part
          ? part.members()
          : 'map' in part
            ? part.map.keys()
            : []
    for (const text of entries) {
      texts.push(text)
      yield
    }
  }
  return texts
}

function rangeOf(
  length: number,
  { offset, count }: SortOptions,
): { readonly first: number; readonly end: number } {
  const first = Math.min(Math.max(offset, 0), length)
  return { first, end: count < 0 ? length : Math.min(length, first + count) }
}

function* itemsOf(
  context: Context,
  texts: readonly string[],
  { isAlpha, by }: { readonly isAlpha: boolean; readonly by: string | null },
): Work<Item[] | ErrorReply> {
  const items: Item[] = []
  let isWrong = false
  for (const text of texts) {
    const found = by === null ? text : lookupPattern(context, by, text)
    let score = 0
    if (!isAlpha && found !== null) {
      const parsed = parseScore(found)
      if (parsed === null) isWrong = true
      else score = parsed
    }
    items.push({ text, score, by: found })
    yield
  }
  return isWrong ? notDoubles : items
}

/** Smaller ones are inexact, which C calls out of range. */
const normalMin = 2.2250738585072014e-308

/** As C reads a double: up to the first zero byte, blanks before it are skipped. */
function parseScore(text: string): number | null {
  const zero = text.indexOf('\0')
  const shown = zero < 0 ? text : text.slice(0, zero)
  const { value, end, isOutOfRange } = parsePrefix(shown)
  const isTiny = value !== 0 && Math.abs(value) < normalMin
  return end < shown.length || isOutOfRange || isTiny || Number.isNaN(value) ? null : value
}

function byText(a: Item, b: Item): number {
  return a.text < b.text ? -1 : a.text > b.text ? 1 : 0
}

function byScore(a: Item, b: Item): number {
  return a.score < b.score ? -1 : a.score > b.score ? 1 : byText(a, b)
}

/** What was not found comes first. */
function byLookedUp(a: Item, b: Item): number {
  if (a.by === null || b.by === null) return a.by === b.by ? 0 : a.by === null ? -1 : 1
  return a.by < b.by ? -1 : a.by > b.by ? 1 : 0
}

/** Items sorted at once; longer runs are merged from these. */
const runItems = 256

function* mergeSort(items: readonly Item[], compare: Compare): Work<Item[]> {
  let from: Item[] = []
  for (let at = 0; at < items.length; at += runItems) {
    const run = items.slice(at, at + runItems).sort(compare)
    for (const item of run) {
      from.push(item)
      yield
    }
  }
  for (let width = runItems; width < from.length; width *= 2) {
    const into: Item[] = []
    for (let at = 0; at < from.length; at += 2 * width) {
      const middle = Math.min(at + width, from.length)
      const end = Math.min(at + 2 * width, from.length)
      let left = at
      let right = middle
      while (left < middle || right < end) {
        const a = from[left] as Item
        const b = from[right] as Item
        const takesLeft = right >= end || (left < middle && compare(a, b) <= 0)
        into.push(takesLeft ? a : b)
        if (takesLeft) left++
        else right++
        yield
      }
    }
    from = into
  }
  return from
}

function* storeAnswer(
  context: Context,
  key: string,
  answer: readonly (string | null)[],
): Work<number> {
  const { effects } = context
  const list = new ListValue()
  for (const text of answer) {
    effects.lists.pushRight('', list, text ?? '')
    yield
  }
  if (answer.length > 0) effects.put(key, list, 'sortstore')
  else if (context.findStored(key) !== undefined) effects.remove(key, 'del')
  return answer.length
}
