// ZRANDMEMBER with a count: all members from the end, as many different ones as asked for, or any number
// with repetitions.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import type { Reply } from '../../../api/reply.js'
import type { Random } from '../../../base/random.js'
import type { Context, Machine } from '../../context.js'
import type { ZsetValue } from '../../values/zset.js'
import { readSpan } from './range.js'
import { runMachine, withScores } from './zset.js'

/** One member, at random. */
export function randomMember(context: Context, zset: ZsetValue): string {
  const members: string[] = []
  const from = context.random().below(zset.body.size)
  zset.read({ from, count: 1, isReverse: false }, members, null)
  return members[0] as string
}

/** `count` below zero: that many, with repetitions. */
export function randomMembers(
  context: Context,
  zset: ZsetValue,
  what: { readonly count: number; readonly hasScores: boolean },
): Reply | typeof later {
  const { count, hasScores } = what
  const { size } = zset.body
  if (count >= size) {
    return readSpan(context, zset, { from: size - 1, count: size, isReverse: true, hasScores })
  }
  return runMachine(context, new PickMachine(context.random(), zset, what), Math.abs(count))
}

class PickMachine implements Machine {
  readonly #random: Random
  readonly #zset: ZsetValue
  readonly #count: number
  readonly #repeats: boolean
  readonly #hasScores: boolean
  /** Positions that were taken. */
  readonly #taken = new Set<number>()
  readonly #members: string[] = []
  readonly #scores: number[] = []
  #bytes = 0

  constructor(
    random: Random,
    zset: ZsetValue,
    { count, hasScores }: { readonly count: number; readonly hasScores: boolean },
  ) {
    this.#random = random
    this.#zset = zset
    this.#count = Math.abs(count)
    this.#repeats = count < 0
    this.#hasScores = hasScores
  }

  step(budget: number): Reply | typeof later {
    const members = this.#members
    for (let left = budget; left > 0 && members.length < this.#count; left--) {
      const from = this.#repeats ? this.#random.below(this.#zset.body.size) : this.#pick()
      this.#zset.read({ from, count: 1, isReverse: false }, members, this.#scores)
      this.#bytes += 16 + (members.at(-1) as string).length
      // No connection may have a longer reply: it is cut off there anyway.
      if (this.#bytes > limits.outputHardBytes) return this.#answer()
    }
    return members.length < this.#count ? later : this.#answer()
  }

  /** A position that was not taken yet: of those below a bound that grows by one, or the bound itself (Floyd). */
  #pick(): number {
    const bound = this.#zset.body.size - this.#count + this.#members.length
    const drawn = this.#random.below(bound + 1)
    const picked = this.#taken.has(drawn) ? bound : drawn
    this.#taken.add(picked)
    return picked
  }

  #answer(): Reply {
    if (!this.#hasScores) return this.#members
    return { type: 'pairs', items: withScores(this.#members, this.#scores) }
  }
}
