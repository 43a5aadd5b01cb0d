// What became of the entries among which those of one request are.

import type { MemberId } from '../../../src/api/ids.js'
import type { Span } from './elements.js'
import type { Held } from './held.js'
import type { MergingOracle } from './oracle.js'

/** Their numbers. */
function numbersIn(oracle: MergingOracle, span: Span): readonly number[] {
  return (span.anyOf ?? [span]).flatMap(({ member, from, to }) =>
    oracle.seat((member + 1) as MemberId).made.slice(from, to),
  )
}

/** Whether all of them are with `held`. */
export function keeps(oracle: MergingOracle, held: Held, span: Span): boolean {
  return numbersIn(oracle, span).every((number) => held.has(number) && !oracle.closed.has(number))
}

/** Somebody may have been shown what no member holds, or nobody can say: what was closed counts as held, and is not. */
export function hasLost({ present, entries, isForgotten, closed }: MergingOracle): boolean {
  return isForgotten || closed.count > 0 || present[0]?.held.count !== entries.all.length
}

/**
 * Whether those of a later request at a key had seen those of an earlier one. Where the spans overlap nobody knows which
 * are whose: then they count as if they had.
 */
export function sees(oracle: MergingOracle, key: string, later: Span, earlier: Span): boolean {
  // Which member made them is not known.
  if (later.anyOf !== undefined || earlier.anyOf !== undefined) return false
  if (later.member === earlier.member && earlier.to > later.from) return true
  const of = (span: Span) =>
    numbersIn(oracle, span)
      .map((number) => oracle.entries.at(number))
      .filter(({ keys }) => keys.includes(key))
  const before = of(earlier)
  return of(later).every(({ causes }) => before.every(({ number }) => causes.has(number)))
}
