// MSETNX key value [key value ...]: all or none.

import { wrongArity } from '../../../api/replies.js'
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
        if (context.find(key) !== undefined) exists = true
      },
      finish: () => (exists ? 0 : setAll(context, args)),
    })
  },
} satisfies EngineCommand

function setAll(context: Context, args: readonly string[]): 1 {
  for (let i = 1; i < args.length; i += 2) {
    context.effects.put(args[i] as string, args[i + 1] as string, 'set')
  }
  return 1
}
