// The effects on sorted sets.

import type { Changes } from '../changes.js'
import { kinds } from '../merge/cell.js'
import type { Recorder } from '../merge/recorder.js'
import type { NameIndex } from '../values/name-index.js'
import { scoreBytes, type ScorePart } from '../values/score-part.js'
import { zsetEncodings, type ZsetValue } from '../values/zset.js'

export class ZsetEffects {
  readonly #changes: Changes
  recorder: Recorder | null = null

  constructor(changes: Changes) {
    this.#changes = changes
  }

  /** Gives a member a score, adding it where it is not there; `given` is a number. */
  set(key: string, zset: ZsetValue, scored: Scored): void {
    if (this.recorder !== null && zset.body.isHomed) {
      const { member, score } = scored
      this.recorder.write(key, { kind: kinds.zset, name: member, payload: score })
    }
    this.#set(key, zset, scored)
  }

  /** The same; `by` is what it grew by. */
  add(key: string, zset: ZsetValue, { member, score, by }: Scored & { readonly by: number }): void {
    if (this.recorder !== null) this.recorder.addElement(key, zset, { name: member, amount: by })
    this.#set(key, zset, { member, score })
  }

  #set(key: string, zset: ZsetValue, { member, score: given }: Scored): void {
    this.#settleEncoding(key, zset, member)
    // A listpack knows no negative zero: Redis stores integers there.
    const score = given === 0 && zset.encoding === zsetEncodings.listpack ? 0 : given
    const before = zset.scores.get(member)
    if (before !== undefined) {
      if (Object.is(before, score)) return
      this.#take(key, zset, { member, score: before })
    }
    const index = zset.partOf(score, member)
    this.#changes.begin(key, zset, index)
    const part = zset.body.parts[index] as ScorePart
    part.insert(part.indexOf(score, member), member, score)
    this.#index(zset.scores, member, score)
    this.#changes.end(1, scoreBytes(member))
  }

  /** Removes a member; whether it was there. */
  remove(key: string, zset: ZsetValue, member: string): boolean {
    const score = zset.scores.get(member)
    if (score === undefined) return false
    if (this.recorder !== null) this.recorder.erase(key, kinds.zset, member)
    this.#take(key, zset, { member, score })
    this.#index(zset.scores, member, null)
    return true
  }

  /** Removes at most `count` entries from `position` on, within one part; how many it removed. */
  removeRun(key: string, zset: ZsetValue, run: ScoreRun): number {
    const index = zset.body.partAt(run.position)
    const at = run.position - zset.body.before(index)
    // The index is made of the parts when first asked for: it has to be as before to be undone.
    const { scores } = zset
    this.#changes.begin(key, zset, index)
    const part = zset.body.parts[index] as ScorePart
    const gone = part.remove(at, run.count)
    let bytes = 0
    for (const member of gone) {
      if (this.recorder !== null) this.recorder.erase(key, kinds.zset, member)
      this.#index(scores, member, null)
      bytes += scoreBytes(member)
    }
    this.#changes.end(-gone.length, -bytes)
    return gone.length
  }

  encode(key: string, zset: ZsetValue, encoding: number): void {
    if (zset.encoding === encoding) return
    this.#changes.header(key, zset)
    zset.encoding = encoding
  }

  /** Before a member comes: what is too large for a listpack never becomes one again. */
  #settleEncoding(key: string, zset: ZsetValue, member: string): void {
    if (zset.encoding !== zsetEncodings.listpack) return
    if (this.#changes.compact.fitsZset(zset.body.size + 1, member.length)) return
    if (zset.scores.has(member)) return
    this.encode(key, zset, zsetEncodings.skiplist)
  }

  /** Keeps the index: the order of that is nobody's state, so that each member is undone alone. */
  #index(scores: NameIndex<number>, member: string, score: number | null): void {
    if (this.#changes.isKept) {
      const before = scores.get(member)
      this.#changes.keepUndo(() => {
        if (before === undefined) scores.delete(member)
        else scores.set(member, before)
      })
    }
    if (score === null) scores.delete(member)
    else scores.set(member, score)
  }

  #take(key: string, zset: ZsetValue, { member, score }: Scored): void {
    const index = zset.partOf(score, member)
    this.#changes.begin(key, zset, index)
    const part = zset.body.parts[index] as ScorePart
    part.remove(part.indexOf(score, member), 1)
    this.#changes.end(-1, -scoreBytes(member))
  }
}

export interface Scored {
  readonly member: string
  readonly score: number
}

export interface ScoreRun {
  readonly position: number
  readonly count: number
}
