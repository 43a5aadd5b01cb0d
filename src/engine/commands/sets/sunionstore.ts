// SUNIONSTORE destination key [key ...].

import type { EngineCommand } from '../command.js'
import { storeOf } from './combine.js'

export default {
  name: 'sunionstore',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'set',
  since: '1.0.0',
  summary: 'Add multiple sets and store the resulting set in a key',
  complexity: 'O(N) where N is the total number of elements in all given sets.',
  categories: ['@write', '@set', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['OW', 'update'] },
    { first: 2, last: -1, step: 1, flags: ['RO', 'access'] },
  ],
  arguments: [
    { name: 'destination', type: 'key', keySpec: 0 },
    { name: 'key', type: 'key', keySpec: 1, multiple: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    return storeOf(context, args, 'union')
  },
} satisfies EngineCommand
