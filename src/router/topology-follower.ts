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
import { ownersIn } from '../api/slot-hands.js'
import { ownedRuns, ownersOf } from '../api/slot-plan.js'
import { overlaid, type Topology } from '../api/topology.js'
import { SlotMap } from '../slots/map.js'
import { describeUser } from './acl/describe.js'
import type { User } from './acl/user.js'
import { closeForbiddenListeners, closeSessionsOf } from './commands/acl/sessions.js'
import { needsFence, raiseFence } from './fences.js'
import type { RouterState } from './state.js'

const followMs = 1_000

const nobody: Caller = { answer: () => undefined }

export class TopologyFollower {
  readonly #state: RouterState
  /** Rules of users, as they were adopted last. */
  #users = new Map<string, string | null>()
  #since = new Map<string, number | undefined>()
  /** What the files say of settings and users that a topology named: so they are again in an era that lost them. */
  readonly #fileSettings = new Map<string, string>()
  readonly #fileUsers = new Map<string, string | null>()
  #shared: Topology['settings'] = []
  /** Of the last one that was adopted; null before. */
  #epoch: number | null = null
  #followAt = 0

  constructor(state: RouterState) {
    this.#state = state
  }

  adopt(topology: Topology): void {
    const { settings, users } = this.#state
    for (const [name] of topology.users) {
      const user = users.get(name)
      const rules = user === undefined ? null : describeUser(user, users.catalog)
      if (!this.#fileUsers.has(name)) this.#fileUsers.set(name, rules)
    }
    const own = topology.settings.filter(([name]) => !isGroupSetting(name))
    for (const [name] of own) {
      if (!this.#fileSettings.has(name)) this.#fileSettings.set(name, settings.get(name) ?? '')
    }
    const changed = overlaid([...this.#fileSettings], own)
      .filter(([name, value]) => settings.get(name) !== value)
      .map(([name, value]) => ({ name, value }))
    if (changed.length > 0) settings.keep(changed)
    // It set the password of `default`, who may have had others since.
    if (changed.some(({ name }) => name === 'requirepass')) this.#users.delete('default')
    this.#shared = topology.settings.filter(([name]) => isGroupSetting(name))
    this.#adoptUsers(topology)
    this.#adoptSlots(topology)
    this.#epoch = topology.epoch
  }

  /** Groups of which something moved say themselves what is theirs: the map says where commands go first. */
  #adoptSlots(topology: Topology): void {
    const { route, maintenance } = this.#state
    if (topology.moves === undefined) return
    maintenance.slotsMove(topology.moves[0] ?? null)
    route.hasMoved = true
    const owners = ownersOf(topology)
    const { shardCount } = route
    // The files of this member have other shard groups: it says so elsewhere.
    if (owners.some((owner) => owner >= shardCount)) return
    this.#adoptMap(owners, topology)
    this.#adoptHands(topology)
  }

  /** Keyspaces whose slots change hands by the topology, as far as it says otherwise than the map. */
  #adoptHands(topology: Topology): void {
    const { route, config, groups, detours } = this.#state
    for (const [name] of topology.hands ?? []) {
      const space = config.keyspaces.findIndex((keyspace) => keyspace.name === name)
      const runs = space < 0 ? [] : ownedRuns(ownersIn(topology, name))
      const others = runs.filter((run) => run[2] < route.shardCount && !route.knows(space, run))
      if (others.length === 0) continue
      const own = groups.flatMap(({ keyspace }, index) => (keyspace === name ? [index] : []))
      detours.settle(this.#state, own)
      for (const run of others) route.learn(space, run)
    }
  }

  #adoptMap(owners: Int32Array, topology: Topology): void {
    const { route, config } = this.#state
    const { shardCount } = route
    const came = new Set(owners.filter((owner, slot) => owner !== route.slots.shardOf(slot)))
    if (came.size === 0) return
    const all = this.#state.groups.map((_, index) => index)
    this.#state.detours.settle(this.#state, all)
    route.adopt(new SlotMap(owners, shardCount, topology.epoch), topology)
    this.#state.groups.forEach(({ shard, keyspace }, index) => {
      const level = config.keyspaces.find(({ name }) => name === keyspace)?.level
      if (route.isRooted(index)) return
      if (came.has(shard) && needsFence(level)) raiseFence(this.#state, index)
    })
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

  #adoptUsers({ users: given, epoch }: Topology): void {
    const state = this.#state
    // Epoch 1 is the files'.
    const isFirst = this.#epoch === 0 && epoch > 1
    const next = new Map<string, string | null>(this.#fileUsers)
    for (const [name, rules] of given) next.set(name, rules)
    const gone = new Set<User>()
    let isChanged = false
    const since = new Map(given.map(([name, , from]) => [name, from]))
    for (const [name, rules] of next) {
      const known = state.users.get(name)
      // Removed and made anew, unseen here.
      if (known !== undefined && since.get(name) !== this.#since.get(name)) gone.add(known)
      if (this.#users.get(name) === rules) continue
      isChanged = true
      if (rules !== null) state.users.put(name, rules)
      else state.users.remove(name)
      // Who came in by the files alone, before the others were heard, may be nobody who may.
      const isOvertaken = isFirst && this.#fileUsers.get(name) !== rules
      if (known !== undefined && (isOvertaken || state.users.get(name) !== known)) gone.add(known)
    }
    this.#users = next
    this.#since = since
    if (gone.size > 0) closeSessionsOf(state, gone)
    if (isChanged) closeForbiddenListeners(state)
  }
}
