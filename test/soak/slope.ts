// How steady a soak's figures are.

import type { Look } from './soak.js'

/** Something in bytes that grows by so much in an hour, as a share of what it is: a line through the last two thirds. */
export interface Slope {
  readonly share: number
  /** Its standard error: a collection more or less between two looks moves the line, too. */
  readonly error: number
}

export function slopeOf(
  looks: readonly Look[],
  bytesOf: (look: Look) => number | undefined,
): Slope {
  const warm = looks.slice(Math.floor(looks.length / 3))
  const xs = warm.map(({ atMinutes }) => atMinutes / 60)
  const ys = warm.map((look) => bytesOf(look) ?? Number.NaN)
  const [x, y] = [mean(xs), mean(ys)]
  const above = xs.reduce((sum, each, i) => sum + (each - x) * ((ys[i] ?? 0) - y), 0)
  const below = xs.reduce((sum, each) => sum + (each - x) ** 2, 0)
  const slope = above / below
  const off = xs.map((each, i) => (ys[i] ?? 0) - y - slope * (each - x))
  const spread = off.reduce((sum, each) => sum + each ** 2, 0) / (xs.length - 2)
  return { share: slope / y, error: Math.sqrt(spread / below) / y }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length
}
