// SELECT index: the database of the commands that follow on this connection.

import { dbIndexRange, notInteger } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { connection, type RouterCommand } from '../command.js'
import { parseInteger } from '../numbers.js'

export default {
  ...connection,
  name: 'select',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  since: '1.0.0',
  summary: 'Changes the database of the connection.',
  arguments: [{ name: 'index', type: 'integer' }],
  run: (session, args, state) => {
    const db = parseInteger(args[1] as string)
    if (db === null) return notInteger
    if (db < 0 || db >= state.config.databases) return dbIndexRange
    session.db = db
    return ok
  },
} satisfies RouterCommand
