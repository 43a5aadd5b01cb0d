// Ranges of a sorted set by rank, by score and by bytes: from their text to positions.

import type { Edge, ZsetValue } from '../../values/zset.js'
import { zsetEncodings } from '../../values/zset.js'
import { parsePrefix } from '../../../base/parse-double.js'

/** Entries from `from` up to, but without, `to`. */
export interface Positions {
  readonly from: number
  readonly to: number
}

const nowhere: Positions = { from: 0, to: 0 }

/** How a range is gone through. */
export interface Way {
  readonly isReverse: boolean
  /** Entries that LIMIT skips. */
  readonly offset: number
}

export const forward: Way = { isReverse: false, offset: 0 }

function skip({ from, to }: Positions, { isReverse, offset }: Way): Positions {
  if (offset === 0) return { from, to }
  if (offset < 0) return nowhere
  return isReverse ? { from, to: to - offset } : { from: from + offset, to }
}

export interface EntryRange {
  /** Empty where `from` is not below `to`. Ranks count from the end where it goes in reverse. Others leave out the first entries of the direction; a negative number leaves out all. */
  positionsIn(zset: ZsetValue, way: Way): Positions
}

/** By rank, both included; below zero from the end. */
export class RankRange implements EntryRange {
  readonly #start: number
  readonly #stop: number

  constructor(start: number, stop: number) {
    this.#start = start
    this.#stop = stop
  }

  positionsIn(zset: ZsetValue, { isReverse }: Way): Positions {
    const { size } = zset.body
    const first = Math.max(0, this.#start < 0 ? this.#start + size : this.#start)
    const end = Math.min(size, (this.#stop < 0 ? this.#stop + size : this.#stop) + 1)
    if (first >= end) return nowhere
    return isReverse ? { from: size - end, to: size - first } : { from: first, to: end }
  }
}

class ScoreEdge implements Edge {
  readonly #score: number
  /** Entries of this score stand before it. */
  readonly #isBehind: boolean

  constructor(score: number, isBehind: boolean) {
    this.#score = score
    this.#isBehind = isBehind
  }

  reaches(score: number): boolean {
    return this.#isBehind ? score > this.#score : score >= this.#score
  }
}

class ScoreRange implements EntryRange {
  readonly #min: Edge
  readonly #max: Edge

  constructor(min: ScoreBound, max: ScoreBound) {
    this.#min = new ScoreEdge(min.score, min.isOpen)
    this.#max = new ScoreEdge(max.score, !max.isOpen)
  }

  positionsIn(zset: ZsetValue, way: Way): Positions {
    return skip({ from: zset.positionOf(this.#min), to: zset.positionOf(this.#max) }, way)
  }
}

/** Scores from `from` up to, but without, `to`. */
export function scoresBetween(from: number, to: number): EntryRange {
  return new ScoreRange({ score: from, isOpen: false }, { score: to, isOpen: true })
}

interface ScoreBound {
  readonly score: number
  /** The score itself is not in the range. */
  readonly isOpen: boolean
}

/** Null where one of the texts is no bound. */
export function parseScoreRange(min: string, max: string): EntryRange | null {
  const low = parseScoreBound(min)
  const high = parseScoreBound(max)
  return low === null || high === null ? null : new ScoreRange(low, high)
}

/** As Redis reads it with C's strtod: what is no number is zero if it is empty, and a zero byte ends it. */
function parseScoreBound(text: string): ScoreBound | null {
  const isOpen = text[0] === '('
  const from = isOpen ? 1 : 0
  const { value, end } = parsePrefix(isOpen ? text.slice(1) : text)
  const stop = text.charCodeAt(from + end)
  if (from + end < text.length && stop !== 0) return null
  return Number.isNaN(value) ? null : { score: value, isOpen }
}

interface LexBound {
  /** Of -, of an item, of +. */
  readonly place: -1 | 0 | 1
  readonly item: string
  readonly isOpen: boolean
}

class LexEdge implements Edge {
  readonly #bound: LexBound
  readonly #isBehind: boolean

  constructor(bound: LexBound, isBehind: boolean) {
    this.#bound = bound
    this.#isBehind = isBehind
  }

  reaches(_score: number, member: string): boolean {
    const { place, item } = this.#bound
    if (place !== 0) return place < 0
    return this.#isBehind ? member > item : member >= item
  }
}

/** By bytes; of use where all scores are equal. */
class LexRange implements EntryRange {
  readonly #isEmpty: boolean
  readonly #min: Edge
  readonly #max: Edge

  constructor(min: LexBound, max: LexBound) {
    const isSame = min.place === max.place && min.item === max.item
    const isAbove =
      min.place > max.place || (min.place === 0 && max.place === 0 && min.item > max.item)
    this.#isEmpty = isAbove || (isSame && (min.isOpen || max.isOpen))
    this.#min = new LexEdge(min, min.isOpen)
    this.#max = new LexEdge(max, !max.isOpen)
  }

  positionsIn(zset: ZsetValue, way: Way): Positions {
    if (this.#isEmpty || way.offset < 0) return nowhere
    if (zset.encoding === zsetEncodings.listpack) return this.#scan(zset, way)
    const { size } = zset.body
    const ends: string[] = []
    zset.read({ from: 0, count: 1, isReverse: false }, ends, null)
    zset.read({ from: size - 1, count: 1, isReverse: false }, ends, null)
    const isBeside =
      !this.#min.reaches(0, ends[1] as string) || this.#max.reaches(0, ends[0] as string)
    if (isBeside) return nowhere
    return skip({ from: zset.positionOf(this.#min), to: zset.positionOf(this.#max) }, way)
  }

  /** Of a small set Redis looks at one member after the other, which shows where scores differ. */
  #scan(zset: ZsetValue, { isReverse, offset }: Way): Positions {
    const members: string[] = []
    zset.read({ from: 0, count: zset.body.size, isReverse: false }, members, null)
    const isAbove = (at: number): boolean => this.#min.reaches(0, members[at] as string)
    const isBelow = (at: number): boolean => !this.#max.reaches(0, members[at] as string)
    if (!isAbove(members.length - 1) || !isBelow(0)) return nowhere
    if (isReverse) {
      let to = members.length
      while (to > 0 && !isBelow(to - 1)) to--
      if (to === 0 || !isAbove(to - 1)) return nowhere
      to = Math.max(0, to - offset)
      let from = to
      while (from > 0 && isAbove(from - 1)) from--
      return { from, to }
    }
    let from = 0
    while (from < members.length && !isAbove(from)) from++
    if (from === members.length || !isBelow(from)) return nowhere
    from = Math.min(members.length, from + offset)
    let to = from
    while (to < members.length && isBelow(to)) to++
    return { from, to }
  }
}

/** Null where one of the texts is no bound. */
export function parseLexRange(min: string, max: string): EntryRange | null {
  const low = parseLexBound(min)
  const high = parseLexBound(max)
  return low === null || high === null ? null : new LexRange(low, high)
}

function parseLexBound(text: string): LexBound | null {
  const isAlone = text.length === 1 || text.charCodeAt(1) === 0
  if (text[0] === '-') return isAlone ? { place: -1, item: '', isOpen: true } : null
  if (text[0] === '+') return isAlone ? { place: 1, item: '', isOpen: true } : null
  if (text[0] !== '(' && text[0] !== '[') return null
  return { place: 0, item: text.slice(1), isOpen: text[0] === '(' }
}
