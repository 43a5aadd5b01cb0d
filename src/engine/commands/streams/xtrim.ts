// XTRIM key MAXLEN|MINID [=|~] threshold [LIMIT count]: the number of entries removed.

import { streamToWrite } from './stream.js'
import { parseTrim } from './trim.js'
import { trimStream } from './trim-machine.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xtrim',
  arity: -4,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: "Trims the stream to (approximately if '~' is passed) a certain size",
  complexity:
    'O(N), with N being the number of evicted entries. Constant times are very small however, since entries are organized in macro nodes containing multiple entries that can be released with a single deallocation.',
  history: [['6.2.0', 'Added the `MINID` trimming strategy and the `LIMIT` option.']],
  categories: ['@write', '@stream', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    {
      name: 'trim',
      type: 'block',
      arguments: [
        {
          name: 'strategy',
          type: 'oneof',
          arguments: [
            { name: 'maxlen', type: 'pure-token', token: 'MAXLEN' },
            { name: 'minid', type: 'pure-token', token: 'MINID', since: '6.2.0' },
          ],
        },
        {
          name: 'operator',
          type: 'oneof',
          optional: true,
          arguments: [
            { name: 'equal', type: 'pure-token', token: '=' },
            { name: 'approximately', type: 'pure-token', token: '~' },
          ],
        },
        { name: 'threshold', type: 'string' },
        { name: 'count', type: 'integer', token: 'LIMIT', since: '6.2.0', optional: true },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const parsed = parseTrim(args, null, context.keyspace.compact.trimmed)
    if ('type' in parsed) return parsed
    const key = args[1] as string
    const stream = streamToWrite(context, key)
    if (stream === null || parsed.trim === null) return 0
    if (stream.type === 'error') return stream
    return trimStream(context, key, {
      stream,
      trim: parsed.trim,
      done(count) {
        if (count > 0) context.effects.notify('xtrim', key)
        return count
      },
    })
  },
} satisfies EngineCommand
