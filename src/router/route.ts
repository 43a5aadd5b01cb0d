// From a key to its replication group: keyspace by prefix and database, shard group by slot. Slots of a rooted keyspace
// are where they were at the birth, those of all others where the topology has them. With one group it costs nothing.

import { assert } from '../base/assert.js'
import { keySlot, slotCount } from '../base/keyslot.js'
import type { Config } from '../api/config.js'
import type { Roots } from '../api/rooted.js'
import { ownersOf } from '../api/slot-plan.js'
import type { Group } from '../api/group.js'
import type { ReadLevel } from '../api/strategy.js'
import type { OwnedSlots, Topology } from '../api/topology.js'
import { Keyspaces } from '../slots/keyspaces.js'
import { hasBug } from '../base/seeded-bug.js'
import { SlotMap } from '../slots/map.js'

/** Group indexes for keys and for whole databases. */
export class Route {
  isSingle: boolean
  /** Where commands without keys go: the group of the default keyspace, the last one, of the first shard group. */
  home = 0
  /** As the topology has it. */
  #slots: SlotMap
  /** Of each keyspace. */
  #maps: readonly SlotMap[] = []
  #isRooted: readonly boolean[] = []
  readonly #roots: Roots
  /** Shard groups by slot of each keyspace, where groups said that the topology lags; null while none did. */
  #learned: Map<number, Int16Array> | null = null
  /** Slots change hands, or did: replies of several groups are compared before they are merged. */
  hasMoved = false
  /** Levels of reads that a group is asked for until this member shows all that its new slots brought. */
  readonly fences: (ReadLevel | undefined)[]
  readonly #keyspaces: Keyspaces
  /** Group index by shard, then by keyspace. */
  #groups: readonly (readonly number[])[] = []
  /** Group indexes by database. */
  #ofDatabase: readonly (readonly number[])[] = []
  #all: readonly number[] = []

  constructor(
    config: Config,
    groups: readonly Group[],
    of: { readonly roots: Roots; readonly topology: Topology },
  ) {
    this.#keyspaces = new Keyspaces(config.keyspaces)
    this.#roots = of.roots
    this.#slots = movedSlots(of.topology, config.shards) ?? rootedSlots(of.topology)
    this.fences = []
    this.isSingle = false
    this.regrouped(config, groups, of.topology)
  }

  /** There are more groups, or some are gone. */
  regrouped(config: Config, groups: readonly Group[], topology: Topology): void {
    while (this.fences.length < groups.length) this.fences.push(undefined)
    this.isSingle = groups.length === 1
    const isLive = (index: number): boolean =>
      groups[index]?.isGone !== true && !this.#roots.isGone(topology, groups[index] as Group)
    this.#all = groups.map((_, index) => index).filter(isLive)
    this.#groups = makeGroups(config, groups)
    this.home = this.#groups.map((row) => row.at(-1) as number).find(isLive) ?? 0
    const perDatabase: (readonly number[])[] = []
    for (let db = 0; db < config.databases; db++) {
      const spaces = this.#keyspaces.ofDatabase(db)
      const held = this.#groups.flatMap((row) => spaces.map((space) => row[space] as number))
      perDatabase.push(held.filter(isLive))
    }
    this.#map(topology)
    this.#ofDatabase = perDatabase
  }

  /** Shard groups that there have ever been. */
  get shardCount(): number {
    return this.#groups.length
  }

  /** Index of the group that holds `key`. */
  groupOf(db: number, key: string): number {
    if (this.isSingle) return 0
    const space = this.#keyspaces.find(db, key)
    // The map may be older than a shard group that has slots by now.
    const shard = this.#groups.length === 1 ? 0 : this.#shardOf(keySlot(key), space)
    return (this.#groups[shard] as readonly number[])[space] as number
  }

  #shardOf(slot: number, space: number): number {
    const learned = this.#learned === null ? -1 : (this.#learned.get(space)?.[slot] ?? -1)
    return learned < 0 ? (this.#maps[space] as SlotMap).shardOf(slot) : learned
  }

  /** Of the keyspaces that are not rooted. */
  get slots(): SlotMap {
    return this.#slots
  }

  /** Slots of the keyspace of this group do not move. */
  isRooted(index: number): boolean {
    return this.#isRooted[index % this.#maps.length] === true
  }

  /** Indexes of the groups that hold a slot: one of each keyspace. */
  groupsAt(slot: number): readonly number[] {
    return this.#maps.map(
      (_, space) =>
        (this.#groups[this.#shardOf(slot, space)] as readonly number[])[space] as number,
    )
  }

  /** A later topology. What groups said before may be older. */
  adopt(slots: SlotMap, topology: Topology): void {
    this.#slots = slots
    this.#learned = null
    this.#map(topology)
  }

  #map(topology: Topology): void {
    const { count } = this.#keyspaces
    const rooted = rootedSlots(topology)
    this.#isRooted = Array.from({ length: count }, (_, at) => this.#roots.isRooted(topology, at))
    const isBlind = hasBug('move-roots-follow')
    this.#maps = this.#isRooted.map((isRooted) => (isRooted && !isBlind ? rooted : this.#slots))
  }

  /** Commands for these slots go there already. */
  knows(space: number, [from, to, shard]: OwnedSlots): boolean {
    for (let slot = from; slot <= to; slot++) if (this.#shardOf(slot, space) !== shard) return false
    return true
  }

  /** A group of keyspace `space` said to whom slots went; the index of their group now. */
  learn(space: number, owned: OwnedSlots): number {
    const [from, to, shard] = owned
    this.hasMoved = true
    this.#learned ??= new Map()
    const learned = this.#learned.get(space) ?? new Int16Array(slotCount).fill(-1)
    this.#learned.set(space, learned)
    learned.fill(shard, from, to + 1)
    return (this.#groups[shard] as readonly number[])[space] as number
  }

  /** Indexes of the groups that may hold keys of a database. */
  groupsOf(db: number): readonly number[] {
    return this.#ofDatabase[db] ?? this.#all
  }

  isDatabase(db: number): boolean {
    return db >= 0 && db < this.#ofDatabase.length
  }

  /** Whether a key belongs to the same group in both databases, whatever its name. */
  areAlike(a: number, b: number): boolean {
    return this.isSingle || this.#keyspaces.areAlike(a, b)
  }

  get all(): readonly number[] {
    return this.#all
  }
}

/** As it was at the birth of the cluster. */
function rootedSlots({ shards }: Topology): SlotMap {
  const founding = shards.filter(({ born }) => born === undefined)
  return SlotMap.weighted(founding.map(({ weight }) => weight))
}

/** As a topology has it that goes its own way; undefined where it is that of the files. */
function movedSlots(topology: Topology, shardCount: number): SlotMap | undefined {
  if (topology.moves === undefined && topology.roster === undefined) return undefined
  return new SlotMap(ownersOf(topology), shardCount, topology.epoch)
}

function makeGroups(config: Config, groups: readonly Group[]): readonly (readonly number[])[] {
  const rows: number[][] = []
  for (let shard = 0; shard * config.keyspaces.length < groups.length; shard++) {
    rows.push(
      config.keyspaces.map((keyspace) => {
        const index = groups.findIndex((g) => g.shard === shard && g.keyspace === keyspace.name)
        assert(index >= 0, 'every keyspace of every shard has a replication group')
        return index
      }),
    )
  }
  return rows
}
