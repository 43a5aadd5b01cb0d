// ACL SETUSER, GETUSER, DELUSER, LIST, USERS, WHOAMI: the users of the cluster. A change goes into the topology, and
// holds at once for connections that are there; those of a user that is gone are closed.

import { error } from '../../../api/replies.js'
import { ok, type Reply } from '../../../api/reply.js'
import type { AclCatalog } from '../../acl/categories.js'
import { channelsOf, commandsOf, describeUser, flagsOf, keysOf } from '../../acl/describe.js'
import { readRules } from '../../acl/rules.js'
import type { Selector } from '../../acl/selector.js'
import { withUsers } from '../../../api/topology.js'
import { changeTopology } from '../../change-topology.js'
import type { Run } from '../../state.js'

const badName = error("ERR Usernames can't contain spaces or null characters")
const notDefault = error("ERR The 'default' user cannot be removed")

export const setUser: Run = (session, args, state) => {
  const name = args[2] as string
  if (hasBlank(name)) return badName
  const rules = readRules(args.slice(3))
  if (typeof rules === 'string') return error(`ERR ${rules}`)
  const judged = state.users.judge(name, rules)
  if (typeof judged === 'string') return error(`ERR ${judged}`)
  return changeTopology(state, session, {
    name: 'acl|setuser',
    what: `ACL SETUSER ${name}`,
    edit: (topology) => {
      const made = state.users.judge(name, rules)
      if (typeof made === 'string') return error(`ERR ${made}`)
      return withUsers(topology, [[name, describeUser(made, state.users.catalog)]])
    },
    done: (refusal, answer) => answer(refusal ?? ok),
  })
}

export const getUser: Run = (_session, args, state) => {
  const user = state.users.get(args[2] as string)
  if (user === undefined) return null
  const { catalog } = state.users
  return {
    type: 'map',
    pairs: [
      'flags',
      { type: 'set', items: flagsOf(user) },
      'passwords',
      [...user.passwords],
      ...describeSelector(user.root, catalog),
      'selectors',
      user.selectors.map((selector) => ({
        type: 'map',
        pairs: describeSelector(selector, catalog),
      })),
    ],
  }
}

function describeSelector(selector: Selector, catalog: AclCatalog): readonly Reply[] {
  return [
    ...['commands', commandsOf(selector, catalog)],
    ...['keys', keysOf(selector), 'channels', channelsOf(selector)],
  ]
}

export const delUser: Run = (session, args, state) => {
  const names = args.slice(2)
  if (names.includes('default')) return notDefault
  let known: string[] = []
  return changeTopology(state, session, {
    name: 'acl|deluser',
    what: `ACL DELUSER ${names.join(' ')}`,
    edit: (topology) => {
      known = [...new Set(names)].filter((name) => state.users.get(name) !== undefined)
      if (known.length === 0) return null
      return withUsers(
        topology,
        known.map((name) => [name, null]),
      )
    },
    done: (refusal, answer) => answer(refusal ?? known.length),
  })
}

export const list: Run = (_session, _args, state) =>
  state.users.list().map((user) => `user ${user.name} ${describeUser(user, state.users.catalog)}`)

export const users: Run = (_session, _args, state) => state.users.list().map(({ name }) => name)

export const whoAmI: Run = (session) => session.user.name

function hasBlank(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i)
    if (code === 0 || code === 32 || (code >= 9 && code <= 13)) return true
  }
  return false
}
