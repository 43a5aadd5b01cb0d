// GETRANGE key start end: both included, negative from the end.

import type { EngineCommand } from '../command.js'
import { range } from './range.js'

export default {
  name: 'getrange',
  arity: 4,
  flags: ['readonly'],
  group: 'string',
  since: '2.4.0',
  summary: 'Get a substring of the string stored at a key',
  complexity:
    'O(N) where N is the length of the returned string. The complexity is ultimately ' +
    'determined by the returned length, but because creating a substring from an existing ' +
    'string is very cheap, it can be considered O(1) for small strings.',
  categories: ['@read', '@string', '@slow'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'start', type: 'integer' },
    { name: 'end', type: 'integer' },
  ],
  gather: 'refuse',
  execute: range,
} satisfies EngineCommand
