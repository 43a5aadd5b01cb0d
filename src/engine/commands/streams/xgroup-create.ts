// XGROUP CREATE key group id|$ [MKSTREAM] [ENTRIESREAD entries-read].

import { error } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { StreamValue } from '../../values/stream.js'
import { Group } from '../../values/stream-group.js'
import { groupStart, keyMissing, parseGroupOptions, wrongOptions } from './group-arguments.js'
import { streamToWrite } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xgroup|create',
  arity: -5,
  flags: ['write', 'denyoom'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Create a consumer group.',
  complexity: 'O(1)',
  history: [['7.0.0', 'Added the `entries_read` named argument.']],
  categories: ['@write', '@stream', '@slow'],
  tips: [],
  keys: [{ first: 2, last: 2, step: 1, flags: ['RW', 'insert'] }],
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
    { name: 'mkstream', type: 'pure-token', token: 'MKSTREAM', optional: true },
    { name: 'entries_read', type: 'integer', token: 'ENTRIESREAD', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parseGroupOptions(args, true)
    if (options === null) return wrongOptions('xgroup', args[1] as string)
    if ('type' in options) return options
    const key = args[2] as string
    const name = args[3] as string
    const found = streamToWrite(context, key)
    if (found?.type === 'error') return found
    if (found === null && !options.makeStream) return keyMissing
    if (args.length > 8) return wrongOptions('xgroup', args[1] as string)
    const stream = found ?? new StreamValue()
    const start = groupStart(stream, args[4] as string)
    if (typeof start !== 'string') return start
    if (stream.groups.has(name)) return busy
    if (found === null) context.effects.create(key, stream)
    const group = new Group(name, start, options.entriesRead)
    context.effects.streams.createGroup(key, stream, group)
    context.effects.notify('xgroup-create', key)
    return ok
  },
} satisfies EngineCommand

const busy = error('BUSYGROUP Consumer Group name already exists')
