// BITFIELD_RO key [GET type offset ...].

import type { EngineCommand } from '../command.js'
import { bitfield } from './bitfield-operations.js'

export default {
  name: 'bitfield_ro',
  arity: -2,
  flags: ['readonly', 'fast'],
  group: 'bitmap',
  since: '6.0.0',
  summary:
    'Perform arbitrary bitfield integer operations on strings. Read-only variant of BITFIELD',
  complexity: 'O(1) for each subcommand specified',
  categories: ['@read', '@bitmap', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'encoding_offset',
      type: 'block',
      token: 'GET',
      optional: true,
      multiple: true,
      multipleToken: true,
      arguments: [
        { name: 'encoding', type: 'string' },
        { name: 'offset', type: 'integer' },
      ],
    },
  ],
  gather: 'refuse',
  execute: (context, args) => bitfield(context, args, true),
} satisfies EngineCommand
