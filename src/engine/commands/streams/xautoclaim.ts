// XAUTOCLAIM key group consumer min-idle-time start [COUNT count] [JUSTID].

import { error, syntaxError } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import { int64Max, parseClamped, parseInt64 } from '../../values/integer.js'
import { plus } from '../../values/stream.js'
import type { Consumer, Pending } from '../../values/stream-group.js'
import { formatId, idMin } from '../../values/stream-id.js'
import { inSteps } from '../steps.js'
import { makeConsumer } from './read-group.js'
import { entryReply, findGroup, intervalId } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xautoclaim',
  arity: -6,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '6.2.0',
  summary:
    'Changes (or acquires) ownership of messages in a consumer group, as if the messages were delivered to the specified consumer.',
  complexity: 'O(1) if COUNT is small.',
  history: [
    [
      '7.0.0',
      'Added an element to the reply array, containing deleted entries the command cleared from the PEL',
    ],
  ],
  categories: ['@write', '@stream', '@fast'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'delete'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'group', type: 'string' },
    { name: 'consumer', type: 'string' },
    { name: 'min-idle-time', type: 'string' },
    { name: 'start', type: 'string' },
    { name: 'count', type: 'integer', token: 'COUNT', optional: true },
    { name: 'justid', type: 'pure-token', token: 'JUSTID', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    // Looked for, and counted as a miss, whatever the options.
    const found = findGroup(context, key, args[2] as string)
    const options = parse(args)
    if ('type' in options) return options
    if ('text' in found) return found
    const { stream, group } = found
    const { streams } = context.effects
    const { ids } = group.order
    const claimed: Reply[] = []
    const deleted: Reply[] = []
    let consumer: Consumer | null = null
    let at = group.order.indexOf(options.start)
    let left = options.count
    return inSteps(context, Math.min(options.count * attemptsPerEntry, ids.length), {
      visit() {
        const id = ids[at]
        if (id === undefined || left === 0) return false
        const { deliveredAt, deliveries: before } = group.pending.get(id) as Pending
        const entry = stream.find(id)
        if (entry === undefined) {
          streams.acknowledge(key, stream, { group, id })
          deleted.push(formatId(id))
          left--
          return true
        }
        at++
        if (options.minIdle > 0 && context.clock - deliveredAt < options.minIdle) return true
        consumer ??= makeConsumer(context, { key, stream, group }, args[3] as string)
        const deliveries = plus(before, options.justId ? 0 : 1)
        const delivery = { consumer, deliveredAt: context.clock, deliveries }
        streams.deliver(key, stream, { group, id, delivery })
        claimed.push(options.justId ? formatId(id) : entryReply(id, entry))
        left--
        return true
      },
      finish() {
        if (consumer !== null) {
          const now = context.clock
          streams.see(key, stream, { consumer, seenAt: now, activeAt: now })
        }
        return [formatId(ids[at] ?? idMin), claimed, deleted]
      },
    })
  },
} satisfies EngineCommand

interface Options {
  readonly minIdle: number
  readonly start: string
  count: number
  justId: boolean
}

/** Pending entries that are looked at for each that may be claimed. */
const attemptsPerEntry = 10
const countMax = int64Max / 16n
const badIdle = error('ERR Invalid min-idle-time argument for XAUTOCLAIM')
const badCount = error('ERR COUNT must be > 0')

function parse(args: readonly string[]): Options | ErrorReply {
  const minIdle = parseClamped(args[4] as string)
  if (minIdle === null) return badIdle
  const start = intervalId(args[5] as string, true)
  if (typeof start !== 'string') return start
  const options: Options = { minIdle: Math.max(0, minIdle), start, count: 100, justId: false }
  for (let i = 6; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (word === 'JUSTID') options.justId = true
    else if (word === 'COUNT' && i + 1 < args.length) {
      const count = parseInt64(args[++i] as string)
      if (count === null || count < 1 || count > countMax) return badCount
      options.count = Math.min(Number(count), Number.MAX_SAFE_INTEGER / attemptsPerEntry)
    } else return syntaxError
  }
  return options
}
