// CONFIG SET of what holds for the whole cluster: one change of the topology, which every member follows. What
// groups decide by at apply every group keeps in its own data, too, through its log.

import { isGroupSetting, keepSettingsName, keepSettingsSpec } from '../api/group-settings.js'
import { unknownResult } from '../api/replies.js'
import { isError, ok, type Reply } from '../api/reply.js'
import { overlaid, type SharedUser, type Topology, withUsers } from '../api/topology.js'
import { describeUser } from './acl/describe.js'
import { passwordRules } from './acl/users.js'
import { changeTopology } from './change-topology.js'
import type { Session } from './session.js'
import type { JudgedSetting } from './settings.js'
import type { deferred, RouterState } from './state.js'

const ofCluster: ReadonlySet<string> = new Set([
  'acl-pubsub-default',
  'notify-keyspace-events',
  'proto-max-bulk-len',
  'requirepass',
])

/** Whether a setting is the same at all members; the others are a member's own. */
export function isOfCluster(name: string): boolean {
  return ofCluster.has(name) || isGroupSetting(name)
}

/**
 * Gives the whole cluster what of `judged` is its, the rest to this member: all or nothing. The topology's part is
 * set by following it only: it may have changed again before the groups answer.
 */
export function setSettings(
  state: RouterState,
  session: Session,
  judged: readonly JudgedSetting[],
): Reply | typeof deferred {
  const shared = judged.filter(({ name }) => isOfCluster(name))
  const own = judged.filter(({ name }) => !isOfCluster(name))
  if (shared.length === 0) {
    state.settings.keep(own)
    return ok
  }
  return changeTopology(state, session, {
    name: 'config|set',
    what: `CONFIG SET ${shared.map(({ name }) => name).join(' ')}`,
    edit: (topology) => withSettings(topology, shared, state),
    done: (refusal, answer) => {
      if (refusal !== null) return answer(refusal)
      state.settings.keep(own)
      giveGroups(state, shared, answer)
    },
  })
}

function withSettings(
  topology: Topology,
  shared: readonly JudgedSetting[],
  { users }: RouterState,
): Topology {
  const pairs = shared.map(({ name, value }) => [name, value] as const)
  const password = shared.find(({ name }) => name === 'requirepass')?.value
  const changed: SharedUser[] = []
  if (password !== undefined) {
    const user = users.default.copy()
    for (const rule of passwordRules(password)) user.apply(rule)
    changed.push([user.name, describeUser(user, users.catalog)])
  }
  return { ...withUsers(topology, changed), settings: overlaid(topology.settings, pairs) }
}

/** A group that does not take them now gets them from whoever leads it: no failure of one is definite. */
function giveGroups(
  state: RouterState,
  shared: readonly JudgedSetting[],
  answer: (reply: Reply) => void,
): void {
  const pairs = shared.flatMap(({ name, value }) => (isGroupSetting(name) ? [name, value] : []))
  if (pairs.length === 0) return answer(ok)
  const groups = state.groups.filter(({ isGone }) => isGone !== true)
  let open = groups.length
  let isKept = true
  const take = (_ticket: number, reply: Reply): void => {
    if (isError(reply)) isKept = false
    if (--open === 0) answer(isKept ? ok : unknownResult)
  }
  // Not the connection's own lanes: it may close before.
  for (const group of groups) {
    group.submit(group.lane({ answer: take }), {
      spec: keepSettingsSpec,
      write: true,
      db: 0,
      args: [keepSettingsName, ...pairs],
      ticket: 0,
    })
  }
}
