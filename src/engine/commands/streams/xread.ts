// XREAD [COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...].

import { error } from '../../../api/replies.js'
import { nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { formatId } from '../../values/stream-id.js'
import { waitFor } from '../waiting.js'
import type { StreamRead } from './read-group.js'
import { PlainRead, readAll } from './read-machine.js'
import { parseRead, type ReadOptions } from './read-options.js'
import { findStream, strictId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xread',
  arity: -4,
  flags: ['readonly', 'blocking', 'movablekeys'],
  group: 'stream',
  since: '5.0.0',
  summary:
    'Return never seen elements in multiple streams, with IDs greater than the ones reported by the caller for each stream. Can block.',
  complexity:
    'For each stream mentioned: O(N) with N being the number of elements being returned, it means that XREAD-ing with a fixed COUNT is O(1). Note that when the BLOCK option is used, XADD will pay O(M) time in order to serve the M clients blocked on the stream getting new data.',
  categories: ['@read', '@stream', '@slow', '@blocking'],
  tips: [],
  keys: [{ first: 1, last: -1, step: 1, keyword: 'STREAMS', limit: 2, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    { name: 'milliseconds', type: 'integer', token: 'BLOCK', optional: true },
    {
      name: 'streams',
      type: 'block',
      token: 'STREAMS',
      arguments: [
        { name: 'key', type: 'key', keySpec: 0, multiple: true },
        { name: 'id', type: 'string', multiple: true },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parseRead(args, false)
    if ('type' in options) return options
    const { keys, ids, count } = options
    const reads: StreamRead[] = []
    const missing: string[] = []
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      const text = ids[i] as string
      const stream = findStream(context, key)
      if (stream?.type === 'error') return stream
      if (text === '>') return groupOnlyId
      const after = text === '$' ? '' : strictId(text)
      if (typeof after !== 'string') return after
      if (stream === null) {
        missing.push(key)
        continue
      }
      const last = stream.body.parts.at(-1)?.ids.at(-1)
      if (text === '$' || last === undefined || last <= after) continue
      reads.push(new PlainRead(key, { stream, after, count }))
    }
    // Redis looks for each key again once all ids are right.
    for (const key of missing) context.lookup(key)
    if (reads.length > 0 || options.blockMs < 0) return readAll(context, reads)
    return waitForEntries(context, options)
  },
} satisfies EngineCommand

/** For entries behind the ids as they are now. */
function waitForEntries(context: Context, options: ReadOptions): Reply {
  const { keys, ids, count, blockMs } = options
  const counted = count > 0 ? ['COUNT', String(count)] : []
  const attempt = (key: string): readonly string[] => {
    const id = ids[keys.indexOf(key)] as string
    const stream = id === '$' ? findStream(context, key) : null
    const after = id !== '$' ? id : stream?.type === 'stream' ? formatId(stream.lastId) : '0-0'
    return ['xread', ...counted, 'BLOCK', '0', 'STREAMS', key, after]
  }
  return context.wait(nullArray, waitFor('stream', { keys, timeoutMs: blockMs, attempt }))
}

const groupOnlyId = error(
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
)
