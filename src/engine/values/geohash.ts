// Geohashes of 52 bits, the scores of geo commands: 26 bits of latitude and 26 of longitude, in turns.
// A cell is a square of that grid, or of a coarser one. Only additions, multiplications and divisions, so that every
// replica comes to the same score.

/** A cell of a grid with two to the power of `step` rows and columns. */
export interface Cell {
  readonly row: number
  readonly column: number
  readonly step: number
}

export interface Point {
  readonly longitude: number
  readonly latitude: number
}

/** West, south, east and north end. */
export interface Area {
  readonly west: number
  readonly south: number
  readonly east: number
  readonly north: number
}

export const stepMax = 26
export const longitudeMax = 180
export const latitudeMax = 85.05112878

/** The cell that holds a point; `top` is where latitudes end. */
export function cellAt({ longitude, latitude }: Point, step: number, top = latitudeMax): Cell {
  const size = sizeOf(step)
  const row = Math.floor(((latitude + top) / (top + top)) * size)
  const column = Math.floor(((longitude + longitudeMax) / (longitudeMax * 2)) * size)
  return { row, column, step }
}

export function areaOf({ row, column, step }: Cell): Area {
  const size = sizeOf(step)
  const height = latitudeMax * 2
  const width = longitudeMax * 2
  return {
    west: -longitudeMax + (column / size) * width,
    south: -latitudeMax + (row / size) * height,
    east: -longitudeMax + ((column + 1) / size) * width,
    north: -latitudeMax + ((row + 1) / size) * height,
  }
}

/** Scores of a cell's points: from `from` up to, but without, `to`. */
export function scoresOf({ row, column, step }: Cell): {
  readonly from: number
  readonly to: number
} {
  const size = sizeOf(stepMax - step)
  const bits = interleave(row, column)
  return { from: bits * size * size, to: (bits + 1) * size * size }
}

/** 52 bits of a cell of the finest grid. */
export function scoreOf({ row, column }: Cell): number {
  return interleave(row, column)
}

/** The middle of the cell that a score names. Scores that no geo command made name some place, too. */
export function pointOf(score: number): Point {
  const isOwn = score >= 0 && score < 4503599627370496
  const cell = isOwn ? cellOf(Math.floor(score)) : cellOfAny(score)
  const { west, south, east, north } = areaOf(cell)
  return {
    longitude: Math.max(-longitudeMax, Math.min(longitudeMax, (west + east) / 2)),
    latitude: Math.max(-latitudeMax, Math.min(latitudeMax, (south + north) / 2)),
  }
}

const half = 67108864

function cellOf(bits: number): Cell {
  const high = Math.floor(bits / half)
  const low = bits - high * half
  return {
    row: gather(high) * 8192 + gather(low),
    column: gather(high >>> 1) * 8192 + gather(low >>> 1),
    step: stepMax,
  }
}

const int64End = Number(1n << 63n)

/** As a processor of 64 bits makes an integer of any double. */
function cellOfAny(score: number): Cell {
  const isWithin = score >= -int64End && score < int64End * 2
  const beyond = score > 0 ? 0n : 1n << 63n
  const bits = isWithin ? BigInt.asUintN(64, BigInt(Math.trunc(score))) : beyond
  let row = 0
  let column = 0
  for (let i = 31n; i >= 0n; i--) {
    row = row * 2 + Number((bits >> (i * 2n)) & 1n)
    column = column * 2 + Number((bits >> (i * 2n + 1n)) & 1n)
  }
  return { row, column, step: stepMax }
}

function interleave(row: number, column: number): number {
  const high = spread(row >>> 13) | (spread(column >>> 13) << 1)
  const low = spread(row & 8191) | (spread(column & 8191) << 1)
  return high * half + low
}

/** 13 bits to every second one of 26. */
function spread(value: number): number {
  let bits = value
  bits = (bits | (bits << 8)) & 0x00ff00ff
  bits = (bits | (bits << 4)) & 0x0f0f0f0f
  bits = (bits | (bits << 2)) & 0x33333333
  return (bits | (bits << 1)) & 0x55555555
}

/** Every second of 26 bits. */
function gather(value: number): number {
  let bits = value & 0x55555555
  bits = (bits | (bits >>> 1)) & 0x33333333
  bits = (bits | (bits >>> 2)) & 0x0f0f0f0f
  bits = (bits | (bits >>> 4)) & 0x00ff00ff
  return (bits | (bits >>> 8)) & 0x0000ffff
}

/** Rows of a grid. */
function sizeOf(step: number): number {
  return 1 << step
}
