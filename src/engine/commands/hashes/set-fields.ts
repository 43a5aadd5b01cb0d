// HSET and HMSET.

import type { later } from '../../../api/engine.js'
import { wrongArity, wrongType } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { inSteps } from '../steps.js'
import { hashFor } from './fields.js'

export function setFields(
  context: Context,
  args: readonly string[],
  name: 'hset' | 'hmset',
): Reply | typeof later {
  if (args.length % 2 === 1) return wrongArity(name)
  const key = args[1] as string
  const found = context.find(key)
  if (found !== undefined && (typeof found === 'string' || found.type !== 'hash')) return wrongType
  const hash = hashFor(context, key, found)
  let added = 0
  return inSteps(context, args.length / 2 - 1, {
    visit(index) {
      const isNew = context.effects.hashes.put(
        key,
        hash,
        args[2 * index + 2] as string,
        args[2 * index + 3] as string,
      )
      if (isNew) added++
      return true
    },
    finish() {
      context.effects.settle(key, hash, 'hset')
      return name === 'hset' ? added : ok
    },
  })
}
