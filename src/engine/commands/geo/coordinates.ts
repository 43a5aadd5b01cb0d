// What the geo commands read and print: coordinates, lengths with their unit, positions, distances.

import {
  error,
  needHeight,
  needRadius,
  needWidth,
  negativeBox,
  negativeRadius,
  notFloat,
  unknownUnit,
} from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import { parseDouble } from '../../../base/parse-double.js'
import { latitudeMax, longitudeMax, type Point, pointOf } from '../../values/geohash.js'
import type { ZsetValue } from '../../values/zset.js'
import { units } from './earth.js'
import type { Shape } from './shape.js'

export function parsePoint(args: readonly string[], at: number): Point | ErrorReply {
  const longitude = parseDouble(args[at] as string)
  if (longitude === null) return notFloat
  const latitude = parseDouble(args[at + 1] as string)
  if (latitude === null) return notFloat
  const isOnEarth = Math.abs(longitude) <= longitudeMax && Math.abs(latitude) <= latitudeMax
  if (isOnEarth) return { longitude, latitude }
  return error(`ERR invalid longitude,latitude pair ${sixPlaces(longitude)},${sixPlaces(latitude)}`)
}

/** As C's %f. */
function sixPlaces(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Math.abs(value) >= 1e21) return `${BigInt(value)}.000000`
  return Object.is(value, -0) ? '-0.000000' : value.toFixed(6)
}

/** Meters in the unit named; null for none. */
export function parseUnit(text: string): number | null {
  return units.get(text.toLowerCase()) ?? null
}

/** A radius and its unit. */
export function parseCircle(args: readonly string[], at: number): Shape | ErrorReply {
  const radius = parseDouble(args[at] as string)
  if (radius === null) return needRadius
  if (radius < 0) return negativeRadius
  const unit = parseUnit(args[at + 1] as string)
  return unit === null ? unknownUnit : { kind: 'circle', width: radius, height: radius, unit }
}

/** A width, a height and their unit. */
export function parseBox(args: readonly string[], at: number): Shape | ErrorReply {
  const width = parseDouble(args[at] as string)
  if (width === null) return needWidth
  const height = parseDouble(args[at + 1] as string)
  if (height === null) return needHeight
  if (height < 0 || width < 0) return negativeBox
  const unit = parseUnit(args[at + 2] as string)
  return unit === null ? unknownUnit : { kind: 'box', width, height, unit }
}

/** Where a member is, undefined where it is not there. */
export function pointIn(zset: ZsetValue, member: string): Point | undefined {
  const score = zset.scores.get(member)
  return score === undefined ? undefined : pointOf(score)
}

/** Longitude and latitude with up to 17 places. */
export function pointReply({ longitude, latitude }: Point): Reply {
  return [decimal(longitude), decimal(latitude)]
}

function decimal(value: number): Reply {
  const digits = value.toFixed(17)
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 48) end--
  return { type: 'decimal', text: digits.slice(0, digits[end - 1] === '.' ? end - 1 : end) }
}

/** Four places, always as a string. */
export function distanceReply(distance: number): string {
  return distance.toFixed(4)
}
