// The effects on sorted sets.

import type { Changes } from '../changes.js'
import { scoreBytes, type ScorePart } from '../values/score-part.js'
import type { ZsetValue } from '../values/zset.js'

export class ZsetEffects {
  readonly #changes: Changes

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Gives a member a score, adding it where it is not there; `score` is a number. */
  set(key: string, zset: ZsetValue, { member, score }: Scored): void {
    const before = zset.scores.get(member)
    if (before !== undefined) {
      if (Object.is(before, score)) return
      this.#take(key, zset, { member, score: before })
    }
    const index = zset.partOf(score, member)
    this.#changes.begin(key, zset, index)
    const part = zset.body.parts[index] as ScorePart
    const at = part.indexOf(score, member)
    part.members.splice(at, 0, member)
    part.scores.splice(at, 0, score)
    zset.scores.set(member, score)
    this.#changes.end(1, scoreBytes(member))
  }

  /** Removes a member; whether it was there. */
  remove(key: string, zset: ZsetValue, member: string): boolean {
    const score = zset.scores.get(member)
    if (score === undefined) return false
    this.#take(key, zset, { member, score })
    zset.scores.delete(member)
    return true
  }

  encode(key: string, zset: ZsetValue, encoding: number): void {
    if (zset.encoding === encoding) return
    this.#changes.header(key, zset)
    zset.encoding = encoding
  }

  #take(key: string, zset: ZsetValue, { member, score }: Scored): void {
    const index = zset.partOf(score, member)
    this.#changes.begin(key, zset, index)
    const part = zset.body.parts[index] as ScorePart
    const at = part.indexOf(score, member)
    part.members.splice(at, 1)
    part.scores.splice(at, 1)
    this.#changes.end(-1, -scoreBytes(member))
  }
}

export interface Scored {
  readonly member: string
  readonly score: number
}
