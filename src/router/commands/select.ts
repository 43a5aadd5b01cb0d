// SELECT index: the database of the commands that follow on this connection.

import { dbIndexRange } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import { connection, type RouterCommand } from '../command.js'
import { parseInt32 } from '../numbers.js'

export default {
  ...connection,
  name: 'select',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  since: '1.0.0',
  summary: 'Changes the database of the connection.',
  arguments: [{ name: 'index', type: 'integer' }],
  run: (session, args, state) => {
    const db = parseInt32(args[1] as string)
    if (typeof db !== 'number') return db
    if (db < 0 || db >= state.config.databases) return dbIndexRange
    session.db = db
    return ok
  },
} satisfies RouterCommand
