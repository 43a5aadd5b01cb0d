// GEOSEARCH, GEORADIUS and their kin: the entries of the cells that cover the shape, those within it in
// the wanted order, then a reply or a sorted set of its own. All of it in steps where there is much.

import { later } from '../../../api/engine.js'
import { limits } from '../../../api/limits.js'
import { emptyArray, type Reply } from '../../../api/reply.js'
import type { Context, Machine } from '../../context.js'
import { type Point, pointOf, scoresOf } from '../../values/geohash.js'
import { int64Min } from '../../values/integer.js'
import { zsetEncodings, ZsetValue } from '../../values/zset.js'
import { sortFirst } from '../partial-sort.js'
import { SteppedSort } from '../stepped-sort.js'
import { forward, type Positions, scoresBetween } from '../zsets/edges.js'
import { asZset, compact, runMachine, storeZset } from '../zsets/zset.js'
import { distanceReply, pointReply } from './coordinates.js'
import { parseSearch, type Search, type SearchForm } from './search-options.js'
import { cellsOf, distanceWithin, type Shape } from './shape.js'

export function searchCommand(
  context: Context,
  args: readonly string[],
  form: SearchForm,
): Reply | typeof later {
  const zset = asZset(context.lookup(args[form.at] as string))
  if (zset?.type === 'error') return zset
  const search = parseSearch(args, form, zset)
  if ('type' in search) return search
  const event = form.target === null ? 'georadiusstore' : 'geosearchstore'
  if (zset === null || search.shape === null || search.middle === null) {
    if (search.target === null) return emptyArray
    return storeZset(context, search.target, { zset: new ZsetValue(), event })
  }
  const { shape, middle } = search
  const machine = new SearchMachine(context, zset, { ...search, shape, middle, event })
  return runMachine(context, machine, machine.elements)
}

const int64End = Number(1n << 63n)

interface Found {
  readonly member: string
  readonly score: number
  readonly point: Point
  /** Meters. */
  readonly distance: number
}

interface Wanted extends Search {
  readonly shape: Shape
  readonly middle: Point
  readonly event: string
}

class SearchMachine implements Machine {
  /** Entries to look at. */
  readonly elements: number
  readonly #context: Context
  readonly #zset: ZsetValue
  readonly #search: Wanted
  readonly #ranges: readonly Positions[]
  /** Range that is looked at, and how far. */
  #range = 0
  #at = 0
  #found: Found[] = []
  #sort: SteppedSort<Found> | null = null
  /** Items that the sort has. */
  #sorting = 0
  #isSorted = false
  #done = 0
  readonly #items: Reply[] = []
  readonly #made = new ZsetValue()
  #memberBytesMax = 0

  constructor(context: Context, zset: ZsetValue, search: Wanted) {
    this.#context = context
    this.#zset = zset
    this.#search = search
    this.#ranges = cellsOf(search.shape, search.middle).map((cell) => {
      const { from, to } = scoresOf(cell)
      return scoresBetween(from, to).positionsIn(zset, forward)
    })
    this.elements = this.#ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from), 0)
    this.#made.encoding = zsetEncodings.skiplist
  }

  step(budget: number): Reply | typeof later {
    let left = budget
    while (this.#range < this.#ranges.length && !this.#hasAll()) {
      if (left <= 0) return later
      left -= this.#look(left)
    }
    if (!this.#isSorted) {
      if (left <= 0) return later
      left -= this.#order(left)
      if (!this.#isSorted) return later
    }
    const { count, target } = this.#search
    const total = count === 0 ? this.#found.length : Math.min(count, this.#found.length)
    for (; this.#done < total; left--) {
      if (left <= 0) return later
      this.#take(this.#found[this.#done++] as Found)
    }
    return target === null ? this.#items : this.#store(target)
  }

  /** ANY: so many are enough. */
  #hasAll(): boolean {
    const { isAny, count } = this.#search
    return isAny && this.#found.length >= count
  }

  /** Looks at some entries of a range; how many. */
  #look(budget: number): number {
    const { from, to } = this.#ranges[this.#range] as Positions
    const first = from + this.#at
    const count = Math.min(budget, to - first, limits.stepElements)
    if (count <= 0) {
      this.#range++
      this.#at = 0
      return 1
    }
    const members: string[] = []
    const scores: number[] = []
    this.#zset.read({ from: first, count, isReverse: false }, members, scores)
    this.#at += count
    const { shape, middle } = this.#search
    for (let i = 0; i < count && !this.#hasAll(); i++) {
      const score = scores[i] as number
      const point = pointOf(score)
      const distance = distanceWithin(shape, middle, point)
      if (distance === null) continue
      this.#found.push({ member: members[i] as string, score, point, distance })
    }
    return count
  }

  /** Goes on with the sort; how many items it took. */
  #order(budget: number): number {
    const { order, count } = this.#search
    const found = this.#found
    if (order === null) {
      this.#isSorted = true
      return 0
    }
    const compare = order === 'ASC' ? nearFirst : farFirst
    if (found.length <= limits.stepElements) {
      if (count > 0 && count < found.length) sortFirst(found, count, compare)
      else found.sort(compare)
      this.#isSorted = true
      return 1
    }
    this.#sort ??= new SteppedSort<Found>(compare)
    const end = Math.min(found.length, this.#sorting + budget)
    const added = end - this.#sorting
    while (this.#sorting < end) this.#sort.add(found[this.#sorting++] as Found)
    if (added > 0) return added
    const sorted = this.#sort.step(budget)
    if (sorted === null) return budget
    this.#found = sorted
    this.#isSorted = true
    return budget
  }

  #take({ member, score, point, distance }: Found): void {
    const { shape, target, storesDistance, hasDistance, hasHash, hasPoint } = this.#search
    const away = distance / shape.unit
    if (target !== null) {
      const given = storesDistance ? away : score
      if (member.length > this.#memberBytesMax) this.#memberBytesMax = member.length
      this.#context.effects.zsets.set('', this.#made, { member, score: given })
      return
    }
    if (!hasDistance && !hasHash && !hasPoint) {
      this.#items.push(member)
      return
    }
    const item: Reply[] = [member]
    if (hasDistance) item.push(distanceReply(away))
    if (hasHash) item.push(hashReply(score))
    if (hasPoint) item.push(pointReply(point))
    this.#items.push(item)
  }

  #store(target: string): Reply {
    compact(this.#context, this.#made, this.#memberBytesMax)
    return storeZset(this.#context, target, { zset: this.#made, event: this.#search.event })
  }
}

/** An integer of 64 bits whatever the score is; the least one stands for what is none. */
function hashReply(score: number): Reply {
  const whole = Math.trunc(score)
  if (Number.isSafeInteger(whole)) return whole
  return Math.abs(whole) < int64End ? BigInt(whole) : int64Min
}

function nearFirst(a: Found, b: Found): number {
  return a.distance - b.distance
}

function farFirst(a: Found, b: Found): number {
  return b.distance - a.distance
}
