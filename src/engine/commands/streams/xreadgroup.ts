// XREADGROUP GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...].

import { error } from '../../../api/replies.js'
import { type ErrorReply, nullArray, type Reply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import { idMax } from '../../values/stream-id.js'
import { waitFor } from '../waiting.js'
import { type GroupRead, NewRead, PendingRead, type StreamRead } from './read-group.js'
import { readAll } from './read-machine.js'
import { parseRead, type ReadOptions } from './read-options.js'
import { findStream, strictId, untilNul } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xreadgroup',
  arity: -7,
  flags: ['write', 'blocking', 'movablekeys'],
  group: 'stream',
  since: '5.0.0',
  summary:
    'Return new entries from a stream using a consumer group, or access the history of the pending entries for a given consumer. Can block.',
  complexity:
    'For each stream mentioned: O(M) with M being the number of elements returned. If M is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1). On the other side when XREADGROUP blocks, XADD will pay the O(N) time in order to serve the N clients blocked on the stream getting new data.',
  categories: ['@write', '@stream', '@slow', '@blocking'],
  tips: [],
  keys: [{ first: 4, last: -1, step: 1, keyword: 'STREAMS', limit: 2, flags: ['RO', 'access'] }],
  arguments: [
    {
      name: 'group_consumer',
      type: 'block',
      token: 'GROUP',
      arguments: [
        { name: 'group', type: 'string' },
        { name: 'consumer', type: 'string' },
      ],
    },
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    { name: 'milliseconds', type: 'integer', token: 'BLOCK', optional: true },
    { name: 'noack', type: 'pure-token', token: 'NOACK', optional: true },
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
    const options = parseRead(args, true)
    if ('type' in options) return options
    const wanted: Wanted[] = []
    for (let i = 0; i < options.keys.length; i++) {
      const found = findWanted(context, options, i)
      if ('type' in found) return found
      wanted.push(found)
    }
    const reads: StreamRead[] = []
    for (const { read, after } of wanted) {
      const { stream, group } = read
      if (after !== null) reads.push(new PendingRead(context, read, after))
      else {
        // The last entry that is there: behind deleted ones it waits.
        const last = stream.body.parts.at(-1)?.ids.at(-1)
        if (last !== undefined && last > group.lastId) reads.push(new NewRead(context, read))
      }
    }
    if (reads.length > 0 || options.blockMs < 0) return readAll(context, reads)
    return waitForEntries(context, options)
  },
} satisfies EngineCommand

function waitForEntries(context: Context, options: ReadOptions): Reply {
  const { keys, count, blockMs, noAck, group, consumer } = options
  const counted = count > 0 ? ['COUNT', String(count)] : []
  const unacknowledged = noAck ? ['NOACK'] : []
  const head = ['xreadgroup', 'GROUP', group ?? '', consumer, ...counted, ...unacknowledged]
  const attempt = (key: string): readonly string[] => [...head, 'BLOCK', '0', 'STREAMS', key, '>']
  const waiting = waitFor('stream', { keys, timeoutMs: blockMs, attempt })
  return context.wait(nullArray, { ...waiting, endsWithKey: true })
}

interface Wanted {
  readonly read: GroupRead
  /** Pending entries behind this id; null for new ones. */
  readonly after: string | null
}

const plainOnlyId = error(
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
)

function findWanted(context: Context, options: ReadOptions, index: number): Wanted | ErrorReply {
  const key = options.keys[index] as string
  const text = options.ids[index] as string
  const name = options.group ?? ''
  const stream = findStream(context, key)
  if (stream?.type === 'error') return stream
  const group = stream?.groups.get(name)
  if (stream === null || group === undefined) {
    return error(
      `NOGROUP No such key '${untilNul(key)}' or consumer group '${untilNul(name)}' in XREADGROUP with GROUP option`,
    )
  }
  if (text === '$') return plainOnlyId
  const id = text === '>' ? idMax : strictId(text)
  if (typeof id !== 'string') return id
  // As in Redis the greatest id stands for new entries.
  const after = id === idMax ? null : id
  const { consumer, count, noAck } = options
  return { read: { key, stream, group, consumer, count, noAck }, after }
}
