// LPUSH key element [element ...]

import { pushMany } from './push-many.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'lpush',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'list',
  since: '1.0.0',
  summary: 'Prepend one or multiple elements to a list',
  complexity:
    'O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.',
  history: [['2.4.0', 'Accepts multiple `element` arguments.']],
  categories: ['@write', '@list', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'insert'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'element', type: 'string', multiple: true },
  ],
  gather: 'refuse',
  execute: (context, args) => pushMany(context, args, { side: 'left', mustExist: false }),
} satisfies EngineCommand
