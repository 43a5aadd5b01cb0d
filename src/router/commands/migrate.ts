// MIGRATE: the values go to another Redis server as RESTORE, and are deleted here once it confirmed them. Each
// key is here or there in its last state, whoever writes meanwhile; see migration/portion.ts. Otherwise than
// Redis it sends no value before AUTH and SELECT are answered, and database -1 is refused by the target.

import type { Group } from '../../api/group.js'
import { notInTransaction } from '../../api/replies.js'
import type { RouterCommand } from '../command.js'
import { parseMigrate } from '../migration/request.js'
import { migrate } from '../specs/migrate.js'
import { deferred } from '../state.js'

export default {
  ...migrate,
  barrier: true,
  run: (session, args, state) => {
    const request = parseMigrate(args)
    if ('type' in request) return request
    // EXEC is one entry of one group, which cannot wait for another server.
    if (!state.mayDefer) return notInTransaction
    // It is asked for in lanes of its own; a token of the connection stands for these groups, too.
    for (const key of request.keys) {
      const index = state.route.groupOf(session.db, key)
      session.lanes.of(index, state.groups[index] as Group)
    }
    const entry = state.table.find(migrate.name) ?? null
    state.migrations.begin(session, { entry, state, request })
    return deferred
  },
} satisfies RouterCommand
