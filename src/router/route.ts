// From a key to its replication group: keyspace by prefix and database, shard group by slot. Slots of a rooted keyspace
// are where they were at the birth, those of all others where the topology has them. With one group it costs nothing.

import { assert } from '../base/assert.js'
import { keySlot, slotCount } from '../base/keyslot.js'
import { type Config, shardGroupsOf } from '../api/config.js'
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
  /** Of each keyspace: group index by slot. None while there is one shard group. */
  #tables: readonly Uint16Array[] = []
  #isRooted: readonly boolean[] = []
  readonly #roots: Roots
  /** Shard groups by slot of a keyspace, where groups said that the topology lags. */
  readonly #learned = new Map<number, Int16Array>()
  /** Slots change hands, or did: replies of several groups are compared before they are merged. */
  hasMoved = false
  /** Levels of reads that a group is asked for until this member shows all that its new slots brought. */
  readonly fences: (ReadLevel | undefined)[]
  readonly #config: Config
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
    this.#config = config
    this.#roots = of.roots
    this.#slots = movedSlots(of.topology, config.shards) ?? this.#rootedSlots(of.topology)
    this.fences = []
    this.isSingle = false
    this.regrouped(groups, of.topology)
  }

  /** There are more groups, or some are gone. */
  regrouped(groups: readonly Group[], topology: Topology): void {
    while (this.fences.length < groups.length) this.fences.push(undefined)
    const config = this.#config
    this.isSingle = groups.length === 1
    const isLive = (index: number): boolean =>
      groups[index]?.isGone !== true && !this.#roots.isGone(topology, groups[index] as Group)
    this.#all = groups.map((_, index) => index).filter(isLive)
    this.#groups = makeGroups(config, groups)
    this.home = this.#groups.map((row) => row.at(-1) as number).find(isLive) ?? 0
    // Slots that came there and went back again, which nobody asked for since.
    for (const [space, learned] of this.#learned)
      learned.forEach((shard, slot) => {
        if (shard >= 0 && !isLive(this.#indexOf(shard, space))) learned[slot] = -1
      })
    const perDatabase: (readonly number[])[] = []
    for (let db = 0; db < config.databases; db++) {
      const spaces = this.#keyspaces.ofDatabase(db)
      const held = this.#groups.flatMap((row) => spaces.map((space) => row[space] as number))
      perDatabase.push(held.filter(isLive))
    }
    this.#fill(topology)
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
    if (this.#groups.length === 1) return (this.#groups[0] as readonly number[])[space] as number
    return (this.#tables[space] as Uint16Array)[keySlot(key)] as number
  }

  /** Of the keyspaces that are not rooted. */
  get slots(): SlotMap {
    return this.#slots
  }

  /** As `slots`, with what groups of the last keyspace that moves said since: maps tell clients the same as MOVED. */
  get shown(): SlotMap {
    if (this.#learnedShown() === undefined) return this.#slots
    const owners = Array.from({ length: slotCount }, (_, slot) => this.shownAt(slot))
    return new SlotMap(owners, this.shardCount, this.#slots.epoch)
  }

  /** The shard group of a slot, as `shown` has it. */
  shownAt(slot: number): number {
    const shard = this.#learnedShown()?.[slot] ?? -1
    return shard < 0 ? this.#slots.shardOf(slot) : shard
  }

  #learnedShown(): Int16Array | undefined {
    return this.#learned.get(this.#isRooted.lastIndexOf(false))
  }

  /** Slots of the keyspace of this group do not move. */
  isRooted(index: number): boolean {
    return this.#isRooted[index % this.#isRooted.length] === true
  }

  /** Indexes of the groups that hold a slot: one of each keyspace. */
  groupsAt(slot: number): readonly number[] {
    if (this.#groups.length === 1) return this.#groups[0] as readonly number[]
    return this.#tables.map((table) => table[slot] as number)
  }

  /** A later topology. What groups said before may be older. */
  adopt(slots: SlotMap, topology: Topology): void {
    this.#slots = slots
    this.#learned.clear()
    this.#fill(topology)
  }

  #fill(topology: Topology): void {
    const { count } = this.#keyspaces
    const rooted = this.#rootedSlots(topology)
    this.#isRooted = Array.from({ length: count }, (_, at) => this.#roots.isRooted(topology, at))
    if (this.#groups.length === 1) return
    const isBlind = hasBug('move-roots-follow')
    this.#tables = this.#isRooted.map((isRooted, space) => {
      const map = isRooted && !isBlind ? rooted : this.#slots
      const learned = this.#learned.get(space)
      const table = new Uint16Array(slotCount)
      for (let slot = 0; slot < slotCount; slot++) {
        const shard = learned?.[slot] ?? -1
        table[slot] = this.#indexOf(shard < 0 ? map.shardOf(slot) : shard, space)
      }
      return table
    })
  }

  /** As it was at the birth of the cluster; files count until members or shard groups come and go. */
  #rootedSlots({ roster, shards }: Topology): SlotMap {
    const born = shards.filter((shard) => shard.born === undefined)
    const founding = roster === undefined ? shardGroupsOf(this.#config) : born
    return SlotMap.weighted(founding.map(({ weight }) => weight))
  }

  #indexOf(shard: number, space: number): number {
    return (this.#groups[shard] as readonly number[])[space] as number
  }

  /**
   * Commands for these slots go there already, or cannot: this member has not heard of the shard group yet, or knows
   * that it is gone, and who says so does not.
   */
  knows(space: number, [from, to, shard]: OwnedSlots): boolean {
    if (shard >= this.shardCount) return true
    const table = this.#tables[space]
    if (table === undefined) return true
    const index = this.#indexOf(shard, space)
    if (!this.#all.includes(index)) return true
    for (let slot = from; slot <= to; slot++) if (table[slot] !== index) return false
    return true
  }

  /** A group of keyspace `space` said to whom slots went; the index of their group now. */
  learn(space: number, owned: OwnedSlots): number {
    const [from, to, shard] = owned
    this.hasMoved = true
    const learned = this.#learned.get(space) ?? new Int16Array(slotCount).fill(-1)
    this.#learned.set(space, learned)
    learned.fill(shard, from, to + 1)
    const index = this.#indexOf(shard, space)
    this.#tables[space]?.fill(index, from, to + 1)
    return index
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
