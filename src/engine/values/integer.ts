// 64-bit integers as Redis reads and prints them. A safe integer stays a number; BigInt is used only
// beyond 2^53.

export const int64Max = 9223372036854775807n
export const int64Min = -9223372036854775808n

/** A 64-bit integer: a number where it is safe, else a bigint. */
export type Int64 = number | bigint

const safeDigits = 15

/**
 * Reads exactly what Redis takes for an integer: an optional minus, no plus, no blank, no leading
 * zero, no `-0`, in range. Null for anything else.
 */
export function parseInt64(text: string): Int64 | null {
  const length = text.length
  if (length === 0 || length > 20) return null
  let at = 0
  const isNegative = text.charCodeAt(0) === 45
  if (isNegative) {
    if (length === 1) return null
    at = 1
  }
  const first = text.charCodeAt(at)
  if (first === 48) return length === 1 ? 0 : null
  let value = 0
  for (let i = at; i < length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return null
    value = value * 10 + digit
  }
  if (length - at <= safeDigits) return isNegative ? -value : value
  return narrow(BigInt(text))
}

/** Whether a text is what `parseInt64` reads. */
export function isInt64(text: string): boolean {
  const first = text.charCodeAt(0)
  // Most texts are told by their first character: NaN for an empty one.
  return (first === 45 || (first >= 48 && first <= 57)) && parseInt64(text) !== null
}

/** As `parseInt64`, with values beyond 2^53 clamped there: for offsets, where no string is that long. */
export function parseClamped(text: string): number | null {
  const value = parseInt64(text)
  if (typeof value !== 'bigint') return value
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
}

/** The sum of two integers, null where it leaves 64 bits. */
export function addInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return narrow(BigInt(a) + BigInt(b))
}

/** A number where it is safe, a bigint in 64 bits, null beyond. */
export function narrow(value: bigint): Int64 | null {
  if (value >= -9007199254740991n && value <= 9007199254740991n) return Number(value)
  return value > int64Max || value < int64Min ? null : value
}
