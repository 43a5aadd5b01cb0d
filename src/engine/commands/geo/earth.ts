// Distances on the Earth as Redis computes them: a sphere, the haversine formula, meters.

import { arcsine, cosine, sine } from '../../../base/trigonometry.js'
import type { Point } from '../../values/geohash.js'

export const earthRadius = 6372797.560856
const degree = Math.PI / 180

export function toRadians(degrees: number): number {
  return degrees * degree
}

export function toDegrees(radians: number): number {
  return radians / degree
}

export function distanceBetween(a: Point, b: Point): number {
  const south = toRadians(a.latitude)
  const north = toRadians(b.latitude)
  const u = sine((north - south) / 2)
  const v = sine((toRadians(b.longitude) - toRadians(a.longitude)) / 2)
  const chord = u * u + cosine(south) * cosine(north) * v * v
  return 2 * earthRadius * arcsine(Math.sqrt(chord))
}

/** Meters in a unit, by its name in lower case. */
export const units: ReadonlyMap<string, number> = new Map([
  ['m', 1],
  ['km', 1000],
  ['ft', 0.3048],
  ['mi', 1609.34],
])
