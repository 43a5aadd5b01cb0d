// What blocking commands share: their timeouts, and what they wait for.

import type { WaitedValue, Waiting } from '../../api/engine.js'
import { timeoutNegative, timeoutNotFloat } from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import { addLongDouble, infinite, parseLongDouble } from '../values/long-double.js'

const zero = { mantissa: 0n, exponent: 0 }
const int64End = 1n << 63n

/** Milliseconds of a timeout in seconds with a fraction, rounded up; 0 for ever. */
export function parseSeconds(text: string): number | ErrorReply {
  const value = parseLongDouble(text)
  if (value === null) return timeoutNotFloat
  // What is too large for Redis' integer counts as negative there.
  if (value === infinite) return timeoutNegative
  const product = { mantissa: value.mantissa * 1000n, exponent: value.exponent }
  const { mantissa, exponent } = addLongDouble(product, zero) as typeof product
  // Rounded up towards zero below it: a tiny negative time is none.
  const ms = exponent >= 0 ? mantissa << BigInt(exponent) : -(-mantissa >> BigInt(-exponent))
  return ms < 0n || ms >= int64End ? timeoutNegative : clamped(ms)
}

function clamped(ms: bigint): number {
  return ms > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(ms)
}

/** What a command waits for; `attempt` makes the command that takes from one key alone. */
export function waitFor(
  value: WaitedValue,
  given: {
    readonly keys: readonly string[]
    readonly timeoutMs: number
    readonly attempt: (key: string) => readonly string[]
  },
): Waiting {
  const keys = [...new Set(given.keys)]
  const attempts = keys.map(given.attempt)
  return { value, keys, attempts, timeoutMs: given.timeoutMs, endsWithKey: false }
}
