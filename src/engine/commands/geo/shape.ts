// The circle or box of a search, and the cells of the geohash grid that cover it: the one in the middle
// and those of its eight neighbours that reach into it.

import { cosine } from '../../../base/trigonometry.js'
import { type Area, areaOf, type Cell, cellAt, type Point, stepMax } from '../../values/geohash.js'
import { distanceBetween, earthRadius, toDegrees, toRadians } from './earth.js'

/** Of a circle width and height are its radius. Lengths are in `unit`, which is meters. */
export interface Shape {
  readonly kind: 'circle' | 'box'
  readonly width: number
  readonly height: number
  readonly unit: number
}

/** Meters from the middle, null for a point outside. */
export function distanceWithin(shape: Shape, middle: Point, point: Point): number | null {
  const { kind, width, height, unit } = shape
  if (kind === 'circle') {
    const distance = distanceBetween(middle, point)
    return distance > width * unit ? null : distance
  }
  const { longitude, latitude } = middle
  const aside = distanceBetween(point, { longitude, latitude: point.latitude })
  if (aside > (width * unit) / 2) return null
  const along = distanceBetween(point, { longitude: point.longitude, latitude })
  if (along > (height * unit) / 2) return null
  return distanceBetween(middle, point)
}

/** Half of the Earth's circumference on Mercator's map, meters. */
const mercatorMax = 20037726.37

/** Cells in the order in which Redis visits them. */
export function cellsOf(shape: Shape, middle: Point): readonly Cell[] {
  const bounds = boundsOf(shape, middle)
  let step = stepFor(radiusOf(shape), middle.latitude)
  let cell = cellAt(middle, step)
  if (step > 1 && !isCovered(cell, bounds)) {
    step--
    cell = cellAt(middle, step)
  }
  const area = areaOf(cell)
  const isWide = step < 2
  const goes = {
    north: isWide || !(area.north > bounds.north),
    south: isWide || !(area.south < bounds.south),
    east: isWide || !(area.east > bounds.east),
    west: isWide || !(area.west < bounds.west),
  }
  const cells = [cell]
  for (const [rows, columns] of around) {
    const isWanted =
      (rows <= 0 || goes.north) &&
      (rows >= 0 || goes.south) &&
      (columns <= 0 || goes.east) &&
      (columns >= 0 || goes.west)
    if (!isWanted) continue
    const next = neighbour(cell, rows, columns)
    // In a coarse grid the neighbours of both sides may be one.
    if (cells.length > 1 && isSame(next, cells.at(-1) as Cell)) continue
    cells.push(next)
  }
  return cells
}

/** Rows and columns to the neighbours. */
const around = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [1, -1],
  [-1, 1],
  [-1, -1],
] as const

/** Beyond the edge of the grid is its other side. */
function neighbour({ row, column, step }: Cell, rows: number, columns: number): Cell {
  const mask = (1 << step) - 1
  return {
    row: rows === 0 ? row : (row + rows) & mask,
    column: columns === 0 ? column : (column + columns) & mask,
    step,
  }
}

function isSame(a: Cell, b: Cell): boolean {
  return a.row === b.row && a.column === b.column
}

/** Meters from the middle to the farthest point. */
function radiusOf({ kind, width, height, unit }: Shape): number {
  if (kind === 'circle') return width * unit
  return Math.sqrt((width / 2) * (width / 2) + (height / 2) * (height / 2)) * unit
}

function boundsOf({ kind, width, height, unit }: Shape, { longitude, latitude }: Point): Area {
  const part = kind === 'circle' ? 1 : 2
  const high = toDegrees((unit * (height / part)) / earthRadius)
  const turn = (unit * (width / part)) / earthRadius
  // The side that is nearer to a pole is the wider one, in degrees.
  const side = latitude < 0 ? latitude - high : latitude + high
  const wide = toDegrees(turn / cosine(toRadians(side)))
  return {
    west: longitude - wide,
    south: latitude - high,
    east: longitude + wide,
    north: latitude + high,
  }
}

/** How fine a grid is whose nine cells cover a circle; coarser near the poles. */
function stepFor(radius: number, latitude: number): number {
  if (radius === 0) return stepMax
  let step = 1
  for (let reach = radius; reach < mercatorMax; reach *= 2) step++
  step -= 2
  if (Math.abs(latitude) > 66) step--
  if (Math.abs(latitude) > 80) step--
  return Math.max(1, Math.min(stepMax, step))
}

/** Whether the cells on the four sides reach as far as the shape. At the edges of the map they are on the other side of it. */
function isCovered(cell: Cell, bounds: Area): boolean {
  return (
    areaOf(neighbour(cell, 1, 0)).north >= bounds.north &&
    areaOf(neighbour(cell, -1, 0)).south <= bounds.south &&
    areaOf(neighbour(cell, 0, 1)).east >= bounds.east &&
    areaOf(neighbour(cell, 0, -1)).west <= bounds.west
  )
}
