// MSET key value [key value ...].

import { limits } from '../../../api/limits.js'
import { wrongArity } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'mset',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '1.0.1',
  summary: 'Set multiple keys to multiple values',
  complexity: 'O(N) where N is the number of keys to set.',
  categories: ['@write', '@string', '@slow'],
  tips: ['request_policy:multi_shard', 'response_policy:all_succeeded'],
  keys: [{ first: 1, last: -1, step: 2, flags: ['OW', 'update'] }],
  arguments: [
    {
      name: 'key_value',
      type: 'block',
      multiple: true,
      arguments: [
        { name: 'key', type: 'key', keySpec: 0 },
        { name: 'value', type: 'string' },
      ],
    },
  ],
  gather: 'ok',
  execute(context, args) {
    if (args.length % 2 === 0) return wrongArity('mset')
    if (args.length <= limits.stepElements) {
      for (let at = 1; at < args.length; at += 2) {
        context.effects.put(args[at] as string, args[at + 1] as string, 'set')
      }
      return ok
    }
    return overKeys(context, args, {
      step: 2,
      visit: (key, at) => context.effects.put(key, args[at + 1] as string, 'set'),
      finish: () => ok,
    })
  },
} satisfies EngineCommand
