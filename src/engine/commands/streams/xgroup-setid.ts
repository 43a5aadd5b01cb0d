// XGROUP SETID key group id|$ [ENTRIESREAD entries-read].

import { ok } from '../../../api/reply.js'
import { groupArgument, groupStart, parseGroupOptions, wrongOptions } from './group-arguments.js'
import { intervalId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xgroup|setid',
  arity: -5,
  flags: ['write'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Set a consumer group to an arbitrary last delivered ID value.',
  complexity: 'O(1)',
  history: [['7.0.0', 'Added the optional `entries_read` argument.']],
  categories: ['@write', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'groupname', type: 'string' },
    {
      name: 'id',
      type: 'oneof',
      arguments: [
        { name: 'id', type: 'string' },
        { name: 'new_id', type: 'pure-token', token: '$' },
      ],
    },
    { name: 'entries_read', type: 'integer', token: 'ENTRIESREAD', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parseGroupOptions(args, false)
    if (options === null) return wrongOptions('xgroup', args[1] as string)
    if ('type' in options) return options
    const found = groupArgument(context, args)
    if ('text' in found) return found
    if (args.length !== 5 && args.length !== 7) return wrongOptions('xgroup', args[1] as string)
    const { stream, group } = found
    const text = args[4] as string
    // Here Redis takes the ends of ranges, too.
    const lastId = ['-', '+'].includes(text) ? intervalId(text, true) : groupStart(stream, text)
    if (typeof lastId !== 'string') return lastId
    const key = args[2] as string
    const { entriesRead } = options
    context.effects.streams.setRead(key, stream, { group, lastId, entriesRead })
    context.effects.notify('xgroup-setid', key)
    return ok
  },
} satisfies EngineCommand
