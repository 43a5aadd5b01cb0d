// CONFIG SET of what holds for the whole cluster: one change of the topology, which every member follows. What
// groups decide by at apply every group keeps in its own data, too, through its log.

import { isGroupSetting, keepSettingsName, keepSettingsSpec } from '../api/group-settings.js'
import { unknownResult } from '../api/replies.js'
import { isError, type Reply } from '../api/reply.js'
import { overlaid, type SharedUser, type Topology } from '../api/topology.js'
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

/** Gives the whole cluster what of `judged` is its; `done` makes the reply once it holds here and in all groups. */
export function shareSettings(
  state: RouterState,
  session: Session,
  judged: readonly JudgedSetting[],
  done: () => Reply,
): Reply | typeof deferred {
  const shared = judged.filter(({ name }) => isOfCluster(name))
  if (shared.length === 0) return done()
  return changeTopology(state, session, {
    name: 'config|set',
    what: `CONFIG SET ${shared.map(({ name }) => name).join(' ')}`,
    edit: (topology) => withSettings(topology, shared, state),
    done: (refusal, answer) => {
      if (refusal !== null) answer(refusal)
      else giveGroups(state, session, shared, (failed) => answer(failed ?? done()))
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
  return {
    ...topology,
    settings: overlaid(topology.settings, pairs),
    users: overlaid(topology.users, changed),
  }
}

/** `done` hears null, or what one of the groups said. */
function giveGroups(
  state: RouterState,
  session: Session,
  shared: readonly JudgedSetting[],
  done: (failed: Reply) => void,
): void {
  const pairs = shared.flatMap(({ name, value }) => (isGroupSetting(name) ? [name, value] : []))
  if (pairs.length === 0) return done(null)
  let open = state.groups.length
  let kept = 0
  let failed: Reply = null
  const take = (reply: Reply): void => {
    if (isError(reply)) failed ??= reply
    else kept++
    if (--open === 0) done(failed !== null && kept > 0 ? unknownResult : failed)
  }
  state.groups.forEach((group, index) => {
    group.submit(session.lanes.of(index, group), {
      spec: keepSettingsSpec,
      write: true,
      db: 0,
      args: [keepSettingsName, ...pairs],
      ticket: session.openPart({ take }),
    })
  })
}
