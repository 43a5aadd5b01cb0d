// What the router may see of the member that it runs in, and the few things it may ask for (`ClusterView`,
// which the core implements), and what everything that speaks of the map of slots asks (`ShardViews`): shard
// groups with their slots, members and leader. Nothing here blocks or throws.

import type { Config } from '../api/config.js'
import type { Group, GroupReport } from '../api/group.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import type { ErrorReply } from '../api/reply.js'
import type { RootedGroup, Roots } from '../api/rooted.js'
import type { Topology } from '../api/topology.js'
import type { SlotRange } from '../slots/map.js'
import type { Route } from './route.js'

/**
 * Makes a topology of the last one: null where it is so already, an error where it may not be. Called again
 * where another change came first.
 */
export type TopologyEdit = (topology: Topology) => Topology | ErrorReply | null

export interface MemberView {
  readonly id: MemberId
  readonly name: string
  /** Where clients reach it, as `127.0.0.1:7001`. */
  readonly address: string
  /** The same for clients that go by slots. */
  readonly clusterAddress: string
  /** Where peers reach it. */
  readonly peer: string
  /** True for this member itself. */
  readonly connected: boolean
  /** Wall milliseconds since when it is so. */
  readonly since: number
}

/** What a group lacks to have the members that a topology wants. */
export interface GroupSteps {
  readonly id: GroupId
  readonly keyspace: string
  readonly shard: number
  /** Become learners, then voters; voters; none of it any more. */
  readonly add: readonly MemberId[]
  readonly promote: readonly MemberId[]
  readonly remove: readonly MemberId[]
  /** Between two sets of voters. */
  readonly isOpen: boolean
  /** Entries that each other member lacks, where this one leads. */
  readonly lags: readonly {
    readonly member: MemberId
    readonly entries: number
    readonly active: boolean
  }[]
  /** Who goes, and is not heard: waited for, because nobody else may have what it has. */
  readonly awaited: readonly MemberId[]
}

export interface ClusterView {
  readonly clusterId: string
  readonly self: MemberId
  /** Sorted by id. */
  readonly members: readonly MemberView[]
  /** The member still loads its data: commands that need it are refused with LOADING. */
  readonly isLoading: boolean
  /** It serves since it started: until then INFO says that it loads. */
  readonly isReady: boolean
  /** It stops, and what it led is led by others: clients that go by slots are sent there. */
  readonly isLeaving: boolean
  /** Another member told of its groups: it takes commands, as far as is known. */
  hasBegun(member: MemberId): boolean
  /** Another member said that it stops: no map names it where others can take its place. */
  isGoing(member: MemberId): boolean
  /** Free disk space is below the reserve. */
  readonly diskShort: boolean
  /** The latest that this member has heard of. */
  readonly topology: Topology
  /** Keyspaces whose slots do not move. */
  readonly roots: Roots
  /** One sentence while the member belongs to no cluster that was born, else empty. */
  readonly why: string
  /** What is to be done for a topology, in the groups that this member holds and that lack something. */
  steps(topology: Topology): readonly GroupSteps[]
  /** Of the group that keeps it. */
  topologyReport(): GroupReport
  /** `done` hears null once the change holds here, or why it does not; at once or in a later turn. */
  changeTopology(what: string, edit: TopologyEdit, done: (refusal: ErrorReply | null) => void): void
  /** Asks for a clean stop (SHUTDOWN): leadership is handed over, replies in flight are sent. */
  requestStop(): void
  /** Asks every group for a checkpoint of its state; one that writes one begins another behind it. */
  requestCheckpoint(): void
  /** Gives the leadership of every group that it leads to `to`, or to whoever is fit. */
  handOver(to: MemberId | null): void
  /** `QUORATE RECOVER ACCEPT-LOSS` for one group, or all with null. Null when taken, else why not. */
  acceptLoss(group: GroupId | null): string | null
}

/** A shard group as the map has it. */
export interface ShardView {
  readonly shard: number
  readonly ranges: readonly SlotRange[]
  /** Those that hold it, by id. */
  readonly members: readonly MemberView[]
  /** Whom clients are to ask for its slots. */
  readonly leader: MemberView
  /** Nobody has led it for so long that it counts as down. */
  readonly isDown: boolean
}

/** Milliseconds for which a leader has to be known before clients are sent to it: until then commands are forwarded. */
const settledMs = 100
/** Milliseconds without a leader after which the map says that slots are down. */
const downMs = 2_000

/** Milliseconds for which who gave its leadership away keeps `lastSlot`. */
const keepMs = 10_000

/**
 * The slot that a member that leaves, or gave its leadership away, keeps in its own map: some clients (createCluster of
 * node-redis) close the connection to who is not in the map at once, with all that is under way on it.
 */
export const lastSlot = 0

export class ShardViews {
  readonly #cluster: ClusterView
  readonly #route: Pick<Route, 'slots' | 'shown' | 'shownAt' | 'groupsAt'>
  readonly #groups: readonly Group[]
  readonly #config: Pick<Config, 'shardGroups' | 'keyspaces'>
  readonly #now: () => Now
  /** Until when `lastSlot` is kept, monotonic ms. */
  #keepsUntil = Number.NEGATIVE_INFINITY

  constructor(init: {
    readonly cluster: ClusterView
    readonly groups: readonly Group[]
    readonly route: Pick<Route, 'slots' | 'shown' | 'shownAt' | 'groupsAt'>
    readonly config: Pick<Config, 'shardGroups' | 'keyspaces'>
    readonly now: () => Now
  }) {
    this.#cluster = init.cluster
    this.#route = init.route
    this.#groups = init.groups
    this.#config = init.config
    this.#now = init.now
  }

  /** Of the map: it changes when slots change hands. */
  get epoch(): number {
    return this.#route.slots.epoch
  }

  /** All shard groups, by id, without those that are gone. */
  all(): readonly ShardView[] {
    const ranges = this.#route.shown.ranges()
    const count = this.#groups.length / this.#config.keyspaces.length
    const { topology } = this.#cluster
    const ids = Array.from({ length: count }, (_, shard) => shard)
    return ids
      .filter((shard) => topology.shards[shard]?.out !== 'gone')
      .map((shard) => ({
        shard,
        ranges: ranges.filter((range) => range.shard === shard),
        members: this.#membersOf(shard),
        leader: this.#leaderOf(shard),
        isDown: this.#isDown(this.defaultOf(shard)),
      }))
  }

  #membersOf(shard: number): readonly MemberView[] {
    const { members, topology } = this.#cluster
    // Who is on its way out serves whom it has, and gets nobody new.
    const now = topology.roster === undefined ? undefined : topology.shards[shard]?.members
    const held = now ?? this.#config.shardGroups?.[shard]?.members
    return held === undefined ? members : members.filter(({ id }) => held.includes(id))
  }

  /** Members with a replica of a group. */
  holdersOf(group: RootedGroup): readonly MemberView[] {
    const { members, topology, roots } = this.#cluster
    if (topology.roster === undefined) return this.#membersOf(group.shard)
    const held = roots.wanted(topology, group)
    return members.filter(({ id }) => held.includes(id))
  }

  /** Shard groups that clients ask this member for; where it has none those that it would answer for as a replica. */
  own(all = this.all()): ReadonlySet<number> {
    const mine = masterOf(all, this.#cluster.self)
    return new Set(all.flatMap(({ shard, leader }) => (leader.id === mine ? [shard] : [])))
  }

  /** Groups of those: each group is asked through one member. One that outlived its shard group is so, too. */
  ownGroups(): (group: Group) => boolean {
    const all = this.all()
    const own = this.own(all)
    return ({ shard }) => {
      const isLive = all.some((each) => each.shard === shard)
      return own.has(isLive ? shard : (all[shard % all.length]?.shard ?? shard))
    }
  }

  /** The groups that hold a slot. */
  groupsOf(slot: number): readonly Group[] {
    return this.#route.groupsAt(slot).map((index) => this.#groups[index] as Group)
  }

  /** The group of the default keyspace, the last one, of a shard group; of the one before where it has none there. */
  defaultOf(shard: number): Group {
    const { length } = this.#config.keyspaces
    const own = this.#groups.slice(shard * length, (shard + 1) * length)
    return own.findLast(({ isGone }) => isGone !== true) ?? (own[length - 1] as Group)
  }

  /**
   * Who clients are sent to with a command on `slot` for the group at `index`, null where it is taken here: this
   * member leads or merges it, nobody is known to lead it for a while, or the map itself names this member.
   */
  elsewhere(index: number, slot: number): MemberView | null {
    const { self, topology, roots, isLoading, isLeaving } = this.#cluster
    if (isLoading || isLeaving) return this.#instead(index, slot)
    const { lead } = this.#groups[index] as Group
    if (lead === undefined || lead.leader === null || lead.leader === self) return null
    if (slot === lastSlot && this.keepsLast) return null
    // A chase after leaders that move would go from member to member: they forward meanwhile.
    if (this.#now().mono - lead.since < settledMs) return null
    if (roots.isGone(topology, this.#groups[index] as Group)) return null
    const { members } = this.#cluster
    const leader = members.find((member) => member.id === lead.leader)
    if (leader?.connected !== true) return null
    // Whatever shard group the key's own keyspace has it in: some clients go by the map alone.
    return this.#leaderOf(this.#route.shownAt(slot)).id === self ? null : leader
  }

  /** Who takes commands of a member that loads or leaves; null where that is not known, or it is itself. */
  #instead(index: number, slot: number): MemberView | null {
    const { self, isLoading } = this.#cluster
    const shard = this.#route.shownAt(slot)
    if (isLoading) return this.#begun(shard)
    if (slot === lastSlot) return null
    const group = this.#groups[index] as Group
    if (!merges(group) && (group.lead?.leader ?? null) === null) return null
    const leader = this.#leaderOf(shard)
    return leader.id === self || !leader.connected ? null : leader
  }

  /** Not just somebody who is connected: two that load would send a client to each other until one of them serves. */
  #begun(shard: number): MemberView | null {
    const able = this.#membersOf(shard).filter(({ id }) => this.#cluster.hasBegun(id))
    const found = able.length > 0 ? spread(shard, able) : this.#anyBegun
    return found ?? null
  }

  get #anyBegun(): MemberView | undefined {
    return this.#cluster.members.find(({ id }) => this.#cluster.hasBegun(id))
  }

  /** Clients that go by slots may ask this member: not before it serves, and not once it leaves. */
  get isNamed(): boolean {
    return this.#cluster.isReady && !this.#cluster.isLeaving
  }

  /** This member leads, or led until now, and is about to lead no more. */
  gave(): void {
    this.#keepsUntil = this.#now().mono + keepMs
  }

  /** Its own map names it with `lastSlot` where it leads nothing. */
  get keepsLast(): boolean {
    return this.#cluster.isLeaving || this.#now().mono < this.#keepsUntil
  }

  /** Somebody else takes commands. */
  get hasOthers(): boolean {
    return this.#anyBegun !== undefined
  }

  #leaderOf(shard: number): MemberView {
    const members = this.#membersOf(shard)
    const group = this.defaultOf(shard)
    const leader = merges(group)
      ? undefined
      : members.find((member) => member.id === group.lead?.leader && member.connected)
    if (leader !== undefined) return leader
    const { self } = this.#cluster
    const isNamed = ({ id }: MemberView): boolean =>
      id === self ? this.isNamed : !this.#cluster.isGoing(id)
    return spread(shard, members, isNamed) ?? spread(shard, members) ?? (members[0] as MemberView)
  }

  #isDown(group: Group): boolean {
    const { lead } = group
    return lead?.leader === null && this.#now().mono - lead.since >= downMs
  }
}

/** Itself where it leads any shard group; else who leads the first one that it holds. */
export function masterOf(all: readonly ShardView[], member: MemberId): MemberId {
  if (all.some(({ leader }) => leader.id === member)) return member
  const held = all.find(({ members }) => members.some(({ id }) => id === member)) ?? all[0]
  return held?.leader.id ?? member
}

/** Every member takes its writes. */
function merges({ sight }: Group): boolean {
  return sight !== undefined && sight.supports.order !== 'total'
}

/** The same at all members that are connected to the same others. */
function spread(
  shard: number,
  members: readonly MemberView[],
  isFit: (member: MemberView) => boolean = () => true,
): MemberView | null {
  for (let step = 0; step < members.length; step++) {
    const member = members[(shard + step) % members.length] as MemberView
    if (member.connected && isFit(member)) return member
  }
  return null
}
