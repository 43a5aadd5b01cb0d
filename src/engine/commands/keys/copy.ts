// COPY source destination [DB destination-db] [REPLACE].

import { dbIndexRange, sameObject, syntaxError } from '../../../api/replies.js'
import type { ErrorReply } from '../../../api/reply.js'
import type { Context } from '../../context.js'
import type { EngineCommand } from '../command.js'
import { copyFor } from './copy-machine.js'
import { parseInt32 } from '../options.js'

export default {
  name: 'copy',
  arity: -3,
  flags: ['write', 'denyoom'],
  group: 'generic',
  since: '6.2.0',
  summary: 'Copy a key',
  complexity:
    'O(N) worst case for collections, where N is the number of nested items. O(1) for string ' +
    'values.',
  categories: ['@keyspace', '@write', '@slow'],
  tips: [],
  keys: [
    { first: 1, last: 1, step: 1, flags: ['RO', 'access'] },
    { first: 2, last: 2, step: 1, flags: ['OW', 'update'] },
  ],
  arguments: [
    { name: 'source', type: 'key', keySpec: 0 },
    { name: 'destination', type: 'key', keySpec: 1 },
    { name: 'destination-db', type: 'integer', token: 'DB', optional: true },
    { name: 'replace', type: 'pure-token', token: 'REPLACE', optional: true },
  ],
  gather: 'refuse',
  execute(context, args) {
    const options = parse(context, args)
    if ('type' in options) return options
    const source = args[1] as string
    const target = args[2] as string
    const home = context.db
    if (source === target && options.db === home) return sameObject
    const value = context.lookup(source)
    if (value === undefined) return 0
    const at = context.expiryOf(source)
    context.select(options.db)
    const exists = context.findStored(target) !== undefined
    if (exists && !options.replace) {
      context.select(home)
      return 0
    }
    return copyFor(context, value, (copy) => {
      context.select(options.db)
      if (exists) context.effects.renewed(target)
      context.effects.put(target, copy, '')
      if (at !== null) context.effects.expire(target, at, '')
      context.effects.notify('copy_to', target)
      context.select(home)
      return 1
    })
  },
} satisfies EngineCommand

interface CopyOptions {
  readonly db: number
  readonly replace: boolean
}

function parse(context: Context, args: readonly string[]): CopyOptions | ErrorReply {
  let db = context.db
  let replace = false
  for (let i = 3; i < args.length; i++) {
    const word = (args[i] as string).toUpperCase()
    if (word === 'REPLACE') replace = true
    else if (word === 'DB' && i + 1 < args.length) {
      const given = parseInt32(args[++i] as string)
      if (typeof given !== 'number') return given
      if (given < 0 || given >= context.options.databases) return dbIndexRange
      db = given
    } else return syntaxError
  }
  return { db, replace }
}
