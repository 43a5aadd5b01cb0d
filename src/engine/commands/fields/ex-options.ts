// Options of HGETEX and HSETEX: what is done to times, a condition, then FIELDS, which ends the command.

import {
  error,
  expireTimeMissing,
  fieldsCountInvalid,
  oneCondition,
  oneExpiry,
  wrongArity,
} from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { parseInt64 } from '../../values/integer.js'
import { milliseconds, seconds, type TimeUnit, unixMilliseconds, unixSeconds } from '../options.js'
import { parseFieldTime } from './field-time.js'

export interface ExOptions {
  /** Index of the first field. */
  readonly from: number
  /** The new time of the fields; null to leave or drop it. */
  readonly at: number | null
  /** PERSIST of HGETEX or KEEPTTL of HSETEX. */
  readonly hasWord: boolean
  readonly condition: 'FNX' | 'FXX' | null
}

const units: ReadonlyMap<string, TimeUnit> = new Map([
  ['EX', seconds],
  ['PX', milliseconds],
  ['EXAT', unixSeconds],
  ['PXAT', unixMilliseconds],
])
const fieldsMax = 2147483647

/** `perField`: arguments of one field, 2 for HSETEX with its value. */
export function parseExOptions(
  args: readonly string[],
  perField: 1 | 2,
  clock: number,
): ExOptions | ErrorReply {
  const name = args[0] as string
  const word = perField === 1 ? 'PERSIST' : 'KEEPTTL'
  let at: number | null = null
  let hasWord = false
  let condition: 'FNX' | 'FXX' | null = null
  for (let i = 2; i < args.length; i++) {
    const option = (args[i] as string).toUpperCase()
    const unit = units.get(option)
    if (option === 'FIELDS') {
      const from = parseFieldsAt(args, i, perField)
      return typeof from === 'number' ? { from, at, hasWord, condition } : from
    }
    if (unit !== undefined || option === word) {
      if (at !== null || hasWord) return oneExpiry(word)
      if (unit === undefined) hasWord = true
      else {
        if (i + 1 >= args.length) return expireTimeMissing
        const time = parseFieldTime(args[++i] as string, unit, { clock, name })
        if (typeof time !== 'number') return time
        at = time
      }
    } else if (perField === 2 && (option === 'FNX' || option === 'FXX')) {
      if (condition !== null) return oneCondition
      condition = option
    } else return error(`ERR unknown argument: ${args[i] as string}`)
  }
  return wrongArity(name)
}

function parseFieldsAt(args: readonly string[], at: number, perField: 1 | 2): number | ErrorReply {
  const name = args[0] as string
  const rest = args.length - at - 2
  if (rest < perField) return wrongArity(name)
  const count = parseInt64(args[at + 1] as string)
  if (count === null || count < 1 || count > fieldsMax) return fieldsCountInvalid
  return Number(count) * perField === rest ? at + 2 : wrongArity(name)
}
