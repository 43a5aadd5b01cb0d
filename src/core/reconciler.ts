// Brings the members of every group to what the topology says. Whoever leads a group does it for that group, one
// change after the other, and looks at nothing but what is and what is wanted: a crash, or a leader that changes,
// interrupts nothing. Who leads the topology says that a member is gone once no group has it any more.

import type { MemberId, Now } from '../api/ids.js'
import { gone, staying } from '../api/roster.js'
import type { Members, StrategyStatus } from '../api/strategy.js'
import type { Topology } from '../api/topology.js'
import { hasBug } from '../base/seeded-bug.js'
import { isMemberOf } from '../log/members.js'
import type { GroupSteps } from '../router/cluster-view.js'
import { Shard } from '../shard/shard.js'
import type { MemberGroup } from './make-groups.js'
import { nextChanges, type Wanted } from './next-change.js'
import type { Rota } from './rota.js'
import { type TopologyGroup, topologyGroupId } from './topology-group.js'

export interface ReconcilerInit {
  readonly rota: Rota<MemberGroup>
  readonly topology: () => TopologyGroup
}

/** Members that vote on the topology. */
const topologyVotersMax = 7
/** Milliseconds between two looks: while something is to be done, and else. */
const soonMs = 100
const lateMs = 1_000

export class Reconciler {
  readonly #init: ReconcilerInit
  #lookAt = 0
  #epoch = -1
  #isSaying = false

  constructor(init: ReconcilerInit) {
    this.#init = init
  }

  /** Behind the inputs of a turn, before the groups' part. */
  turn({ mono }: Now): void {
    const { topology } = this.#init.topology()
    if (topology.roster === undefined) return
    if (mono < this.#lookAt && topology.epoch === this.#epoch) return
    this.#epoch = topology.epoch
    let isDone = topology.roster.leaving.length === 0
    this.#init.rota.all.forEach((group, index) => {
      if (group instanceof Shard && !this.#tend(group, index, topology)) isDone = false
    })
    this.#sayGone(topology)
    this.#lookAt = mono + (isDone ? lateMs : soonMs)
  }

  /** Monotonic milliseconds. */
  wakeAt(): number {
    const { roster } = this.#init.topology().topology
    return roster === undefined ? Number.MAX_SAFE_INTEGER : this.#lookAt
  }

  /** What is still to be done for `topology`, group by group, as far as this member knows. */
  steps(topology: Topology): readonly GroupSteps[] {
    return this.#init.rota.all.flatMap((group) => {
      const members = group instanceof Shard ? group.status()?.members : undefined
      if (members === undefined) return []
      const wanted = this.#wantedOf(topology, group as Shard)
      const [change] = nextChanges(members, wanted)
      const present = (id: MemberId): boolean => isMemberOf(members, id)
      const add = wanted.members.filter((id) => !present(id))
      const seats = wanted.members.slice(0, wanted.votersMax)
      const promote = seats.filter((id) => !members.voters.includes(id))
      const remove = [...members.voters, ...members.learners].filter(
        (id) => !wanted.members.includes(id),
      )
      const isOpen = members.outgoing !== undefined
      if (change === undefined && !isOpen && promote.length === 0) return []
      const { id, keyspace, shard } = group
      return [
        { id, keyspace, shard, add, promote, remove, isOpen, lags: this.#lags(group as Shard) },
      ]
    })
  }

  /** Entries that each other member lacks, as far as the leader is here. */
  #lags(group: Shard): GroupSteps['lags'] {
    const status = group.status()
    if (status?.role !== 'leader') return []
    return status.peers
      .filter(({ state }) => state !== 'self')
      .map(({ member, match, active }) => ({
        member,
        entries: Math.max(0, status.last.index - match),
        active,
      }))
  }

  /** True where the group needs nothing, or somebody else sees to it. */
  #tend(group: Shard, index: number, topology: Topology): boolean {
    const status = group.status()
    if (status === null || !this.#drives(group, status)) return true
    const changes = nextChanges(status.members, this.#wantedOf(topology, group))
    if (changes.length === 0) return status.members.outgoing === undefined
    this.#init.rota.stir(index)
    for (const change of changes) {
      const isAsked = group.membership.reconfigure(change, () => undefined) === null
      if (isAsked) break
    }
    return false
  }

  /** Where every member takes writes, the one that leads the topology. */
  #drives(group: Shard, status: StrategyStatus): boolean {
    if (group.sight.supports.order === 'total') return status.role === 'leader'
    return this.#init.topology().shard.status()?.role === 'leader'
  }

  #wantedOf(topology: Topology, group: Shard): Wanted {
    const { leaving = [] } = topology.roster ?? {}
    if (group.id !== topologyGroupId) {
      const members = topology.shards[group.shard]?.members ?? []
      return { members, leaving, votersMax: Number.MAX_SAFE_INTEGER }
    }
    return { members: staying(topology), leaving, votersMax: topologyVotersMax }
  }

  #sayGone(topology: Topology): void {
    const group = this.#init.topology()
    const leaving = topology.roster?.leaving ?? []
    if (leaving.length === 0 || this.#isSaying || group.shard.status()?.role !== 'leader') return
    const lists = this.#init.rota.all.map((each) => listOf(each))
    const out = leaving
      .map(({ id }) => id)
      .filter((id) => lists.every((list) => isOut(list, id)) || hasBug('core-gone-too-early'))
    if (out.length === 0) return
    this.#isSaying = true
    const what = `member ${out.join(', ')} is out of all groups`
    group.change(
      what,
      (last) => gone(last, out),
      () => {
        this.#isSaying = false
      },
    )
  }
}

/** Null where it is not known who is in it; undefined where there is no replica. */
function listOf(group: MemberGroup): Members | null | undefined {
  if (!(group instanceof Shard)) return undefined
  const status = group.status()
  return status === null || status.recovering !== null ? null : status.members
}

function isOut(list: Members | null | undefined, id: MemberId): boolean {
  return list === undefined || (list !== null && !isMemberOf(list, id))
}
