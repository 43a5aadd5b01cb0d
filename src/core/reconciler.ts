// Brings the members of every group to what the topology says. Whoever leads a group does it for that group, one
// change after the other, and looks at nothing but what is and what is wanted: a crash, or a leader that changes,
// interrupts nothing. Who leads the topology says that a member is gone once no group has it any more.

import type { MemberId, Now } from '../api/ids.js'
import type { Roots } from '../api/rooted.js'
import { freed, gone, staying } from '../api/roster.js'
import type { PeerStatus, StrategyStatus } from '../api/strategy.js'
import type { Leaving, Topology } from '../api/topology.js'
import { hasBug } from '../base/seeded-bug.js'
import { areSameMembers, isMemberOf } from '../log/members.js'
import type { GroupSteps, TopologyEdit } from '../router/cluster-view.js'
import { Shard } from '../shard/shard.js'
import { shardsGone } from '../slots/shards.js'
import type { MemberGroup } from './make-groups.js'
import { lacking, nextChanges, type Wanted } from './next-change.js'
import { memberListOf } from './roster.js'
import type { Rota } from './rota.js'
import { type TopologyGroup, topologyGroupId } from './topology-group.js'

export interface ReconcilerInit {
  readonly rota: Rota<MemberGroup>
  readonly topology: () => TopologyGroup
  readonly roots: Roots
}

/** Members that vote on the topology. */
const topologyVotersMax = 7
/** Milliseconds between two looks: while something is to be done, and else. */
const soonMs = 100
const lateMs = 1_000
/** Who leaves by force, and is not heard for so long, is not waited for: what only it has is lost. */
const silentMs = 10_000

export class Reconciler {
  readonly #init: ReconcilerInit
  #lookAt = 0
  #epoch = -1
  #isSaying = false
  /** Of those that leave. */
  readonly #heardAt = new Map<MemberId, number>()

  constructor(init: ReconcilerInit) {
    this.#init = init
  }

  /** Behind the inputs of a turn, before the groups' part. */
  turn({ mono }: Now): void {
    const { topology } = this.#init.topology()
    if (topology.roster === undefined) return
    if (mono < this.#lookAt && topology.epoch === this.#epoch) return
    this.#epoch = topology.epoch
    const isStill = topology.shards.every(({ out }) => out !== 'leaving')
    let isDone = topology.roster.leaving.length === 0 && isStill
    this.#init.rota.all.forEach((group, index) => {
      if (!(group instanceof Shard) || this.#isOver(topology, group)) return
      if (isFollower(group)) this.#tell(group, index, topology)
      else if (!this.#tend(group, index, topology)) isDone = false
    })
    this.#listen(topology, mono)
    this.#sayGone(topology, mono)
    this.#sayFree(topology, mono)
    this.#sayOver(topology)
    this.#lookAt = mono + (isDone ? lateMs : soonMs)
    if (hasBug('core-members-asked-once')) this.#lookAt = Number.MAX_SAFE_INTEGER
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
      if (members === undefined || this.#isOver(topology, group)) return []
      const lacks = lacking(members, this.#wantedOf(topology, group as Shard))
      const isOpen = members.outgoing !== undefined || isFilling(group as Shard)
      if (Object.values(lacks).every((ids) => ids.length === 0) && !isOpen) return []
      const { id, keyspace, shard } = group
      const [lags, awaited] = [this.#lags(group as Shard), awaitedBy(group as Shard, topology)]
      return [{ id, keyspace, shard, ...lacks, isOpen, lags, awaited }]
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
    if (status?.role !== 'leader') return true
    const changes = nextChanges(status.members, this.#wantedOf(topology, group))
    if (changes.length === 0) return status.members.outgoing === undefined
    this.#init.rota.stir(index)
    for (const change of changes) {
      const isAsked = group.membership.reconfigure(change, () => undefined) === null
      if (isAsked) break
    }
    return false
  }

  /** The group does not decide who its members are. */
  #tell(group: Shard, index: number, topology: Topology): void {
    const list = memberListOf(topology, this.#init.roots, group)
    const actual = group.status()?.members
    if (list === undefined || actual === undefined || areSameMembers(actual, list)) return
    this.#init.rota.stir(index)
    group.membership.follow(list)
  }

  #wantedOf(topology: Topology, group: Shard): Wanted {
    const { leaving = [] } = topology.roster ?? {}
    if (group.id !== topologyGroupId) {
      const members = this.#init.roots.wanted(topology, group)
      return { members, leaving, votersMax: Number.MAX_SAFE_INTEGER }
    }
    return { members: staying(topology), leaving, votersMax: topologyVotersMax }
  }

  /** It is no more, or never was. */
  #isOver(topology: Topology, group: MemberGroup): boolean {
    return group.id !== topologyGroupId && this.#init.roots.isGone(topology, group)
  }

  /** Who of those that leave is heard in groups that follow lists. */
  #listen({ roster }: Topology, mono: number): void {
    const leaving = roster?.leaving ?? []
    const isHeard = (group: MemberGroup, id: MemberId): boolean =>
      group instanceof Shard &&
      group.status()?.peers.some(({ member, active }) => member === id && active) === true
    for (const { id } of leaving) {
      if (this.#init.rota.all.some((group) => isHeard(group, id))) this.#heardAt.set(id, mono)
      else if (!this.#heardAt.has(id)) this.#heardAt.set(id, mono)
    }
    for (const id of this.#heardAt.keys())
      if (!leaving.some((each) => each.id === id)) this.#heardAt.delete(id)
  }

  #outOf(topology: Topology, each: Leaving, mono: number): Out {
    const { id, isForced } = each
    const mayLack = isForced === true || isNew(topology, id)
    const isSilent = mayLack && mono - (this.#heardAt.get(id) ?? mono) >= silentMs
    return { ...each, by: comerFor(topology, each), isSilent }
  }

  #sayGone(topology: Topology, mono: number): void {
    const group = this.#init.topology()
    const leaving = topology.roster?.leaving ?? []
    if (leaving.length === 0 || this.#isSaying || group.shard.status()?.role !== 'leader') return
    const groups = this.#init.rota.all
    const out: readonly MemberId[] = leaving
      .map((each) => this.#outOf(topology, each, mono))
      .filter((each) => groups.every((of) => this.#isOver(topology, of) || isOut(of, each)))
      .map(({ id }) => id)
    if (out.length === 0) return
    this.#say(`member ${out.join(', ')} is out of all groups`, (last) => gone(last, out))
  }

  /** Where shard groups are placed, the topology's leader does not see all groups: those who lead them tell. */
  #sayFree(topology: Topology, mono: number): void {
    if (this.#isSaying || !topology.shards.some(({ isPlaced }) => isPlaced === true)) return
    for (const each of topology.roster?.leaving ?? []) {
      const { id, held, free = [] } = each
      const out = this.#outOf(topology, each, mono)
      const groups = this.#init.rota.all.filter((group) => {
        if (!(group instanceof Shard) || group.id === topologyGroupId) return false
        if (held?.includes(group.shard) === false || free.includes(group.id)) return false
        return group.status()?.role === 'leader' && isOut(group, out)
      })
      if (groups.length === 0) continue
      const ids = groups.map((group) => group.id)
      return this.#say(`groups ${ids.join(', ')} are without member ${id}`, (last) =>
        freed(last, id, ids),
      )
    }
  }

  /** Shard groups that gave all their slots away. */
  #sayOver(topology: Topology): void {
    if (this.#isSaying || this.#init.topology().shard.status()?.role !== 'leader') return
    if (!topology.shards.some(({ out }) => out === 'leaving') || shardsGone(topology) === null)
      return
    this.#say('shard groups without slots are gone', shardsGone)
  }

  #say(what: string, edit: TopologyEdit): void {
    this.#isSaying = true
    this.#init.topology().change(what, edit, () => {
      this.#isSaying = false
    })
  }
}

/** Its members come from the topology, not from its log. */
function isFollower(group: Shard): boolean {
  return group.sight.supports.members === 'followed'
}

/** It never began: it has nothing. */
function isNew({ members, roster }: Topology, id: MemberId): boolean {
  const isBorn = roster?.born.includes(id) === true
  return !isBorn && members.find((member) => member.id === id)?.life === undefined
}

/** Of those that leave: who is not heard, and may have what nobody else has. */
function awaitedBy(group: Shard, topology: Topology): readonly MemberId[] {
  const peers = isFollower(group) ? (group.status()?.peers ?? []) : []
  const leaving = topology.roster?.leaving.filter(({ isForced }) => isForced !== true) ?? []
  return leaving
    .filter(({ id }) =>
      peers.some(({ member, active, isDrained }) => member === id && !active && !isDrained),
    )
    .map(({ id }) => id)
}

/** Not all members were heard to follow, or somebody has not got yet what there is. */
function isFilling(group: Shard): boolean {
  if (!isFollower(group)) return false
  const status = group.status()
  return status?.follows?.isEverywhere === false || status?.peers.some(isEmpty) === true
}

function isEmpty({ active, recovering }: PeerStatus): boolean {
  return active && recovering
}

/** Who comes for it in the end; nobody, where that one was removed. */
function comerFor(topology: Topology, { by }: Leaving): MemberId | undefined {
  if (!topology.members.some(({ id }) => id === by)) return undefined
  const next = topology.roster?.leaving.find(({ id }) => id === by)
  return next === undefined ? by : comerFor(topology, next)
}

interface Out extends Omit<Leaving, 'by'> {
  readonly by: MemberId | undefined
  readonly isSilent: boolean
}

/** Nobody needs it any more in this group, as far as this member sees, or was told. */
function isOut(group: MemberGroup, { id, by, isSilent, held, free }: Out): boolean {
  const isHeld = held?.includes(group.shard) !== false
  if (!(group instanceof Shard)) return !isHeld || free?.includes(group.id) === true
  const status = group.status()
  if (status === null || status.recovering !== null) return false
  if (!isMember(group, status, id)) return true
  return isFollower(group) && isDrained(status, { id, by, isSilent })
}

/**
 * By the list that the protocol works by, or by the last one that was executed: the newest may not be committed yet, and
 * whoever leads next may need those of the list before it.
 */
function isMember(group: Shard, { members }: StrategyStatus, id: MemberId): boolean {
  if (isMemberOf(members, id)) return true
  if (isFollower(group) || hasBug('core-out-unheard')) return false
  return isMemberOf(group.membership.members, id)
}

/** It takes no writes and others hold what it has, or it is not waited for; and who comes for it is filled. */
function isDrained(
  { members, peers }: StrategyStatus,
  { id, by, isSilent }: { id: MemberId; by: MemberId | undefined; isSilent: boolean },
): boolean {
  const comer = peers.find(({ member }) => member === by)
  const own = peers.find(({ member }) => member === id)
  if (members.voters.includes(id) || own === undefined || own.state === 'self') return false
  if (hasBug('core-drained-unasked')) return true
  if (by !== undefined && (comer === undefined || !comer.active || comer.recovering)) return false
  return own.isDrained === true || isSilent
}
