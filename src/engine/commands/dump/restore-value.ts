// RESTORE and RESTORE-ASKING.

import { Buffer } from 'node:buffer'
import type { later } from '../../../api/engine.js'
import {
  badDump,
  badDumpChecksum,
  badFrequency,
  badIdleTime,
  badTtl,
  busyKey,
  notInteger,
  syntaxError,
} from '../../../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../../../api/reply.js'
import type { Use } from '../../accesses.js'
import type { Context } from '../../context.js'
import { expiryMax } from '../../expiry.js'
import { decodeValue } from '../../rdb/decode.js'
import { payloadEnd } from '../../rdb/payload.js'
import { RdbReader } from '../../rdb/reader.js'
import { runWork } from '../../rdb/work.js'
import { type Int64, parseInt64 } from '../../values/integer.js'
import type { Value } from '../../values/value.js'

interface Options {
  replace: boolean
  absolute: boolean
  idle: number | null
  frequency: number | null
}

export function restore(context: Context, args: readonly string[]): Reply | typeof later {
  const options = parse(args)
  if ('type' in options) return options
  const key = args[1] as string
  if (!options.replace && context.findStored(key) !== undefined) return busyKey
  const ttl = parseInt64(args[2] as string)
  if (ttl === null) return notInteger
  if (ttl < 0) return badTtl
  const bytes = Buffer.from(args[3] as string, 'latin1')
  const end = payloadEnd(bytes)
  if (end === null) return badDumpChecksum
  const reader = new RdbReader(bytes, end, context.options.bulkBytesMax)
  return runWork(context, decodeValue(reader, context.effects), (value) =>
    value === null
      ? badDump
      : store(context, key, { value, at: endOf(context, ttl, options), use: options }),
  )
}

/** Wall milliseconds, null for never. */
function endOf(context: Context, ttl: Int64, { absolute }: Options): number | null {
  if (ttl === 0) return null
  const at = typeof ttl === 'bigint' ? expiryMax : ttl + (absolute ? 0 : context.clock)
  return Math.min(at, expiryMax)
}

function store(
  context: Context,
  key: string,
  { value, at, use }: { readonly value: Value; readonly at: number | null; readonly use: Use },
): Reply {
  const { effects } = context
  if (at !== null && at <= context.clock) {
    if (context.findStored(key) !== undefined) effects.remove(key, 'del')
    return ok
  }
  effects.put(key, value, 'restore')
  effects.accesses?.restore(effects.db, key, use)
  if (at !== null) effects.expire(key, at, '')
  return ok
}

function parse(args: readonly string[]): Options | ErrorReply {
  const options: Options = { replace: false, absolute: false, idle: null, frequency: null }
  for (let i = 4; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    const hasMore = i + 1 < args.length
    if (word === 'REPLACE') options.replace = true
    else if (word === 'ABSTTL') options.absolute = true
    else if (word === 'IDLETIME' && hasMore && options.frequency === null) {
      const seconds = parseInt64(args[++i] as string)
      if (seconds === null) return notInteger
      if (seconds < 0) return badIdleTime
      options.idle = Number(seconds)
    } else if (word === 'FREQ' && hasMore && options.idle === null) {
      const frequency = parseInt64(args[++i] as string)
      if (frequency === null) return notInteger
      if (frequency < 0 || frequency > 255) return badFrequency
      options.frequency = Number(frequency)
    } else return syntaxError
  }
  return options
}
