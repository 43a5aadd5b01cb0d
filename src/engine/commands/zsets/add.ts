// ZADD and ZINCRBY: scores are read, then given to their members, both in steps where they are many.

import type { Scored } from '../../effects/zsets.js'
import { later } from '../../../api/engine.js'
import { notFloat, scoreNan } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import { parseDouble } from '../../../base/parse-double.js'
import type { Context, Machine } from '../../context.js'
import { ZsetValue } from '../../values/zset.js'
import { asZset, double, runMachine } from './zset.js'

export interface AddOptions {
  nx: boolean
  xx: boolean
  gt: boolean
  lt: boolean
  /** Changed members count, too. */
  ch: boolean
  incr: boolean
}

export const plainAdd: AddOptions = {
  nx: false,
  xx: false,
  gt: false,
  lt: false,
  ch: false,
  incr: false,
}

/** Adds the pairs of score and member in `args[from]` and behind. */
export function addPairs(
  context: Context,
  args: readonly string[],
  what: { readonly from: number; readonly options: AddOptions },
): Reply | typeof later {
  return runMachine(context, new AddMachine(context, args, what), args.length - what.from)
}

/** Adds entries that a command made, in order; answers as ZADD. */
export function addEntries(
  context: Context,
  key: string,
  what: {
    readonly members: readonly string[]
    readonly scores: readonly number[]
    readonly options: AddOptions
  },
): Reply | typeof later {
  const args = ['zadd', key]
  for (const member of what.members) args.push('', member)
  const machine = new AddMachine(context, args, { from: 2, options: what.options })
  machine.scores.push(...what.scores)
  return runMachine(context, machine, args.length)
}

class AddMachine implements Machine {
  readonly #context: Context
  readonly #args: readonly string[]
  readonly #key: string
  readonly #from: number
  readonly #options: AddOptions
  /** As far as they are read. */
  readonly scores: number[] = []
  #zset: ZsetValue | null = null
  #next = 0
  #added = 0
  #updated = 0
  /** Of the last member that was not left alone. */
  #score: number | null = null

  constructor(
    context: Context,
    args: readonly string[],
    what: { readonly from: number; readonly options: AddOptions },
  ) {
    this.#context = context
    this.#args = args
    this.#key = args[1] as string
    this.#from = what.from
    this.#options = what.options
  }

  step(budget: number): Reply | typeof later {
    const count = (this.#args.length - this.#from) >> 1
    let left = budget
    for (; this.scores.length < count; left--) {
      if (left === 0) return later
      const score = parseDouble(this.#args[this.#from + this.scores.length * 2] as string)
      if (score === null) return notFloat
      this.scores.push(score)
    }
    if (this.#zset === null) {
      const zset = asZset(this.#context.find(this.#key))
      if (zset?.type === 'error') return zset
      if (zset === null && this.#options.xx) return this.#answer()
      this.#zset = zset ?? this.#make()
    }
    for (; this.#next < count; left--) {
      if (left === 0) return later
      const member = this.#args[this.#from + this.#next * 2 + 1] as string
      const failed = this.#add(this.#zset, member, this.scores[this.#next++] as number)
      if (failed === null) continue
      this.#settle(this.#zset)
      return failed
    }
    this.#settle(this.#zset)
    return this.#answer()
  }

  #make(): ZsetValue {
    const made = new ZsetValue()
    this.#context.effects.create(this.#key, made)
    return made
  }

  #add(zset: ZsetValue, member: string, given: number): ErrorReply | null {
    const { nx, xx, gt, lt, incr } = this.#options
    const before = zset.scores.get(member)
    if (before === undefined) {
      if (xx) return null
      this.#score = given
      this.#added++
      this.#set(zset, { member, score: given }, given)
      return null
    }
    if (nx) return null
    const score = incr ? before + given : given
    if (Number.isNaN(score)) return scoreNan
    if ((lt && score >= before) || (gt && score <= before)) return null
    this.#score = score
    // Where entries are merged the same score is written again: it outlives a removal that had not seen it.
    if (score === before) {
      if (!incr && !gt && !lt) {
        this.#context.effects.zsets.set(this.#key, zset, { member, score: before })
      }
      return null
    }
    this.#updated++
    this.#set(zset, { member, score }, given)
    return null
  }

  #set(zset: ZsetValue, scored: Scored, given: number): void {
    const { zsets } = this.#context.effects
    if (this.#options.incr) zsets.add(this.#key, zset, { ...scored, by: given })
    else zsets.set(this.#key, zset, scored)
  }

  #settle(zset: ZsetValue): void {
    if (this.#added + this.#updated === 0) return
    this.#context.effects.settle(this.#key, zset, this.#options.incr ? 'zincr' : 'zadd')
  }

  #answer(): Reply {
    if (this.#options.incr) return this.#score === null ? null : double(this.#score)
    return this.#options.ch ? this.#added + this.#updated : this.#added
  }
}
