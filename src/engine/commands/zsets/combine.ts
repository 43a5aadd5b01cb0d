// Union, intersection and difference of sorted sets and sets, member by member in steps. The result is
// a sorted set of its own, which becomes the reply or goes into a key; ZINTERCARD counts only.

import { later } from '../../../api/engine.js'
import type { Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { zsetEncodings, ZsetValue } from '../../values/zset.js'
import { readSpan } from './range.js'
import {
  type Aggregate,
  type Operation,
  parseSources,
  scoreIn,
  sizeOf,
  type Source,
  type Sources,
  SourceWalk,
} from './sources.js'
import { compact, runMachine, storeZset } from './zset.js'

/** ZUNION, ZINTER, ZDIFF; with `target` the key of their storing forms. */
export function combineCommand(
  context: Context,
  args: readonly string[],
  what: { readonly operation: Operation; readonly target: string | null },
): Reply | typeof later {
  const { operation, target } = what
  const parsed = parseSources(context, args, {
    at: target === null ? 1 : 2,
    operation,
    mayHaveScores: target === null,
    isCount: false,
  })
  if ('type' in parsed) return parsed
  const machine = new CombineMachine(context, parsed, {
    operation,
    finish(zset, memberBytesMax) {
      if (target === null) {
        const { hasScores } = parsed
        const count = zset.body.size
        return readSpan(context, zset, { from: 0, count, isReverse: false, hasScores })
      }
      compact(context, zset, memberBytesMax)
      return storeZset(context, target, { zset, event: args[0] as string })
    },
  })
  return runMachine(context, machine, elementsOf(parsed, operation))
}

/** ZINTERCARD numkeys key [key ...] [LIMIT limit]. */
export function countCommon(context: Context, args: readonly string[]): Reply | typeof later {
  const parsed = parseSources(context, args, {
    at: 1,
    operation: 'inter',
    mayHaveScores: false,
    isCount: true,
  })
  if ('type' in parsed) return parsed
  return runMachine(context, new CountMachine(parsed), elementsOf(parsed, 'inter'))
}

function elementsOf({ sources }: Sources, operation: Operation): number {
  if (operation === 'union') return sources.reduce((sum, source) => sum + sizeOf(source), 0)
  const sizes = sources.map(sizeOf)
  const smallest = operation === 'inter' ? Math.min(...sizes) : (sizes[0] as number)
  return smallest * sources.length
}

interface Combination {
  readonly operation: Operation
  finish(zset: ZsetValue, memberBytesMax: number): Reply | typeof later
}

class CombineMachine implements Machine {
  readonly #context: Context
  readonly #what: Combination
  /** Smallest first, where the order of the keys says nothing: sums come out as Redis' do. */
  readonly #sources: readonly Source[]
  readonly #aggregate: Aggregate
  readonly #made = new ZsetValue()
  /** Source that is walked through. */
  #index = 0
  #walk: SourceWalk
  #memberBytesMax = 0

  constructor(context: Context, { sources, aggregate }: Sources, what: Combination) {
    this.#context = context
    this.#what = what
    this.#sources = what.operation === 'diff' ? sources : bySize(sources)
    this.#aggregate = aggregate
    this.#walk = new SourceWalk(this.#sources[0] as Source)
    this.#made.encoding = zsetEncodings.skiplist
  }

  step(budget: number): Reply | typeof later {
    const isUnion = this.#what.operation === 'union'
    let left = budget
    for (;;) {
      if (left <= 0) return later
      if (this.#walk.next()) {
        left -= isUnion ? 1 : this.#sources.length
        this.#take(this.#walk.member, this.#walk.score)
      } else if (isUnion && ++this.#index < this.#sources.length) {
        this.#walk = new SourceWalk(this.#sources[this.#index] as Source)
      } else return this.#what.finish(this.#made, this.#memberBytesMax)
    }
  }

  #take(member: string, given: number): void {
    const { operation } = this.#what
    if (operation === 'diff') {
      for (let i = 1; i < this.#sources.length; i++) {
        if (scoreIn(this.#sources[i] as Source, member) !== undefined) return
      }
      this.#put(member, given)
      return
    }
    const { value, weight } = this.#sources[this.#index] as Source
    const weighted = given * weight
    let score = Number.isNaN(weighted) ? 0 : weighted
    if (operation === 'union') {
      const before = this.#made.scores.get(member)
      this.#put(member, before === undefined ? score : this.#join(before, score))
      return
    }
    for (let i = 1; i < this.#sources.length; i++) {
      const other = this.#sources[i] as Source
      const found = other.value === value ? given : scoreIn(other, member)
      if (found === undefined) return
      score = this.#join(score, found * other.weight)
    }
    this.#put(member, score)
  }

  #put(member: string, score: number): void {
    if (member.length > this.#memberBytesMax) this.#memberBytesMax = member.length
    this.#context.effects.zsets.set('', this.#made, { member, score })
  }

  /** The sum of both infinities is held to be zero. */
  #join(a: number, b: number): number {
    if (this.#aggregate === 'MIN') return b < a ? b : a
    if (this.#aggregate === 'MAX') return b > a ? b : a
    return Number.isNaN(a + b) ? 0 : a + b
  }
}

/** Counts what all sources have, up to the limit. */
class CountMachine implements Machine {
  readonly #sources: readonly Source[]
  readonly #limit: number
  readonly #walk: SourceWalk
  #count = 0

  constructor({ sources, limit }: Sources) {
    this.#sources = bySize(sources)
    this.#limit = limit
    this.#walk = new SourceWalk(this.#sources[0] as Source)
  }

  step(budget: number): Reply | typeof later {
    for (let left = budget; left > 0; left -= this.#sources.length) {
      if (!this.#walk.next()) return this.#count
      const { member } = this.#walk
      if (this.#sources.every((source) => scoreIn(source, member) !== undefined)) this.#count++
      if (this.#limit > 0 && this.#count === this.#limit) return this.#count
    }
    return later
  }
}

function bySize(sources: readonly Source[]): readonly Source[] {
  return sources.toSorted((a, b) => sizeOf(a) - sizeOf(b))
}
