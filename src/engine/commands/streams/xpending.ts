// XPENDING key group [[IDLE min-idle-time] start end count [consumer]].

import { notInteger, syntaxError } from '../../../api/replies.js'
import { type ErrorReply, emptyArray, nullArray, type Reply } from '../../../api/reply.js'
import { parseClamped } from '../../values/integer.js'
import type { Group, Pending } from '../../values/stream-group.js'
import { formatId } from '../../values/stream-id.js'
import { inSteps } from '../steps.js'
import { findGroup, intervalId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xpending',
  arity: -3,
  flags: ['readonly'],
  group: 'stream',
  since: '5.0.0',
  summary:
    'Return information and entries from a stream consumer group pending entries list, that are messages fetched but never acknowledged.',
  complexity:
    'O(N) with N being the number of elements returned, so asking for a small fixed number of entries per call is O(1). O(M), where M is the total number of entries scanned when used with the IDLE filter. When the command returns just the summary and the list of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for iterating every consumer.',
  history: [['6.2.0', 'Added the `IDLE` option and exclusive range intervals.']],
  categories: ['@read', '@stream', '@slow'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RO', 'access'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'group', type: 'string' },
    {
      name: 'filters',
      type: 'block',
      optional: true,
      arguments: [
        { name: 'min-idle-time', type: 'integer', token: 'IDLE', since: '6.2.0', optional: true },
        { name: 'start', type: 'string' },
        { name: 'end', type: 'string' },
        { name: 'count', type: 'integer' },
        { name: 'consumer', type: 'string', optional: true },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const range = args.length > 3 ? parse(args) : null
    if (range !== null && 'type' in range) return range
    const found = findGroup(context, args[1] as string, args[2] as string)
    if ('text' in found) return found
    const { group } = found
    if (range === null) return summary(group)
    const owner = range.consumer === null ? group : group.consumers.get(range.consumer)
    if (owner === undefined) return emptyArray
    const list = owner === group ? group.order : owner.pending
    const ids = 'ids' in list ? list.ids : []
    let at = 'ids' in list ? list.indexOf(range.first) : 0
    const listed: Reply[] = []
    return inSteps(context, ids.length, {
      visit() {
        const id = ids[at++]
        if (id === undefined || id > range.last || listed.length >= range.count) return false
        const { consumer, deliveredAt, deliveries } = group.pending.get(id) as Pending
        const idle = Math.max(0, context.present - deliveredAt)
        if (idle >= range.minIdle) listed.push([formatId(id), consumer.name, idle, deliveries])
        return true
      },
      finish: () => listed,
    })
  },
} satisfies EngineCommand

interface Range {
  readonly minIdle: number
  readonly first: string
  readonly last: string
  readonly count: number
  readonly consumer: string | null
}

function parse(args: readonly string[]): Range | ErrorReply {
  if (args.length < 6 || args.length > 9) return syntaxError
  const hasIdle = (args[3] as string).toUpperCase() === 'IDLE'
  const at = hasIdle ? 5 : 3
  let minIdle = 0
  if (hasIdle) {
    const given = parseClamped(args[4] as string)
    if (given === null) return notInteger
    minIdle = given
  }
  if (hasIdle && args.length < 8) return syntaxError
  const count = parseClamped(args[at + 2] as string)
  if (count === null) return notInteger
  const first = intervalId(args[at] as string, true)
  if (typeof first !== 'string') return first
  const last = intervalId(args[at + 1] as string, false)
  if (typeof last !== 'string') return last
  return { minIdle, first, last, count: Math.max(0, count), consumer: args[at + 3] ?? null }
}

function summary(group: Group): Reply {
  const { ids } = group.order
  const first = ids[0]
  const last = ids.at(-1)
  if (first === undefined || last === undefined) return [0, null, null, nullArray]
  const consumers: Reply[] = []
  for (const { name, pending } of group.sorted()) {
    if (pending.size > 0) consumers.push([name, String(pending.size)])
  }
  return [ids.length, formatId(first), formatId(last), consumers]
}
