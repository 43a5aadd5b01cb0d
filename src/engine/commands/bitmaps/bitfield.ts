// BITFIELD key [GET type offset] [OVERFLOW mode] [SET type offset value] [INCRBY type offset change] ...

import { oneOf } from '../../../api/arguments.js'
import type { EngineCommand } from '../command.js'
import { bitfield } from './bitfield-operations.js'

export default {
  name: 'bitfield',
  arity: -2,
  flags: ['write', 'denyoom'],
  group: 'bitmap',
  since: '3.2.0',
  summary: 'Perform arbitrary bitfield integer operations on strings',
  complexity: 'O(1) for each subcommand specified',
  categories: ['@write', '@bitmap', '@slow'],
  tips: [],
  keys: [
    {
      first: 1,
      last: 1,
      step: 1,
      flags: ['RW', 'access', 'update', 'variable_flags'],
      notes: 'This command allows both access and modification of the key',
    },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'operation',
      type: 'oneof',
      optional: true,
      multiple: true,
      arguments: [
        {
          name: 'encoding_offset',
          type: 'block',
          token: 'GET',
          arguments: [
            { name: 'encoding', type: 'string' },
            { name: 'offset', type: 'integer' },
          ],
        },
        {
          name: 'write',
          type: 'block',
          arguments: [
            oneOf('wrap_sat_fail', ['wrap', 'sat', 'fail'], { token: 'OVERFLOW', optional: true }),
            {
              name: 'write_operation',
              type: 'oneof',
              arguments: [
                {
                  name: 'encoding_offset_value',
                  type: 'block',
                  token: 'SET',
                  arguments: [
                    { name: 'encoding', type: 'string' },
                    { name: 'offset', type: 'integer' },
                    { name: 'value', type: 'integer' },
                  ],
                },
                {
                  name: 'encoding_offset_increment',
                  type: 'block',
                  token: 'INCRBY',
                  arguments: [
                    { name: 'encoding', type: 'string' },
                    { name: 'offset', type: 'integer' },
                    { name: 'increment', type: 'integer' },
                  ],
                },
              ],
            },
          ],
        },
      ],
    },
  ],
  gather: 'refuse',
  execute: (context, args) => bitfield(context, args, false),
} satisfies EngineCommand
