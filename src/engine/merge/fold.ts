// What concurrent operations come to. Deltas are added in the order of their stamps, one at a time and each
// sum as it is stored: so a member that has folded the first ones into the base and one that has not come
// to the same, whatever rounding or a bound of 64 bits does.

import { addInt64, type Int64, int64Max, int64Min, narrow, parseInt64 } from '../values/integer.js'
import {
  addLongDouble,
  formatLongDouble,
  infinite,
  parseLongDouble,
} from '../values/long-double.js'
import type { Amount, Delta, Dot, ElementCell, Payload } from './cell.js'

/** What a stream has beside its entries: numbers and texts in a fixed order. */
export interface Fields {
  readonly fields: readonly (string | number)[]
}

/** Counts sums that left 64 bits. */
export interface Saturation {
  saturated: number
}

/** `text` with deltas added; those that find no number are left out. */
export function addTo(text: string, deltas: readonly Delta[], count: Saturation | null): string {
  let made = text
  for (const { amount } of deltas) made = addOne(made, amount, count)
  return made
}

function addOne(text: string, amount: Amount, count: Saturation | null): string {
  if (typeof amount !== 'string') {
    const before = parseInt64(text)
    if (before !== null) return addWhole(before, amount, count)
  }
  const before = parseLongDouble(text)
  const change = parseLongDouble(amount.toString())
  if (before === null || change === null || before === infinite || change === infinite) return text
  const sum = addLongDouble(before, change)
  return sum === infinite ? text : formatLongDouble(sum)
}

function addWhole(before: Int64, amount: Int64, count: Saturation | null): string {
  const sum = addInt64(before, amount)
  if (sum !== null) return sum.toString()
  if (count !== null) count.saturated++
  return (BigInt(before) + BigInt(amount) > 0n ? int64Max : int64Min).toString()
}

/** A sum of two deltas of one entry where it is one. */
export function joinAmounts(a: Amount, b: Amount): Amount | null {
  return typeof a === 'string' || typeof b === 'string' ? null : narrow(BigInt(a) + BigInt(b))
}

/** The writes of an element that count: those of a base only where that one counts. */
function visibleDots(cell: ElementCell, base: number): readonly Dot[] {
  const { dots } = cell
  for (const { isWhole, stamp } of dots) {
    if (isWhole && stamp !== base) {
      return dots.filter((dot) => !dot.isWhole || dot.stamp === base)
    }
  }
  return dots
}

/** What a field of a hash holds; undefined where it is not there. */
export function fieldOf(
  cell: ElementCell,
  base: number,
  count: Saturation | null,
): Payload | undefined {
  const dots = visibleDots(cell, base)
  const text = dots[dots.length - 1]?.payload
  if (cell.deltas.length === 0) return text
  return addTo(typeof text === 'string' ? text : '0', cell.deltas, count)
}

/** The score of a member. */
export function scoreOf(cell: ElementCell, base: number): Payload | undefined {
  const dots = visibleDots(cell, base)
  const given = dots[dots.length - 1]?.payload
  if (cell.deltas.length === 0) return given
  let score = typeof given === 'number' ? given : 0
  for (const delta of cell.deltas) score = addToScore(score, delta)
  return score
}

/** A field's text or a score with one more amount. */
export function addToPayload(payload: Payload, delta: Delta, count: Saturation | null): Payload {
  if (typeof payload === 'string') return addTo(payload, [delta], count)
  if (typeof payload !== 'number') return payload
  return addToScore(payload, delta)
}

function addToScore(score: number, { amount }: Delta): number {
  const sum = score + Number(amount)
  return Number.isNaN(sum) ? score : sum
}

/** What the last write says. */
export function lastOf(cell: ElementCell, base: number): Payload | undefined {
  const dots = visibleDots(cell, base)
  return dots[dots.length - 1]?.payload
}

/** What all writes say at most, field by field. */
export function mostOf(cell: ElementCell, base: number): Payload | undefined {
  const dots = visibleDots(cell, base)
  let most: (string | number)[] | undefined
  for (const { payload } of dots) {
    const { fields } = payload as Fields
    if (most === undefined) most = [...fields]
    else {
      for (let i = 0; i < fields.length; i++) {
        const field = fields[i] as string | number
        if (field > (most[i] as string | number)) most[i] = field
      }
    }
  }
  return most === undefined ? undefined : { fields: most }
}
