// SINTER key [key ...].

import type { EngineCommand } from '../command.js'
import { answerOf } from './combine.js'

export default {
  name: 'sinter',
  arity: -2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  summary: 'Intersect multiple sets',
  complexity:
    'O(N*M) worst case where N is the cardinality of the smallest set and M is the number ' +
    'of sets.',
  categories: ['@read', '@set', '@slow'],
  tips: ['nondeterministic_output_order'],
  keys: [{ first: 1, last: -1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  gather: 'refuse',
  execute(context, args) {
    return answerOf(context, args, 'inter')
  },
} satisfies EngineCommand
