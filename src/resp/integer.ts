// Integers in the head lines of requests, as strict as Redis reads them: no plus sign, no leading zero,
// no white space. A value too large to matter is answered as a number above every limit.

const minus = 45
const zero = 48
const nine = 57
/** Digits of a number that is surely below 2^53. */
const digitsMax = 15
const int64DigitsMax = 19

/** Above every limit, below the bound of signed 64 bits, or its negative twin. */
export const huge = Number.MAX_SAFE_INTEGER

/** The integer in bytes[from, to), NaN where it is none or does not fit 64 bits. */
export function parseInteger(bytes: Uint8Array, from: number, to: number): number {
  let at = from
  const negative = bytes[at] === minus && to - at > 1
  if (negative) at++
  const digits = to - at
  if (digits === 1 && bytes[at] === zero) return negative ? Number.NaN : 0
  if (digits < 1 || digits > int64DigitsMax || bytes[at] === zero) return Number.NaN
  let value = 0
  for (let i = at; i < to; i++) {
    const digit = bytes[i] as number
    if (digit < zero || digit > nine) return Number.NaN
    value = value * 10 + (digit - zero)
  }
  if (digits > digitsMax) {
    if (digits === int64DigitsMax && isAboveInt64(bytes, at, negative)) return Number.NaN
    value = huge
  }
  return negative ? -value : value
}

const int64Max = '9223372036854775807'
const int64MinDigits = '9223372036854775808'

function isAboveInt64(bytes: Uint8Array, at: number, negative: boolean): boolean {
  const bound = negative ? int64MinDigits : int64Max
  for (let i = 0; i < int64DigitsMax; i++) {
    const digit = bytes[at + i] as number
    const most = bound.charCodeAt(i)
    if (digit !== most) return digit > most
  }
  return false
}
