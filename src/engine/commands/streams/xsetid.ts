// XSETID key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id].

import { error, noSuchKey, notInteger, syntaxError } from '../../../api/replies.js'
import { type ErrorReply, ok } from '../../../api/reply.js'
import { type Int64, parseInt64 } from '../../values/integer.js'
import { idMin } from '../../values/stream-id.js'
import { streamToWrite, strictId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xsetid',
  arity: -3,
  flags: ['write', 'denyoom', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'An internal command for replicating stream values',
  complexity: 'O(1)',
  history: [['7.0.0', 'Added the `entries_added` and `max_deleted_entry_id` arguments.']],
  categories: ['@write', '@stream', '@fast'],
  tips: [],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'last-id', type: 'string' },
    {
      name: 'entries_added',
      type: 'integer',
      token: 'ENTRIESADDED',
      since: '7.0.0',
      optional: true,
    },
    {
      name: 'max_deleted_entry_id',
      type: 'string',
      token: 'MAXDELETEDID',
      since: '7.0.0',
      optional: true,
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const lastId = strictId(args[2] as string)
    if (typeof lastId !== 'string') return lastId
    const options = parse(args, lastId)
    if ('type' in options) return options
    const { added, maxDeletedId } = options
    const key = args[1] as string
    const stream = streamToWrite(context, key)
    if (stream === null) return noSuchKey
    if (stream.type === 'error') return stream
    const { size, parts } = stream.body
    if (size > 0 && lastId < (parts.at(-1)?.ids.at(-1) ?? '')) return belowTop
    if (size > 0 && added !== null && added < size) return belowLength
    context.effects.streams.setPast(key, stream, {
      lastId,
      added: added ?? stream.added,
      maxDeletedId:
        maxDeletedId === null || maxDeletedId === idMin ? stream.maxDeletedId : maxDeletedId,
    })
    context.effects.notify('xsetid', key)
    return ok
  },
} satisfies EngineCommand

const belowTop = error('ERR The ID specified in XSETID is smaller than the target stream top item')
const belowLength = error(
  'ERR The entries_added specified in XSETID is smaller than the target stream length',
)
const belowDeleted = error(
  'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id',
)
const negativeAdded = error('ERR entries_added must be positive')

interface Options {
  added: Int64 | null
  maxDeletedId: string | null
}

function parse(args: readonly string[], lastId: string): Options | ErrorReply {
  const options: Options = { added: null, maxDeletedId: null }
  for (let i = 3; i < args.length; i += 2) {
    const word = (args[i] as string).toUpperCase()
    const text = args[i + 1]
    if (text === undefined) return syntaxError
    if (word === 'ENTRIESADDED') {
      const given = parseInt64(text)
      if (given === null) return notInteger
      if (given < 0) return negativeAdded
      options.added = given
    } else if (word === 'MAXDELETEDID') {
      const id = strictId(text)
      if (typeof id !== 'string') return id
      if (lastId < id) return belowDeleted
      options.maxDeletedId = id
    } else return syntaxError
  }
  return options
}
