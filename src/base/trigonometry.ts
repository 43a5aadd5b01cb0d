// Sine, cosine and arc sine in plain arithmetic. Runtimes compute `Math.sin` and its kin differently,
// and replicas store distances (GEOSEARCHSTORE STOREDIST), so they must agree to the last bit: addition,
// multiplication, division and square root are exact to the bit everywhere. Results are rounded once
// from about 100 bits, so that they are also what a good C library answers.

/** A number as the sum of two doubles, the second one below the last bit of the first. */
interface Pair {
  readonly high: number
  readonly low: number
}

const halfPi: Pair = { high: 1.5707963267948966, low: 6.123233995736766e-17 }
/** Half of pi in parts of 33 bits: products with small integers are exact. */
const halfPiParts = [
  1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32,
] as const
/** Beyond it a turn has no exact number of steps; such angles come from radii larger than the Earth. */
const angleMax = 1e6

/** Sine of radians. */
export function sine(angle: number): number {
  const { high, low } = sinePair(angle)
  return high + low
}

/** Cosine of radians. */
export function cosine(angle: number): number {
  const { high, low } = cosinePair(angle)
  return high + low
}

/** Radians of a sine in [-1, 1]; NaN for others. */
export function arcsine(value: number): number {
  const size = Math.abs(value)
  if (!(size <= 1)) return Number.NaN
  const { high, low } = size <= 0.5 ? refine({ high: size, low: 0 }) : arcsineOfLarge(size)
  return value < 0 ? -(high + low) : high + low
}

function sinePair(angle: number): Pair {
  const { quarter, rest } = reduce(angle)
  const pair = (quarter & 1) === 0 ? sineNear(rest) : cosineNear(rest)
  return (quarter & 2) === 0 ? pair : { high: -pair.high, low: -pair.low }
}

function cosinePair(angle: number): Pair {
  const { quarter, rest } = reduce(angle)
  const pair = (quarter & 1) === 0 ? cosineNear(rest) : sineNear(rest)
  return ((quarter + 1) & 2) === 0 ? pair : { high: -pair.high, low: -pair.low }
}

/** Number of quarter turns, and what is left, within an eighth of a turn. */
function reduce(angle: number): { readonly quarter: number; readonly rest: Pair } {
  const small = Math.abs(angle) <= angleMax ? angle : angle % angleMax
  const quarter = Math.round(small / halfPi.high)
  if (quarter === 0) return { quarter, rest: { high: small, low: 0 } }
  let rest = sum(small, -quarter * halfPiParts[0])
  for (let i = 1; i < halfPiParts.length; i++) {
    rest = add(rest, { high: -quarter * (halfPiParts[i] as number), low: 0 })
  }
  return { quarter, rest }
}

/** Of Taylor's terms the first ones in pairs, the rest, which is small, in doubles. */
function sineNear(angle: Pair): Pair {
  const square = multiply(angle, angle)
  const z = square.high
  const tail =
    2.7557319223985893e-6 +
    z *
      (-2.505210838544172e-8 +
        z * (1.6059043836821613e-10 + z * (-7.647163731819816e-13 + z * 2.8114572543455206e-15)))
  let made = add(scale(square, tail), sineSeventh)
  made = add(multiply(square, made), sineFifth)
  made = add(multiply(square, made), sineThird)
  return add(angle, multiply(angle, multiply(square, made)))
}

const sineThird: Pair = { high: -0.16666666666666666, low: -9.25185853854297e-18 }
const sineFifth: Pair = { high: 0.008333333333333333, low: 1.1564823173178714e-19 }
const sineSeventh: Pair = { high: -0.0001984126984126984, low: -1.7209558293420705e-22 }

function cosineNear(angle: Pair): Pair {
  const square = multiply(angle, angle)
  const z = square.high
  const tail =
    2.48015873015873e-5 +
    z *
      (-2.755731922398589e-7 +
        z * (2.08767569878681e-9 + z * (-1.1470745597729725e-11 + z * 4.779477332387385e-14)))
  let made = add(scale(square, tail), cosineSixth)
  made = add(multiply(square, made), cosineFourth)
  made = add(multiply(square, made), { high: -0.5, low: 0 })
  return add({ high: 1, low: 0 }, multiply(square, made))
}

const cosineFourth: Pair = { high: 0.041666666666666664, low: 2.3129646346357427e-18 }
const cosineSixth: Pair = { high: -0.001388888888888889, low: 5.300543954373577e-20 }

/** Above one half: a quarter turn less twice the arc sine of the root of half of what is missing to 1. */
function arcsineOfLarge(value: number): Pair {
  const half = (1 - value) / 2
  const root = Math.sqrt(half)
  const { high, low } = product(root, root)
  const missing = root === 0 ? 0 : (half - high - low) / (2 * root)
  const angle = refine({ high: root, low: missing })
  return add(halfPi, { high: -2 * angle.high, low: -2 * angle.low })
}

/** Arc sine of at most one half: a first guess, a step of Newton in doubles and one in pairs. */
function refine(value: Pair): Pair {
  const y = value.high
  const z = y * y
  const series = 1 / 6 + z * (3 / 40 + z * (15 / 336 + z * (105 / 3456 + z * (945 / 42240))))
  const first = y + y * z * series
  const rough = sineNear({ high: first, low: 0 }).high
  const slope = Math.sqrt(1 - z)
  const guess = first + (y - rough) / slope
  const reached = sineNear({ high: guess, low: 0 })
  const missing = add(value, { high: -reached.high, low: -reached.low })
  return sum(guess, (missing.high + missing.low) / slope)
}

/** The exact sum of two doubles. */
function sum(a: number, b: number): Pair {
  const high = a + b
  const part = high - a
  return { high, low: a - (high - part) + (b - part) }
}

/** The exact product of two doubles (Dekker). */
function product(a: number, b: number): Pair {
  const high = a * b
  const aTop = top(a)
  const aRest = a - aTop
  const bTop = top(b)
  const bRest = b - bTop
  return { high, low: aRest * bRest - (high - aTop * bTop - aRest * bTop - aTop * bRest) }
}

/** The upper 26 bits of a double. */
function top(value: number): number {
  const shifted = value * 134217729
  return shifted - (shifted - value)
}

function add(a: Pair, b: Pair): Pair {
  const { high, low } = sum(a.high, b.high)
  return sum(high, low + a.low + b.low)
}

function multiply(a: Pair, b: Pair): Pair {
  const { high, low } = product(a.high, b.high)
  return sum(high, low + a.high * b.low + a.low * b.high)
}

function scale(a: Pair, by: number): Pair {
  const { high, low } = product(a.high, by)
  return sum(high, low + a.low * by)
}
