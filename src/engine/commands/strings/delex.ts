// DELEX key [IFEQ value | IFNE value | IFDEQ digest | IFDNE digest], as Redis 8.4 documents it.

import { syntaxError } from '../../../api/replies.js'
import type { EngineCommand } from '../command.js'
import { isConditionWord, meets } from '../value-condition.js'

export default {
  name: 'delex',
  arity: -2,
  flags: ['write', 'fast'],
  group: 'string',
  since: '8.4.0',
  summary: 'Conditionally removes the specified key based on value or digest comparison.',
  complexity: 'O(1) for IFEQ/IFNE, O(N) for IFDEQ/IFDNE where N is the length of the string value.',
  categories: ['@write', '@string', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete', 'variable_flags'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'condition',
      type: 'oneof',
      optional: true,
      arguments: [
        { name: 'ifeq-value', type: 'string', token: 'IFEQ' },
        { name: 'ifne-value', type: 'string', token: 'IFNE' },
        { name: 'ifdeq-digest', type: 'string', token: 'IFDEQ' },
        { name: 'ifdne-digest', type: 'string', token: 'IFDNE' },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    if (args.length !== 2 && args.length !== 4) return syntaxError
    if (args.length === 4) {
      const word = (args[2] as string).toUpperCase()
      if (!isConditionWord(word)) return syntaxError
      const value = context.find(key)
      if (value === undefined) return 0
      const isMet = meets(value, { word, operand: args[3] as string })
      if (isMet !== true) return isMet === false ? 0 : isMet
    }
    return context.findStored(key) !== undefined && context.effects.remove(key, 'del') ? 1 : 0
  },
} satisfies EngineCommand
