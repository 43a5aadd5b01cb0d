// MSETNX key value [key value ...]: all or none.

import type { later } from '../../../api/engine.js'
import { wrongArity } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { EngineCommand } from '../command.js'
import { overKeys } from '../over-keys.js'

export default {
  name: 'msetnx',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'string',
  since: '1.0.1',
  summary: 'Set multiple keys to multiple values, only if none of the keys exist',
  complexity: 'O(N) where N is the number of keys to set.',
  categories: ['@write', '@string', '@slow'],
  tips: ['request_policy:multi_shard', 'response_policy:agg_min'],
  keys: [{ first: 1, last: -1, step: 2, flags: ['OW', 'insert'] }],
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
  gather: 'refuse',
  execute(context, args) {
    if (args.length % 2 === 0) return wrongArity('msetnx')
    let exists = false
    return overKeys(context, args, {
      step: 2,
      visit(key) {
        if (context.findStored(key) !== undefined) exists = true
      },
      finish: () => (exists ? 0 : setAll(context, args)),
    })
  },
} satisfies EngineCommand

function setAll(context: Context, args: readonly string[]): Reply | typeof later {
  return overKeys(context, args, {
    step: 2,
    visit: (key, at) => context.effects.put(key, args[at + 1] as string, 'set'),
    finish: () => 1,
  })
}
