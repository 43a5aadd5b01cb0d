// Who the members are, and which shard groups there are: those of the files, until the topology says otherwise.
// `config` is the configuration with both as they are now; whoever holds it sees changes.

import {
  type Config,
  type MemberConfig,
  readAddress,
  type ShardGroup,
  shardGroupsOf,
} from '../api/config.js'
import type { MemberId } from '../api/ids.js'
import { seatsSince } from '../api/cluster-version.js'
import { everMembers, seatsOf } from '../api/roster.js'
import { type RootedGroup, Roots } from '../api/rooted.js'
import type { MemberList, Members, StrategyPlugin } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'
import { sameMembers, type Topology, type TopologyMember, versionOf } from '../api/topology.js'

export class Roster {
  readonly config: Config
  /** No topology was kept from the last life. */
  readonly isBlank: boolean
  readonly files: Config
  readonly roots: Roots
  #members: readonly MemberConfig[]
  #topology: Topology | null = null

  /** `kept` is the last topology that this member knew before it started. */
  constructor(
    files: Config,
    kept: Topology | null,
    strategies: ReadonlyMap<string, StrategyPlugin>,
  ) {
    this.files = files
    this.roots = new Roots(
      files,
      (each) => strategies.get(each.strategy)?.supports.order ?? 'total',
    )
    this.isBlank = kept === null
    this.#members = files.members
    const members = (): readonly MemberConfig[] => this.#members
    const shards = (): number => this.#topology?.shards.length ?? files.shards
    const placed = (): readonly ShardGroup[] | undefined => this.#placed
    this.config = {
      ...files,
      get members() {
        return members()
      },
      get shards() {
        return shards()
      },
      get shardGroups() {
        return placed()
      },
    }
    if (kept !== null) this.adopt(kept)
  }

  /** Files count no more. */
  get isChanged(): boolean {
    return this.#topology !== null
  }

  /** Members that the groups of every shard began with. */
  get born(): readonly MemberId[] {
    const files = this.files.members.map(({ id }) => id)
    return hasBug('core-comer-by-its-file') ? files : (this.#topology?.roster?.born ?? files)
  }

  get gone(): readonly MemberId[] {
    return this.#topology?.roster?.gone ?? []
  }

  /** It came later: undefined until it began, then the run in which it did; null where it was there at the birth. */
  lifeOf(id: MemberId): number | undefined | null {
    if (this.born.includes(id)) return null
    return this.#topology?.members.find((member) => member.id === id)?.life
  }

  has(id: MemberId): boolean {
    return this.#members.some((member) => member.id === id)
  }

  /** The list that the log of a group begins with. */
  membersOf(group: Pick<ShardGroup, 'id'>): Members {
    const placed = this.files.shardGroups?.find(({ id }) => id === group.id)
    const born = this.#topology?.shards[group.id]?.born
    return { voters: born ?? placed?.members ?? this.born, learners: [] }
  }

  /** Members with a replica of a group, or on their way to one. */
  holdersOf(group: RootedGroup): readonly MemberId[] {
    if (this.#topology !== null) return this.roots.holdersOf(this.#topology, group)
    return shardGroupsOf(this.files)[group.shard]?.members ?? []
  }

  /** Groups that a keyspace ever had. */
  groupCountOf(space: number): number {
    const isRooted = this.#topology !== null && this.roots.isRooted(this.#topology, space)
    return isRooted ? this.files.shards : this.config.shards
  }

  /** It was added at run time. */
  isAdded(shard: number): boolean {
    return this.#topology?.shards[shard]?.born !== undefined
  }

  isGone(group: RootedGroup): boolean {
    return this.#topology !== null && this.roots.isGone(this.#topology, group)
  }

  get #placed(): readonly ShardGroup[] | undefined {
    if (this.#topology === null) return this.files.shardGroups
    const { shards } = this.#topology
    const isPlain = shards.every(({ isPlaced, out }) => isPlaced !== true && out === undefined)
    return isPlain ? undefined : shards
  }

  /** Of groups that follow lists; undefined while members are those of the files. */
  listOf(group: RootedGroup): MemberList | undefined {
    return this.#topology === null ? undefined : memberListOf(this.#topology, this.roots, group)
  }

  /** True where members or their addresses are others now. */
  adopt(topology: Topology): boolean {
    if (topology.roster === undefined) return false
    const before = this.#topology?.members
    this.#topology = topology
    this.#members = topology.members.map((member) => this.#configOf(member))
    return before === undefined || !sameMembers(before, topology.members)
  }

  /** A member listens where its own file says. */
  #configOf({ id, name, address, peer, cluster }: TopologyMember): MemberConfig {
    const own = this.files.members.find((member) => member.id === id)
    if (id === this.files.self && own !== undefined) return { ...own, name }
    const [client, at] = [readAddress(address), readAddress(peer)]
    const nowhere = { host: '', port: 0 }
    const slots = cluster === undefined ? undefined : (readAddress(cluster) ?? undefined)
    return { id, name, client: client ?? nowhere, peer: at ?? nowhere, cluster: slots }
  }
}

/**
 * Who goes takes no writes any more, and is a member until others hold what it has. Undefined for members that cannot
 * change: of a group that is gone, and of a placed one before all know how.
 */
export function memberListOf(
  topology: Topology,
  roots: Roots,
  group: RootedGroup,
): MemberList | undefined {
  const { era, epoch, shards, members } = topology
  const isPinned = roots.isPinned(topology, roots.spaceOf(group.id))
  const shard = shards[group.shard]
  const voters = roots.wanted(topology, group)
  if (shard === undefined || voters.length === 0) return undefined
  if (isPinned && versionOf(topology) < seatsSince) return undefined
  const isOfAll = hasBug('core-list-of-all')
  const held = isOfAll ? members.map(({ id }) => id) : roots.holdersOf(topology, group)
  const learners = held.filter((id) => !voters.includes(id))
  const seats = isPinned && !isOfAll ? seatsOf(topology, shard) : everMembers(topology)
  return { era, epoch, seats, voters, learners }
}
