// ACL SAVE and LOAD, where the configuration names a file of users.

import { error, notInTransaction } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import { readUserLines } from '../../../api/user-lines.js'
import type { FileResult } from '../../files.js'
import type { Session } from '../../session.js'
import { deferred, type Run, type RouterState } from '../../state.js'
import { type SharedUser, withUsers } from '../../../api/topology.js'
import { describeUser } from '../../acl/describe.js'
import type { TopologyEdit } from '../../cluster-view.js'
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
    make: ({ error: why }, answer) => answer(why === null ? ok : notSaved),
  })
  return deferred
}

export const load: Run = (session, _args, state) => {
  if (state.config.aclFile === null) return noFile
  if (!state.mayDefer) return notInTransaction
  state.files.ask(session, state.table.findFull('acl|load') ?? null, {
    task: { name: 'read-users' },
    make: (result, answer) => take(state, session, { result, answer }),
  })
  return deferred
}

function take(
  state: RouterState,
  session: Session,
  { result, answer }: { readonly result: FileResult; readonly answer: (reply: Reply) => void },
): void {
  const path = state.config.aclFile ?? ''
  const { error: why, text } = result
  if (why !== null) return answer(error(`ERR Error loading ACLs, opening file '${path}': ${why}`))
  const lines = readUserLines(text)
  const made = state.users.read(lines, path)
  if (typeof made === 'string') return answer(error(`ERR ${made}`))
  const { users } = state
  const before = new Map(users.list().map((user) => [user, describeUser(user, users.catalog)]))
  state.changing.add(session)
  const edit: TopologyEdit = (topology) => {
    const given = users
      .whole(made)
      .map((user) => [user.name, describeUser(user, users.catalog)] as const)
    const gone = users.list().filter(({ name }) => name !== 'default' && !made.has(name))
    const changed: SharedUser[] = [...gone.map(({ name }) => [name, null] as const), ...given]
    return withUsers(topology, changed)
  }
  state.cluster.changeTopology('ACL LOAD', edit, (refusal) => {
    // Redis closes connections of users that may do something else now, too.
    const changed = users.list().filter((user) => {
      const was = before.get(user)
      return (
        user !== users.default && was !== undefined && was !== describeUser(user, users.catalog)
      )
    })
    if (refusal === null) closeSessionsOf(state, new Set(changed))
    state.changing.delete(session)
    answer(refusal ?? ok)
  })
}
