// Doubles as C's strtod reads them: blanks, sign, decimal or hexadecimal digits, inf, nan. Rounded to
// the nearest double, ties to even. Where the text ends for it is answered, too: some commands take a
// prefix, others refuse whatever lies behind.

export interface ParsedDouble {
  readonly value: number
  /** Offset behind what was read; 0 where there was nothing to read. */
  readonly end: number
  /** Not zero, but zero or infinite as a double. */
  readonly isOutOfRange: boolean
}

const nothing: ParsedDouble = { value: 0, end: 0, isOutOfRange: false }

/** What a score, a weight or an increment must be: a number from the first byte to the last, and one that a double can be. Null for anything else. */
export function parseDouble(text: string): number | null {
  const code = text.charCodeAt(0)
  if (text.length <= 15 && code >= 48 && code <= 57) {
    const short = parseDigits(text)
    if (short >= 0) return short
  }
  if (text === '' || isBlank(code)) return null
  const { value, end, isOutOfRange } = parsePrefix(text)
  return end < text.length || isOutOfRange || Number.isNaN(value) ? null : value
}

/** The longest prefix that is a number. */
export function parsePrefix(text: string): ParsedDouble {
  let at = 0
  while (isBlank(text.charCodeAt(at))) at++
  const isNegative = text[at] === '-'
  if (isNegative || text[at] === '+') at++
  const parsed = parseUnsigned(text, at)
  return parsed.end === 0 || !isNegative ? parsed : { ...parsed, value: -parsed.value }
}

function parseUnsigned(text: string, from: number): ParsedDouble {
  const first = text.charCodeAt(from) | 32
  if (first === 105) return parseInfinite(text, from)
  if (first === 110) return parseNan(text, from)
  if (text[from] === '0' && (text.charCodeAt(from + 1) | 32) === 120) {
    const parsed = parseHexadecimal(text, from + 2)
    if (parsed !== null) return parsed
  }
  return parseDecimal(text, from)
}

function parseInfinite(text: string, from: number): ParsedDouble {
  const word = text.slice(from, from + 8).toLowerCase()
  if (!word.startsWith('inf')) return nothing
  const end = from + (word === 'infinity' ? 8 : 3)
  return { value: Number.POSITIVE_INFINITY, end, isOutOfRange: false }
}

function parseNan(text: string, from: number): ParsedDouble {
  if (text.slice(from, from + 3).toLowerCase() !== 'nan') return nothing
  let end = from + 3
  if (text[end] === '(') {
    let at = end + 1
    while (isWord(text.charCodeAt(at))) at++
    if (text[at] === ')') end = at + 1
  }
  return { value: Number.NaN, end, isOutOfRange: false }
}

function parseDecimal(text: string, from: number): ParsedDouble {
  let at = from
  let hasDigits = false
  let isZero = true
  let hasPoint = false
  for (; ; at++) {
    const code = text.charCodeAt(at)
    if (code === 46 && !hasPoint) hasPoint = true
    else if (code >= 48 && code <= 57) {
      hasDigits = true
      if (code !== 48) isZero = false
    } else break
  }
  if (!hasDigits) return nothing
  const end = behindExponent(text, at, 101)
  const value = Number(text.slice(from, end))
  return {
    value,
    end,
    isOutOfRange: !isZero && (value === 0 || value === Number.POSITIVE_INFINITY),
  }
}

/** Offset behind an exponent (its letter's lower-case code is `letter`) at `at`, or `at` where there is none. */
function behindExponent(text: string, at: number, letter: number): number {
  if ((text.charCodeAt(at) | 32) !== letter) return at
  const sign = text[at + 1]
  const first = sign === '-' || sign === '+' ? at + 2 : at + 1
  let end = first
  while (isDigit(text.charCodeAt(end))) end++
  return end === first ? at : end
}

/** Mantissa bits that are looked at one by one; what is below counts as "something". */
const mantissaDigits = 16
const exponentMax = 1_000_000

/** Behind `0x`; null without digits. */
function parseHexadecimal(text: string, from: number): ParsedDouble | null {
  let at = from
  let digits = ''
  let rest = 0
  let power = 0
  let count = 0
  let hasPoint = false
  for (; ; at++) {
    const code = text.charCodeAt(at)
    if (code === 46 && !hasPoint) {
      hasPoint = true
      continue
    }
    const digit = hexDigit(code)
    if (digit < 0) break
    count++
    if (digits.length < mantissaDigits) {
      if (digit > 0 || digits !== '') digits += text[at] as string
      if (hasPoint) power -= 4
    } else {
      rest |= digit
      if (!hasPoint) power += 4
    }
  }
  if (count === 0) return null
  const end = behindExponent(text, at, 112)
  if (digits === '') return { value: 0, end, isOutOfRange: false }
  if (end > at) {
    const given = Number(text.slice(at + 1, end))
    power += Math.max(-exponentMax, Math.min(exponentMax, given))
  }
  const value = round(BigInt(`0x${digits}`) * 2n + (rest === 0 ? 0n : 1n), power - 1)
  return { value, end, isOutOfRange: value === 0 || value === Number.POSITIVE_INFINITY }
}

/** The double nearest to `mantissa` times two to the `power`. */
function round(mantissa: bigint, power: number): number {
  const bits = mantissa.toString(2).length
  const top = bits - 1 + power
  if (top > 1023) return Number.POSITIVE_INFINITY
  const precision = top >= -1022 ? 53 : 1075 + top
  if (precision < 0) return 0
  const cut = bits - precision
  if (cut <= 0) return scale(Number(mantissa), power)
  const kept = mantissa >> BigInt(cut)
  const rest = mantissa - (kept << BigInt(cut))
  const half = 1n << BigInt(cut - 1)
  const up = rest > half || (rest === half && (kept & 1n) === 1n)
  return scale(Number(up ? kept + 1n : kept), power + cut)
}

/** Exact wherever the result is a double. */
function scale(value: number, power: number): number {
  let made = value
  let left = power
  for (; left > 0; left -= Math.min(left, 512)) made *= Number(1n << BigInt(Math.min(left, 512)))
  for (; left < 0; left += Math.min(-left, 512)) made /= Number(1n << BigInt(Math.min(-left, 512)))
  return made
}

/** At most 15 digits and nothing else, or -1. */
function parseDigits(text: string): number {
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

function hexDigit(code: number): number {
  if (isDigit(code)) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}

function isWord(code: number): boolean {
  const lower = code | 32
  return isDigit(code) || (lower >= 97 && lower <= 122) || code === 95
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
