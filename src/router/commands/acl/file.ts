// ACL SAVE and LOAD, where the configuration names a file of users.

import { error, notInTransaction } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import { readUserLines } from '../../../api/user-lines.js'
import type { FileResult } from '../../files.js'
import type { Session } from '../../session.js'
import { deferred, type Run, type RouterState } from '../../state.js'
import { closeSessionsOf } from './sessions.js'

const noFile = error(
  'ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.',
)
const notSaved = error(
  'ERR There was an error trying to save the ACLs. Please check the server logs for more information',
)

export const save: Run = (session, _args, state) => {
  if (state.config.aclFile === null) return noFile
  if (!state.mayDefer) return notInTransaction
  state.files.ask(session, state.table.findFull('acl|save') ?? null, {
    task: { name: 'write-users', text: state.users.text() },
    make: ({ error: why }) => (why === null ? ok : notSaved),
  })
  return deferred
}

export const load: Run = (session, _args, state) => {
  if (state.config.aclFile === null) return noFile
  if (!state.mayDefer) return notInTransaction
  state.files.ask(session, state.table.findFull('acl|load') ?? null, {
    task: { name: 'read-users' },
    make: (result) => take(state, session, result),
  })
  return deferred
}

function take(state: RouterState, session: Session, { error: why, text }: FileResult): Reply {
  const path = state.config.aclFile ?? ''
  if (why !== null) return error(`ERR Error loading ACLs, opening file '${path}': ${why}`)
  const changes = state.users.replace(readUserLines(text), path)
  if (typeof changes === 'string') return error(`ERR ${changes}`)
  const gone = new Set([...changes.removed, ...changes.changed])
  gone.delete(state.users.default)
  closeSessionsOf(state, gone, session)
  return ok
}
