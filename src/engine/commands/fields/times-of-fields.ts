// HTTL, HPTTL, HEXPIRETIME and HPEXPIRETIME: per field -2 where it is not there, -1 without a time.

import type { later } from '../../../api/engine.js'
import { wrongType } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { partOf } from '../../values/hash.js'
import { fieldText } from '../hashes/fields.js'
import type { TimeUnit } from '../options.js'
import { inSteps } from '../steps.js'
import { parseFields } from './fields-argument.js'

export function timesOfFields(
  context: Context,
  args: readonly string[],
  { scale, isAbsolute }: TimeUnit,
): Reply | typeof later {
  const hash = context.lookup(args[1] as string)
  if (hash !== undefined && (typeof hash === 'string' || hash.type !== 'hash')) return wrongType
  const from = parseFields(args, 2)
  if (typeof from !== 'number') return from
  const start = isAbsolute ? 0 : context.present
  const times: number[] = []
  return inSteps(context, args.length - from, {
    visit(index) {
      const field = args[from + index] as string
      if (hash === undefined || fieldText(context, hash, field) === undefined) times.push(-2)
      else {
        const at = partOf(hash, field).times?.get(field)
        times.push(at === undefined ? -1 : Math.max(0, Math.ceil((at - start) / scale)))
      }
      return true
    },
    finish: () => times,
  })
}
