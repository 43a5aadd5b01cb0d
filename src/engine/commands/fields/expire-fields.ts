// HEXPIRE, HPEXPIRE, HEXPIREAT and HPEXPIREAT: a code per field. -2: it is not there, 0: the condition
// does not hold, 1: the time is set, 2: the time is past, and so is the field.

import type { later } from '../../../api/engine.js'
import { numfieldsNotPositive, wrongType } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { partOf } from '../../values/hash.js'
import { fieldText } from '../hashes/fields.js'
import type { TimeUnit } from '../options.js'
import { inSteps } from '../steps.js'
import { FieldChanges } from './field-changes.js'
import { parseFieldTime } from './field-time.js'
import { parseFields } from './fields-argument.js'

type Condition = 'NX' | 'XX' | 'GT' | 'LT'

const conditions: ReadonlySet<string> = new Set<Condition>(['NX', 'XX', 'GT', 'LT'])

export function expireFields(
  context: Context,
  args: readonly string[],
  unit: TimeUnit,
): Reply | typeof later {
  const key = args[1] as string
  const hash = context.find(key)
  if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
  const parsed = parse(context, args, unit)
  if ('type' in parsed) return parsed
  const { from, at, condition } = parsed
  const codes: number[] = []
  const changes = new FieldChanges(context, key)
  return inSteps(context, args.length - from, {
    visit(index) {
      const field = args[from + index] as string
      if (hash === undefined || fieldText(context, hash, field) === undefined) codes.push(-2)
      else if (!holds(condition, partOf(hash, field).times?.get(field), at)) codes.push(0)
      else codes.push(changes.expire(hash, field, at))
      return true
    },
    finish() {
      if (hash !== undefined) changes.settle(hash)
      return codes
    },
  })
}

interface Parsed {
  readonly from: number
  readonly at: number
  readonly condition: Condition | null
}

function parse(context: Context, args: readonly string[], unit: TimeUnit): Parsed | ErrorReply {
  const name = args[0] as string
  const at = parseFieldTime(args[2] as string, unit, { clock: context.clock, name })
  if (typeof at !== 'number') return at
  const word = (args[3] as string).toUpperCase()
  const condition = isCondition(word) ? word : null
  const from = parseFields(args, condition === null ? 3 : 4, numfieldsNotPositive)
  return typeof from === 'number' ? { from, at, condition } : from
}

function isCondition(word: string): word is Condition {
  return conditions.has(word)
}

/** A field without a time ends never: later than any. */
function holds(condition: Condition | null, before: number | undefined, at: number): boolean {
  switch (condition) {
    case null:
      return true
    case 'NX':
      return before === undefined
    case 'XX':
      return before !== undefined
    case 'GT':
      return before !== undefined && at > before
    case 'LT':
      return before === undefined || at < before
  }
}
