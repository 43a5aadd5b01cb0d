// SELECT index: the database of the commands that follow on this connection.

import { specs } from '../specs/connection.js'
import { dbIndexRange } from '../../api/replies.js'
import { ok } from '../../api/reply.js'
import type { RouterCommand } from '../command.js'
import { parseInt32 } from '../numbers.js'

export default {
  ...specs.select,
  run: (session, args, state) => {
    const db = parseInt32(args[1] as string)
    if (typeof db !== 'number') return db
    if (db < 0 || db >= state.config.databases) return dbIndexRange
    session.db = db
    return ok
  },
} satisfies RouterCommand
