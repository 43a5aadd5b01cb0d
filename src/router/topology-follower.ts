// Brings this member's settings and users to what the topology says, and the groups that it leads to what of it
// is theirs. Asked when a topology is adopted, and once a second for groups that did not take it then.

import {
  isGroupSetting,
  keepSettingsName,
  keepSettingsSpec,
  settingOf,
} from '../api/group-settings.js'
import type { Caller, Group } from '../api/group.js'
import type { Now } from '../api/ids.js'
import type { Topology } from '../api/topology.js'
import { closeForbiddenListeners, closeSessionsOf } from './commands/acl/sessions.js'
import type { RouterState } from './state.js'

const followMs = 1_000

const nobody: Caller = { answer: () => undefined }

export class TopologyFollower {
  readonly #state: RouterState
  /** Rules of users, as they were adopted last. */
  #users: ReadonlyMap<string, string | null> = new Map()
  #shared: Topology['settings'] = []
  #followAt = 0

  constructor(state: RouterState) {
    this.#state = state
  }

  adopt(topology: Topology): void {
    const { settings } = this.#state
    const own = topology.settings.filter(([name, value]) => {
      return !isGroupSetting(name) && settings.get(name) !== value
    })
    if (own.length > 0) settings.keep(own.map(([name, value]) => ({ name, value })))
    this.#shared = topology.settings.filter(([name]) => isGroupSetting(name))
    this.#adoptUsers(topology)
  }

  /** A group that was away, or whose leader changed, when a setting changed gets it now. */
  turn(now: Now): void {
    if (this.#shared.length === 0 || now.mono < this.#followAt) return
    this.#followAt = now.mono + followMs
    for (const group of this.#state.groups) this.#follow(group)
  }

  #follow(group: Group): void {
    const kept = group.memory?.settings
    if (kept === undefined) return
    const lacks = this.#shared.filter(([name, value]) => String(settingOf(kept, name)) !== value)
    if (lacks.length === 0 || group.report().role !== 'leader') return
    const args = [keepSettingsName, ...lacks.flat()]
    group.submit(group.lane(nobody), {
      spec: keepSettingsSpec,
      write: true,
      db: 0,
      args,
      ticket: 0,
    })
  }

  #adoptUsers({ users: given }: Topology): void {
    const state = this.#state
    const next = new Map(given)
    const gone = new Set<NonNullable<ReturnType<typeof state.users.get>>>()
    let isChanged = false
    for (const [name, rules] of next) {
      if (this.#users.get(name) === rules) continue
      isChanged = true
      if (rules !== null) {
        state.users.put(name, rules)
        continue
      }
      const removed = state.users.remove(name)
      if (removed !== null) gone.add(removed)
    }
    this.#users = next
    if (gone.size > 0) closeSessionsOf(state, gone)
    if (isChanged) closeForbiddenListeners(state)
  }
}
