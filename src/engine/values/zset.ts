// A sorted set: members in order of (score, bytes), and an index from member to score.

import { NameIndex } from './name-index.js'
import { Body, sequenceEnd } from './part.js'
import { scoreKind, type ScorePart } from './score-part.js'

/** Codes of a sorted set's encoding, as rows have them. */
export const zsetEncodings = { listpack: 0, skiplist: 1 } as const

/** Where a range begins or ends: false for the entries before that place, true from there on. */
export interface Edge {
  reaches(score: number, member: string): boolean
}

/** Entries from a position on, or from there backwards. */
export interface Span {
  readonly from: number
  readonly count: number
  readonly isReverse: boolean
}

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
      const isBehind = first > score || (first === score && part.member(0) > member)
      if (isBehind) high = middle
      else low = middle
    }
    return low
  }

  /** Position of a member, undefined where it is not there. */
  rankOf(member: string): number | undefined {
    const score = this.scores.get(member)
    if (score === undefined) return undefined
    const index = this.partOf(score, member)
    return this.body.before(index) + (this.body.parts[index] as ScorePart).indexOf(score, member)
  }

  /** Position of the first entry that reaches an edge; the size where none does. */
  positionOf(edge: Edge): number {
    const parts = this.body.parts
    let low = 0
    let high = parts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      const part = parts[middle] as ScorePart
      if (edge.reaches(part.scores[0] as number, part.member(0))) high = middle
      else low = middle
    }
    const part = parts[low] as ScorePart
    let from = 0
    let to = part.size
    while (from < to) {
      const middle = (from + to) >> 1
      if (edge.reaches(part.scores[middle] as number, part.member(middle))) to = middle
      else from = middle + 1
    }
    return this.body.before(low) + from
  }

  /** Adds the members of a span to `into`, and their scores to `scores` where it is given. */
  read(span: Span, into: string[], scores: number[] | null): void {
    const { parts } = this.body
    if (span.count <= 0) return
    let index = this.body.partAt(span.from)
    let at = span.from - this.body.before(index)
    for (let left = span.count; left > 0; left--) {
      const part = parts[index] as ScorePart
      into.push(part.member(at))
      if (scores !== null) scores.push(part.scores[at] as number)
      if (span.isReverse) {
        if (--at < 0 && index > 0) at = (parts[--index] as ScorePart).size - 1
      } else if (++at === part.size) {
        index++
        at = 0
      }
    }
  }

  withBody(body: Body): ZsetValue {
    const made = new ZsetValue(body as Body<ScorePart>)
    made.encoding = this.encoding
    return made
  }

  /** A part came from a checkpoint or a copy. */
  restored(part: ScorePart): void {
    const scores = this.#scores ?? new NameIndex<number>()
    this.#scores = scores
    part.scores.forEach((score, i) => {
      scores.set(part.member(i), score)
    })
  }
}
