// INCRBYFLOAT computes in the 80-bit long double of x86, as Redis does there: 64 bits of mantissa,
// round half to even. Done with BigInt, so that every replica gets the same digits whatever its
// processor. Reads what C's strtold reads, hexadecimal floats such as `0x1.8p3` too.

/** `mantissa` times two to the `exponent`; the mantissa has 64 bits at most. */
export interface LongDouble {
  readonly mantissa: bigint
  readonly exponent: number
}

export const infinite: unique symbol = Symbol('infinite')

const mantissaBits = 64
/** Two to this power is too large, two to the other rounds to zero. */
const exponentEnd = 16384
const exponentLeast = -16446
/** Bound of the text that Redis reads as a float; decimal magnitudes that no long double has. */
const textLengthMax = 5 * 1024
const powerMax = 5000
const places = 17

const zero: LongDouble = { mantissa: 0n, exponent: 0 }

/** Null where the text is not a float, or is too large or too small to be one. */
export function parseLongDouble(text: string): LongDouble | typeof infinite | null {
  if (text.length === 0 || text.length >= textLengthMax) return null
  const first = text.charCodeAt(0)
  const isNegative = first === 45
  const from = isNegative || first === 43 ? 1 : 0
  const word = text.slice(from).toLowerCase()
  if (word === 'inf' || word === 'infinity') return infinite
  const made = word.startsWith('0x') ? readHexadecimal(word) : readDecimal(text, from)
  if (made === null || made === zero) return made
  const top = bitLength(made.mantissa) + made.exponent
  if (top > exponentEnd || top <= exponentLeast) return null
  return isNegative ? { mantissa: -made.mantissa, exponent: made.exponent } : made
}

export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | typeof infinite {
  const exponent = Math.min(a.exponent, b.exponent)
  const sum =
    (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent))
  const made = sum < 0n ? round(-sum, exponent) : round(sum, exponent)
  if (bitLength(made.mantissa) + made.exponent > exponentEnd) return infinite
  return sum < 0n ? { mantissa: -made.mantissa, exponent: made.exponent } : made
}

/** With 17 places behind the point, rounded half to even, then without trailing zeros. */
export function formatLongDouble(value: LongDouble): string {
  const size = value.mantissa < 0n ? -value.mantissa : value.mantissa
  const scaled = size * powerOfTen(places)
  const whole =
    value.exponent >= 0 ? scaled << BigInt(value.exponent) : halfToEven(scaled, -value.exponent)
  const digits = whole.toString().padStart(places + 1, '0')
  let end = digits.length
  while (end > digits.length - places && digits.charCodeAt(end - 1) === 48) end--
  const point = digits.length - places
  const fraction = digits.slice(point, end)
  const text = fraction === '' ? digits.slice(0, point) : `${digits.slice(0, point)}.${fraction}`
  return value.mantissa < 0n && whole > 0n ? `-${text}` : text
}

function readDecimal(text: string, from: number): LongDouble | null {
  const decimal = parseDecimal(text, from)
  if (decimal === null) return null
  const { digits, power } = decimal
  if (digits === 0n) return zero
  const magnitude = digits.toString().length + power
  if (magnitude > powerMax || magnitude < -powerMax) return null
  return power >= 0 ? round(digits * powerOfTen(power), 0) : divide(digits, powerOfTen(-power))
}

/** `0x`, hexadecimal digits with at most one point, then `p` and a power of two. */
function readHexadecimal(word: string): LongDouble | null {
  const mark = word.indexOf('p')
  const parts = word.slice(2, mark < 0 ? word.length : mark).split('.')
  const [whole = '', fraction = ''] = parts
  const digits = whole + fraction
  if (parts.length > 2 || digits === '' || !isHexadecimal(digits)) return null
  const power = mark < 0 ? 0 : parseExponent(word, mark)
  if (power === null) return null
  const value = BigInt(`0x${digits}`)
  return value === 0n ? zero : round(value, power - 4 * fraction.length)
}

function isHexadecimal(digits: string): boolean {
  for (let at = 0; at < digits.length; at++) {
    const code = digits.charCodeAt(at)
    if (!((code >= 48 && code <= 57) || (code >= 97 && code <= 102))) return false
  }
  return true
}

interface Decimal {
  readonly digits: bigint
  readonly power: number
}

/** Digits with at most one point, then an exponent; null for anything else. */
function parseDecimal(text: string, from: number): Decimal | null {
  let at = from
  let digits = ''
  let power = 0
  let isBehindPoint = false
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === 46 && !isBehindPoint) isBehindPoint = true
    else if (code >= 48 && code <= 57) {
      digits += text[at]
      if (isBehindPoint) power--
    } else break
  }
  if (digits === '') return null
  if (at < text.length) {
    if (text[at] !== 'e' && text[at] !== 'E') return null
    const exponent = parseExponent(text, at)
    if (exponent === null) return null
    power += exponent
  }
  return { digits: BigInt(digits), power }
}

/** The integer behind the mark at `from`. */
function parseExponent(text: string, from: number): number | null {
  const sign = text[from + 1]
  const first = sign === '-' || sign === '+' ? from + 2 : from + 1
  if (first >= text.length) return null
  let value = 0
  for (let at = first; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) return null
    value = Math.min(value * 10 + digit, 1_000_000)
  }
  return sign === '-' ? -value : value
}

function powerOfTen(power: number): bigint {
  return BigInt(`1${'0'.repeat(power)}`)
}

function bitLength(value: bigint): number {
  const digits = value.toString(16)
  return (digits.length - 1) * 4 + (32 - Math.clz32(parseInt(digits[0] as string, 16)))
}

/** The nearest long double of a quotient of positive integers. */
function divide(dividend: bigint, divisor: bigint): LongDouble {
  const shift = Math.max(0, mantissaBits + 2 - bitLength(dividend) + bitLength(divisor))
  const shifted = dividend << BigInt(shift)
  const quotient = shifted / divisor
  // A last bit that says whether anything was cut off, so that a tie is known from what is not one.
  const rest = shifted === quotient * divisor ? 0n : 1n
  return round((quotient << 1n) | rest, -shift - 1)
}

/** The nearest long double of a positive integer times a power of two. */
function round(value: bigint, exponent: number): LongDouble {
  const extra = value === 0n ? 0 : bitLength(value) - mantissaBits
  if (extra <= 0) return { mantissa: value, exponent }
  return { mantissa: halfToEven(value, extra), exponent: exponent + extra }
}

/** A positive integer without its last `bits` bits, rounded half to even. */
function halfToEven(value: bigint, bits: number): bigint {
  const whole = value >> BigInt(bits)
  const rest = value - (whole << BigInt(bits))
  const half = 1n << BigInt(bits - 1)
  return rest > half || (rest === half && (whole & 1n) === 1n) ? whole + 1n : whole
}
