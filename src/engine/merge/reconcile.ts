// Merging what two members hold of a key, where entries alone do not. What one has and the other, who had
// seen it, has not was removed. What is stable for either is stable for both, and whatever removed a part of
// that had seen all of it: it is there as a whole or not at all, perhaps folded by one of them only.

import type { Seen } from '../../api/engine.js'
import { hasBug } from '../../base/seeded-bug.js'
import { type Dot, ElementCell, KeyCell, type Kind, type Made, type Time } from './cell.js'
import { resolve } from './contents.js'
import { addTo } from './fold.js'
import { lastOfCell, restOfElement } from './survivors.js'

export interface Sides {
  readonly mine: Seen
  readonly theirs: Seen
  /** They lost some of what is stable for the other: what they lack of that was not removed by them. */
  readonly isMineLess: boolean
  readonly isTheirsLess: boolean
  /** What is stable for either. */
  readonly upTo: number
  /**
   * For whom more of it is stable, null for neither: what removed a part of it, and had not seen all, is known
   * there; what is known here alone has seen all of it.
   */
  readonly isMineAhead: boolean | null
}

interface Stamped {
  readonly stamp: number
}

/** Both cells are whole: every element with all that it holds. */
export function reconcile(mine: KeyCell, theirs: KeyCell, sides: Sides): KeyCell {
  const isYoung = ({ stamp }: Stamped): boolean => stamp > sides.upTo
  const isMineYoung = mine.bases.some(isYoung)
  const isYoungBase = isMineYoung || theirs.bases.some(isYoung)
  // With a young base nothing was folded by who has it. Without, both can fold.
  if (isYoungBase) return joinCells(mine, theirs, { ...sides, isMine: isMineYoung })
  const [ours, others] = [level(mine, sides.upTo), level(theirs, sides.upTo)]
  const made = joinCells(ours, others, { ...sides, isMine: null })
  return withoutLosers(made, [mine, theirs], sides.upTo)
}

/**
 * What is stable has no stamps any more that tell which kind came later: only that one is left of it, as where all of
 * it is forgotten.
 */
function withoutLosers(cell: KeyCell, before: readonly KeyCell[], upTo: number): KeyCell {
  const claims = [...cell.bases, ...cell.made].filter(({ stamp }) => stamp <= upTo)
  const kinds = [...new Set(claims.map(({ kind }) => kind))]
  if (kinds.length < 2) return cell
  const lastOf = (kind: Kind): number =>
    Math.max(...before.map((each) => rankOfStable(each, kind, upTo)))
  const winner = kinds.reduce((best, kind) => (lastOf(kind) > lastOf(best) ? kind : best))
  const isLeft = ({ stamp, kind }: Made): boolean => stamp > upTo || kind === winner
  cell.bases = cell.bases.filter(isLeft)
  cell.made = cell.made.filter(isLeft)
  if (winner !== 0) cell.deltas = cell.deltas.filter(({ stamp }) => stamp > upTo)
  cell.elements.forEach((entries, kind) => {
    if (kind === winner) return
    for (const [name, entry] of entries ?? []) {
      const rest = restOfElement(elementOf(entry), (stamp) => stamp <= upTo)
      if (rest === null) cell.dropEntry(kind, name)
      else cell.setEntry(kind, name, rest)
    }
  })
  cell.last = lastOfCell(cell)
  return cell
}

/** Since when, at most, what is stable of a key is of a kind; -1 where nothing says so. */
function rankOfStable({ bases, made }: KeyCell, of: Kind, upTo: number): number {
  let rank = -1
  for (const { stamp, kind } of [...bases, ...made]) {
    if (kind === of && stamp <= upTo && stamp > rank) rank = stamp
  }
  return rank
}

/** Whose stable parts are told as they were: null for whoever has not folded them. */
interface Telling extends Sides {
  readonly isMine: boolean | null
}

function joinCells(mine: KeyCell, theirs: KeyCell, how: Telling): KeyCell {
  const made = new KeyCell()
  made.rest = Math.max(mine.rest, theirs.rest)
  const old = oldOf([mine.bases, mine.deltas], [theirs.bases, theirs.deltas], how)
  const ofText = { ...how, isMine: how.isMine ?? how.isMineAhead, old }
  made.bases = join(mine.bases, theirs.bases, { ...ofText, prefer: (a, b) => a.text > b.text })
  made.deltas = join(mine.deltas, theirs.deltas, { ...ofText, prefer: null })
  made.times = joinTimes(mine.times, theirs.times, how)
  const prefer = (a: Made, b: Made): boolean => a.kind > b.kind
  made.made = join(mine.made, theirs.made, {
    ...how,
    old: oldOf([mine.made], [theirs.made], how),
    prefer,
  })
  for (let kind = 0; kind < mine.elements.length; kind++) {
    const ours = mine.elements[kind]
    const others = theirs.elements[kind]
    for (const name of new Set([...(ours?.keys() ?? []), ...(others?.keys() ?? [])])) {
      const element = joinElement(elementOf(ours?.get(name)), elementOf(others?.get(name)), how)
      if (element !== null) made.setEntry(kind, name, element)
    }
  }
  made.last = lastOfCell(made)
  return made
}

function joinElement(mine: ElementCell, theirs: ElementCell, how: Telling): ElementCell | null {
  const made = new ElementCell()
  const old = oldOf([mine.dots, mine.deltas], [theirs.dots, theirs.deltas], how)
  const prefer = (a: Dot, b: Dot): boolean => JSON.stringify(a.payload) > JSON.stringify(b.payload)
  const isMine = how.isMine ?? unfoldedOf(mine, theirs, how.upTo) ?? how.isMineAhead
  made.dots = join(mine.dots, theirs.dots, { ...how, isMine, old, prefer })
  made.deltas = join(mine.deltas, theirs.deltas, { ...how, isMine, old, prefer: null })
  made.times = joinTimes(mine.times, theirs.times, how)
  const isThere = made.dots.length + made.deltas.length > 0
  return isThere || made.times.some(({ stamp }) => stamp > how.upTo) ? made : null
}

/** Whether only mine is not folded; null where that is so of both or of none. */
function unfoldedOf(mine: ElementCell, theirs: ElementCell, upTo: number): boolean | null {
  const isMine = isUnfolded(mine, upTo)
  return isMine === isUnfolded(theirs, upTo) ? null : isMine
}

function isUnfolded({ dots, deltas }: ElementCell, upTo: number): boolean {
  const isOld = ({ stamp }: Stamped): boolean => stamp > 0 && stamp <= upTo
  return dots.some(isOld) || deltas.some(isOld)
}

function joinTimes(mine: readonly Time[], theirs: readonly Time[], how: Telling): Time[] {
  const { upTo } = how
  const [ours, others] = [levelTimes(mine, upTo), levelTimes(theirs, upTo)]
  const old = oldOf([ours], [others], how)
  return join(ours, others, { ...how, isMine: null, old, prefer: (a, b) => a.until > b.until })
}

const nothing = new ElementCell()

function elementOf(entry: unknown): ElementCell {
  return entry instanceof ElementCell ? entry : nothing
}

/** What is stable of parts that are folded together: it comes from one side, all of it. */
interface Old {
  /** It was removed by neither. */
  readonly isKept: boolean
  readonly isMine: boolean
  readonly isTheirs: boolean
}

function oldOf(
  mine: readonly (readonly Stamped[])[],
  theirs: readonly (readonly Stamped[])[],
  { upTo, isMineLess, isTheirsLess, ...seen }: Sides,
): Old {
  const isOld = ({ stamp }: Stamped): boolean => stamp <= upTo
  const isMine = mine.some((list) => list.some(isOld))
  const isTheirs = theirs.some((list) => list.some(isOld))
  if (isMine === isTheirs) return { isKept: isMine, isMine, isTheirs }
  const [has, lacking] = isMine ? [mine, seen.theirs] : [theirs, seen.mine]
  // Who may never have had it did not remove it, unless it is known that he had.
  const isKnown = ({ stamp }: Stamped): boolean =>
    stamp > 0 && stamp <= upTo && lacking.covers(stamp)
  const isLess = isMine ? isTheirsLess : isMineLess
  const isKept = isLess && !has.some((list) => list.some(isKnown))
  return { isKept, isMine, isTheirs }
}

/** `prefer`: of two that are stable and folded, whether the first counts; they differ only where something went wrong. */
function join<T extends Stamped>(
  mine: readonly T[],
  theirs: readonly T[],
  how: Telling & { readonly old: Old; readonly prefer: ((a: T, b: T) => boolean) | null },
): T[] {
  const { upTo, old, prefer } = how
  const found: T[] = []
  if (old.isKept) {
    const ours = mine.filter(({ stamp }) => stamp <= upTo)
    const others = theirs.filter(({ stamp }) => stamp <= upTo)
    const [a, b] = [ours[0], others[0]]
    const isBothFolded = a?.stamp === 0 && b?.stamp === 0
    const isTold = how.isMine === null && isBothFolded && prefer !== null
    const isTheirs = isTold ? prefer(b, a) : how.isMine === false
    // Who lost entries may lack some of what is folded there.
    const isLess = how.isMineLess && !how.isTheirsLess && old.isTheirs
    const isMore = how.isTheirsLess && !how.isMineLess && old.isMine
    const isOthers = isLess || !old.isMine || (isTheirs && !isMore)
    const [chosen, other] = isOthers ? [others, ours] : [ours, others]
    found.push(...withoutRemoved(chosen, other, isOthers ? how.mine : how.theirs))
  }
  const stamps = new Set(theirs.map(({ stamp }) => stamp))
  const kept = new Set<number>()
  for (const item of mine) {
    if (item.stamp <= upTo) continue
    kept.add(item.stamp)
    if (stamps.has(item.stamp) || !how.theirs.covers(item.stamp)) found.push(item)
  }
  for (const item of theirs) {
    if (item.stamp <= upTo || kept.has(item.stamp)) continue
    if (!how.mine.covers(item.stamp)) found.push(item)
  }
  return found.sort((a, b) => a.stamp - b.stamp)
}

/**
 * Of what is stable on one side what the other one, who had seen it, has not removed. What that one has not got of
 * what comes behind the first that it has by its own stamp is not folded there, but gone.
 */
function withoutRemoved<T extends Stamped>(
  some: readonly T[],
  other: readonly T[],
  seen: Seen,
): readonly T[] {
  const first = other.find(({ stamp }) => stamp > 0)
  if (first === undefined || hasBug('merge-fold-of-behind')) return some
  const stamps = new Set(other.map(({ stamp }) => stamp))
  return some.filter(({ stamp }) => stamp < first.stamp || stamps.has(stamp) || !seen.covers(stamp))
}

/** Folds what is stable, as if it had been forgotten here. No base is young. */
function level(cell: KeyCell, upTo: number): KeyCell {
  const made = new KeyCell()
  made.rest = cell.rest
  const base = cell.base
  const isText = base === undefined || base.kind === 0
  const folded = isText ? cell.deltas.filter(({ stamp }) => stamp <= upTo) : []
  if (base !== undefined || folded.length > 0) {
    const text = isText ? addTo(base?.text ?? '0', folded, null) : ''
    made.bases = [{ stamp: 0, kind: base?.kind ?? 0, text }]
  }
  made.deltas = cell.deltas.slice(folded.length)
  made.times = cell.times
  made.made = levelMade(cell.made, upTo)
  cell.elements.forEach((entries, kind) => {
    for (const [name, entry] of entries ?? []) {
      const of = { kind, name, base: base?.stamp ?? 0, upTo }
      const element = levelElement(elementOf(entry), of)
      if (element !== null) made.setEntry(kind, name, element)
    }
  })
  return made
}

function levelTimes(times: readonly Time[], upTo: number): Time[] {
  const young = times.filter(({ stamp }) => stamp > upTo)
  const old = times.filter(({ stamp }) => stamp <= upTo)
  const strong = old.filter(({ isWeak }) => !isWeak)
  const last = strong[strong.length - 1] ?? old[old.length - 1]
  if (last === undefined) return young
  return [{ stamp: 0, until: last.until, isWeak: last.isWeak }, ...young]
}

function levelMade(made: readonly Made[], upTo: number): Made[] {
  const young = made.filter(({ stamp }) => stamp > upTo)
  const old = made[made.length - young.length - 1]
  return old === undefined ? young : [{ stamp: 0, kind: old.kind }, ...young]
}

function levelElement(
  entry: ElementCell,
  of: { readonly kind: Kind; readonly name: string; readonly base: number; readonly upTo: number },
): ElementCell | null {
  const { kind, name, base, upTo } = of
  const made = new ElementCell()
  made.times = entry.times
  made.deltas = entry.deltas
  // Their base is folded: those of one that lost are gone, the others stand for themselves.
  made.dots = entry.dots.filter(({ isWhole, stamp }) => !isWhole || stamp === base)
  made.dots = made.dots.map((dot) => (dot.isWhole ? { ...dot, isWhole: false } : dot))
  if (made.dots.some(({ stamp }) => stamp > upTo)) return made
  const part = new ElementCell()
  part.dots = made.dots
  part.deltas = entry.deltas.filter(({ stamp }) => stamp <= upTo)
  const payload = resolve(kind, name, { cell: part, base: 0, count: null })
  made.deltas = entry.deltas.slice(part.deltas.length)
  made.dots = payload === undefined ? [] : [{ stamp: 0, isWhole: false, payload }]
  return made.dots.length + made.deltas.length + made.times.length === 0 ? null : made
}
