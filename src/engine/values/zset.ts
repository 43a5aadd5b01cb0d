// A sorted set: members in order of (score, bytes), and an index from member to score.

import { NameIndex } from './name-index.js'
import { Body, sequenceEnd } from './part.js'
import { scoreKind, type ScorePart } from './score-part.js'

/** Codes of a sorted set's encoding, as rows have them. */
export const zsetEncodings = { listpack: 0, skiplist: 1 } as const

export class ZsetValue {
  readonly type = 'zset'
  readonly body: Body<ScorePart>
  /** Redis' encoding, which never goes back. */
  encoding: number = zsetEncodings.listpack
  #scores: NameIndex<number> | null = null

  constructor(body: Body<ScorePart> = new Body(scoreKind, sequenceEnd)) {
    this.body = body
  }

  /** Member to score; made when first asked for, so that an image has none. */
  get scores(): NameIndex<number> {
    if (this.#scores === null) {
      this.#scores = new NameIndex()
      for (const part of this.body.parts) this.restored(part)
    }
    return this.#scores
  }

  /** Index of the part that holds (score, member), or would. */
  partOf(score: number, member: string): number {
    const parts = this.body.parts
    let low = 0
    let high = parts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      const part = parts[middle] as ScorePart
      const first = part.scores[0] as number
      const isBehind = first > score || (first === score && (part.members[0] as string) > member)
      if (isBehind) high = middle
      else low = middle
    }
    return low
  }

  /** A part is about to hold what `after` holds. */
  exchange(part: ScorePart, after: ScorePart): void {
    const scores = this.#scores
    if (scores === null) return
    part.members.forEach((member, i) => {
      // One that moved to another part is that one's.
      if (Object.is(scores.get(member), part.scores[i])) scores.delete(member)
    })
    this.restored(after)
  }

  withBody(body: Body): ZsetValue {
    const made = new ZsetValue(body as Body<ScorePart>)
    made.encoding = this.encoding
    return made
  }

  /** A part came from a checkpoint. */
  restored(part: ScorePart): void {
    const scores = this.#scores ?? new NameIndex<number>()
    this.#scores = scores
    part.members.forEach((member, i) => {
      scores.set(member, part.scores[i] as number)
    })
  }
}
