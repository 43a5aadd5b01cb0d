// XADD key [NOMKSTREAM] [MAXLEN|MINID [=|~] threshold [LIMIT count]] *|id field value [field value ...].

import { error, wrongArity } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import { StreamValue } from '../../values/stream.js'
import {
  formatId,
  idAfter,
  idMax,
  makeId,
  msOf,
  parseHalf,
  sequenceOf,
} from '../../values/stream-id.js'
import { streamToWrite, invalidId, strictId } from './stream.js'
import { parseTrim } from './trim.js'
import { trimStream } from './trim-machine.js'
import type { Context } from '../../context.js'
import type { EngineCommand } from '../command.js'

export default {
  name: 'xadd',
  arity: -5,
  flags: ['write', 'denyoom', 'fast'],
  group: 'stream',
  since: '5.0.0',
  summary: 'Appends a new entry to a stream',
  complexity:
    'O(1) when adding a new entry, O(N) when trimming where N being the number of entries evicted.',
  history: [
    ['6.2.0', 'Added the `NOMKSTREAM` option, `MINID` trimming strategy and the `LIMIT` option.'],
    ['7.0.0', 'Added support for the `<ms>-*` explicit ID form.'],
  ],
  categories: ['@write', '@stream', '@fast'],
  tips: ['nondeterministic_output'],
  keys: [
    {
      first: 1,
      last: 1,
      step: 1,
      flags: ['RW', 'update'],
      notes: 'UPDATE instead of INSERT because of the optional trimming feature',
    },
  ],
  arguments: [
    { name: 'key', type: 'key', keySpec: 0 },
    { name: 'nomkstream', type: 'pure-token', token: 'NOMKSTREAM', since: '6.2.0', optional: true },
    {
      name: 'trim',
      type: 'block',
      optional: true,
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
    {
      name: 'id_or_auto',
      type: 'oneof',
      arguments: [
        { name: 'auto_id', type: 'pure-token', token: '*' },
        { name: 'id', type: 'string' },
      ],
    },
    {
      name: 'field_value',
      type: 'block',
      multiple: true,
      arguments: [
        { name: 'field', type: 'string' },
        { name: 'value', type: 'string' },
      ],
    },
  ],
  gather: 'refuse',
  execute(context, args) {
    const parsed = parseTrim(args, refusesId, context.keyspace.compact.trimmed)
    if ('type' in parsed) return parsed
    const { at, trim, noMake } = parsed
    const fields = args.length - at - 1
    const wanted = args[at]
    const isAuto = wanted === '*'
    const given = wanted === undefined || isAuto ? null : parseWanted(wanted)
    if (given !== null && 'type' in given) return given
    if (fields < 2 || fields % 2 === 1) return wrongArity('xadd')
    if (given?.id === idZero && !given.isOpen) return zeroId
    const key = args[1] as string
    const found = streamToWrite(context, key)
    if (found?.type === 'error') return found
    if (found === null && noMake) return null
    const stream = found ?? new StreamValue()
    if (stream.lastId === idMax) return exhausted
    const id = nextId(stream, given, context)
    if (id === null || id <= stream.lastId) return tooSmall
    if (found === null) context.effects.create(key, stream)
    context.effects.streams.append(key, stream, id, args.slice(at + 1))
    context.effects.notify('xadd', key)
    if (trim === null) return formatId(id)
    return trimStream(context, key, {
      stream,
      trim,
      done(count) {
        if (count > 0) context.effects.notify('xtrim', key)
        return formatId(id)
      },
    })
  },
} satisfies EngineCommand

interface Wanted {
  /** Of `ms-*`: with sequence 0. */
  readonly id: string
  readonly isOpen: boolean
}

const idZero = makeId(0, 0)
const zeroId = error('ERR The ID specified in XADD must be greater than 0-0')
const tooSmall = error(
  'ERR The ID specified in XADD is equal or smaller than the target stream top item',
)
const exhausted = error(
  'ERR The stream has exhausted the last possible ID, unable to add more items',
)

function refusesId(text: string): ErrorReply | null {
  const wanted = parseWanted(text)
  return 'type' in wanted ? wanted : null
}

function parseWanted(text: string): Wanted | ErrorReply {
  if (text.endsWith('-*')) {
    const ms = parseHalf(text.slice(0, -2))
    return ms === null ? invalidId : { id: makeId(ms, 0), isOpen: true }
  }
  const id = strictId(text)
  return typeof id === 'string' ? { id, isOpen: false } : id
}

/** The id of the next entry; null where there is none behind the last one. */
function nextId(stream: StreamValue, wanted: Wanted | null, context: Context): string | null {
  const { clock, seat, idMs } = context
  const { lastId } = stream
  if (wanted === null) {
    const now = seat < 0 ? makeId(clock, 0) : makeId(Math.max(clock, idMs), seat)
    return now > lastId ? now : idOfSeat(idAfter(lastId), seat)
  }
  if (!wanted.isOpen) return wanted.id
  if (msOf(wanted.id) !== msOf(lastId)) return idOfSeat(wanted.id, seat)
  const next = idAfter(lastId)
  return next === null || sequenceOf(next) === 0 ? null : idOfSeat(next, seat)
}

/** The first id from `id` on that no other member would choose, where several write at the same time. */
function idOfSeat(id: string | null, seat: number): string | null {
  if (id === null || seat < 0) return id
  const sequence = sequenceOf(id)
  if (typeof sequence !== 'number') return id
  const rest = (seat - (sequence % seats) + seats) % seats
  return makeId(msOf(id), sequence + rest)
}

const seats = 64
