// SUNION key [key ...].

import type { EngineCommand } from '../command.js'
import { answerOf } from './combine.js'

export default {
  name: 'sunion',
  arity: -2,
  flags: ['readonly'],
  group: 'set',
  since: '1.0.0',
  summary: 'Add multiple sets',
  complexity: 'O(N) where N is the total number of elements in all given sets.',
  categories: ['@read', '@set', '@slow'],
  tips: ['nondeterministic_output_order'],
  keys: [{ first: 1, last: -1, step: 1, flags: ['RO', 'access'] }],
  arguments: [{ name: 'key', type: 'key', keySpec: 0, multiple: true }],
  gather: 'refuse',
  execute(context, args) {
    return answerOf(context, args, 'union')
  },
} satisfies EngineCommand
