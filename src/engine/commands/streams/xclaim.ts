// XCLAIM key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-ms] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID id].

import { error } from '../../../api/replies.js'
import type { ErrorReply, Reply } from '../../../api/reply.js'
import { type Int64, parseClamped, parseInt64 } from '../../values/integer.js'
import { plus } from '../../values/stream.js'
import type { Consumer } from '../../values/stream-group.js'
import { formatId, parseId } from '../../values/stream-id.js'
import { inSteps } from '../steps.js'
import { makeConsumer } from './read-group.js'
import { entryReply, findGroup, strictId, untilNul } from './stream.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xclaim',
  arity: -6,
  flags: ['write', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary:
    'Changes (or acquires) ownership of a message in a consumer group, as if the message was delivered to the specified consumer.',
  complexity: 'O(log N) with N being the number of messages in the PEL of the consumer group.',
  categories: ['@write', '@stream', '@fast'],
  tips: ['nondeterministic_output'],
  keys: [{ first: 1, last: 1, step: 1, flags: ['RW', 'update'] }],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'group', type: 'string' },
    { name: 'consumer', type: 'string' },
    { name: 'min-idle-time', type: 'string' },
    { name: 'id', type: 'string', multiple: true },
    { name: 'ms', type: 'integer', token: 'IDLE', optional: true },
    { name: 'unix-time-milliseconds', type: 'unix-time', token: 'TIME', optional: true },
    { name: 'count', type: 'integer', token: 'RETRYCOUNT', optional: true },
    { name: 'force', type: 'pure-token', token: 'FORCE', optional: true },
    { name: 'justid', type: 'pure-token', token: 'JUSTID', optional: true },
    { name: 'id', type: 'string', token: 'LASTID', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const key = args[1] as string
    const found = findGroup(context, key, args[2] as string)
    if ('text' in found) return found
    const { stream, group } = found
    const options = parse(args, context.clock)
    if ('type' in options) return options
    const { streams } = context.effects
    if (options.lastId > group.lastId) {
      streams.setRead(key, stream, { ...group, group, lastId: options.lastId })
    }
    let consumer: Consumer | null = null
    const claimed: Reply[] = []
    return inSteps(context, options.ids.length, {
      visit(index) {
        const id = options.ids[index] as string
        const entry = stream.find(id)
        const pending = group.pending.get(id)
        if (entry === undefined) streams.acknowledge(key, stream, { group, id })
        if (entry === undefined || (pending === undefined && !options.force)) return true
        const idle = pending === undefined ? 0 : context.clock - pending.deliveredAt
        if (pending !== undefined && options.minIdle > 0 && idle < options.minIdle) return true
        consumer ??= makeConsumer(context, { key, stream, group }, args[3] as string)
        const before = pending?.deliveries ?? 1
        const deliveries = options.retries ?? plus(before, options.justId ? 0 : 1)
        const delivery = { consumer, deliveredAt: options.deliveredAt, deliveries }
        streams.deliver(key, stream, { group, id, delivery })
        claimed.push(options.justId ? formatId(id) : entryReply(id, entry))
        return true
      },
      finish() {
        if (consumer !== null) {
          const now = context.clock
          streams.see(key, stream, { consumer, seenAt: now, activeAt: now })
        }
        return claimed
      },
    })
  },
} satisfies EngineCommand

interface Options {
  readonly minIdle: number
  readonly ids: readonly string[]
  deliveredAt: number
  retries: Int64 | null
  force: boolean
  justId: boolean
  lastId: string
}

const badIdle = error('ERR Invalid min-idle-time argument for XCLAIM')

function parse(args: readonly string[], clock: number): Options | ErrorReply {
  const minIdle = parseClamped(args[4] as string)
  if (minIdle === null) return badIdle
  const ids: string[] = []
  let at = 5
  for (; at < args.length; at++) {
    const id = parseId(args[at] as string, 0)
    if (id === null) break
    ids.push(id)
  }
  const options: Options = {
    minIdle: Math.max(0, minIdle),
    ids,
    deliveredAt: clock,
    retries: null,
    force: false,
    justId: false,
    lastId: '',
  }
  for (; at < args.length; at++) {
    const refusal = parseOption(args, at, { options, clock })
    if (typeof refusal !== 'number') return refusal
    at = refusal
  }
  return options
}

/** Reads the option at `at`; the index of its last argument. */
function parseOption(
  args: readonly string[],
  at: number,
  into: { readonly options: Options; readonly clock: number },
): number | ErrorReply {
  const { options, clock } = into
  const word = (args[at] as string).toUpperCase()
  if (word === 'FORCE') options.force = true
  else if (word === 'JUSTID') options.justId = true
  if (word === 'FORCE' || word === 'JUSTID') return at
  const text = args[at + 1]
  const isKnown = ['IDLE', 'TIME', 'RETRYCOUNT', 'LASTID'].includes(word)
  if (text === undefined || !isKnown)
    return error(`ERR Unrecognized XCLAIM option '${untilNul(args[at] ?? '')}'`)
  if (word === 'LASTID') {
    const id = strictId(text)
    if (typeof id !== 'string') return id
    options.lastId = id
    return at + 1
  }
  const value = parseClamped(text)
  if (value === null) return error(`ERR Invalid ${word} option argument for XCLAIM`)
  if (word === 'RETRYCOUNT') options.retries = value < 0 ? null : parseInt64(text)
  else {
    const time = word === 'IDLE' ? clock - value : value
    options.deliveredAt = time < 0 || time > clock ? clock : time
  }
  return at + 1
}
