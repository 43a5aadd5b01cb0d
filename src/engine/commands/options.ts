// What several commands share in reading their arguments: expiry options and times in Redis' order of
// checks.

import {
  int32Range,
  invalidExpire,
  longRange,
  notInteger,
  rangePositive,
  syntaxError,
} from '../../api/replies.js'
import type { ErrorReply } from '../../api/reply.js'
import { expiryMax } from '../expiry.js'
import { isConditionWord, type ValueCondition } from './value-condition.js'
import { int64Max, int64Min, parseInt64 } from '../values/integer.js'

/** How a time is given. */
export interface TimeUnit {
  readonly scale: 1 | 1000
  readonly isAbsolute: boolean
}

export const seconds: TimeUnit = { scale: 1000, isAbsolute: false }
export const milliseconds: TimeUnit = { scale: 1, isAbsolute: false }
export const unixSeconds: TimeUnit = { scale: 1000, isAbsolute: true }
export const unixMilliseconds: TimeUnit = { scale: 1, isAbsolute: true }

const timeOptions: ReadonlyMap<string, TimeUnit> = new Map([
  ['EX', seconds],
  ['PX', milliseconds],
  ['EXAT', unixSeconds],
  ['PXAT', unixMilliseconds],
])

/** Options of SET and GETEX. */
export interface StringOptions {
  nx: boolean
  xx: boolean
  get: boolean
  keepTtl: boolean
  persist: boolean
  unit: TimeUnit | null
  time: string
  /** IFEQ and its kin: what the old value must be, or must not be. */
  condition: ValueCondition | null
}

/** Reads the options from `args[from]` on; `isSet` tells SET's from GETEX'. */
export function parseStringOptions(
  args: readonly string[],
  from: number,
  isSet: boolean,
): StringOptions | ErrorReply {
  const options: StringOptions = {
    nx: false,
    xx: false,
    get: false,
    keepTtl: false,
    persist: false,
    unit: null,
    time: '',
    condition: null,
  }
  for (let i = from; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    const unit = timeOptions.get(word)
    // As in Redis the same option may come twice, and the last one counts.
    const isFree =
      (options.unit === null || options.unit === unit) && !options.keepTtl && !options.persist
    const hasNone = options.condition === null
    if (isSet && word === 'NX' && !options.xx && hasNone) options.nx = true
    else if (isSet && word === 'XX' && !options.nx && hasNone) options.xx = true
    else if (isSet && isConditionWord(word) && i + 1 < args.length && hasNone) {
      if (options.nx || options.xx) return syntaxError
      options.condition = { word, operand: args[++i] as string }
    } else if (isSet && word === 'GET') options.get = true
    else if (isSet && word === 'KEEPTTL' && options.unit === null) options.keepTtl = true
    else if (!isSet && word === 'PERSIST' && options.unit === null) options.persist = true
    else if (unit !== undefined && isFree && i + 1 < args.length) {
      options.unit = unit
      options.time = args[++i] as string
    } else return syntaxError
  }
  return options
}

/** The end of a positive time to live, wall milliseconds; `name` for the error's words. */
export function parseDeadline(
  text: string,
  unit: TimeUnit,
  clock: number,
  name: string,
): number | ErrorReply {
  const given = parseInt64(text)
  if (given === null) return notInteger
  if (given <= 0) return invalidExpire(name)
  const at = deadline(given, unit, clock)
  return at === null ? invalidExpire(name) : at
}

/** `given` in `unit` as wall milliseconds, clamped to what is kept; null where 64 bits overflow. */
export function deadline(given: number | bigint, unit: TimeUnit, clock: number): number | null {
  if (typeof given === 'number') {
    const at = given * unit.scale + (unit.isAbsolute ? 0 : clock)
    if (Number.isSafeInteger(at)) return at > expiryMax ? expiryMax : at
  }
  // The product by itself has to fit, too.
  const scaled = BigInt(given) * BigInt(unit.scale)
  const exact = scaled + (unit.isAbsolute ? 0n : BigInt(clock))
  if (exact > int64Max || scaled < -int64Max - 1n) return null
  return exact > 0n ? expiryMax : -expiryMax
}

/** A 32-bit integer in Redis' words for what is not one. */
export function parseInt32(text: string): number | ErrorReply {
  const value = parseInt64(text)
  if (value === null) return notInteger
  const isInt32 = typeof value === 'number' && value >= -2147483648 && value <= 2147483647
  return isInt32 ? value : int32Range
}

/** A count that may be negative, clamped to what is safe, in Redis' words for what is not one. */
export function parseLong(text: string): number | ErrorReply {
  const value = parseInt64(text)
  if (value === null) return notInteger
  if (typeof value === 'number') return value
  if (value === int64Min) return longRange
  return value < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER
}

/** A count of at least 0, clamped likewise. */
export function parsePositive(text: string, wrong = rangePositive): number | ErrorReply {
  const value = parseInt64(text)
  if (value === null || value < 0) return wrong
  return typeof value === 'number' ? value : Number.MAX_SAFE_INTEGER
}
