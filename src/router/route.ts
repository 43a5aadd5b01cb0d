// From a key to its replication group: keyspace by prefix and database, shard group by slot. With one
// group it costs nothing.

import { assert } from '../base/assert.js'
import { keySlot, slotCount } from '../base/keyslot.js'
import { type Config, shardGroupsOf } from '../api/config.js'
import type { Topology } from '../api/topology.js'
import { ownersOf } from '../api/slot-plan.js'
import type { Group } from '../api/group.js'
import type { ReadLevel } from '../api/strategy.js'
import type { OwnedSlots } from '../api/topology.js'
import { Keyspaces } from '../slots/keyspaces.js'
import { SlotMap } from '../slots/map.js'

/** Group indexes for keys and for whole databases. */
export class Route {
  isSingle: boolean
  /** Where commands without keys go: the group of the default keyspace, the last one, of the first shard group. */
  home = 0
  /** As the topology has it. */
  #slots: SlotMap
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

  constructor(config: Config, groups: readonly Group[], slots = slotsOf(config)) {
    this.#keyspaces = new Keyspaces(config.keyspaces)
    this.#slots = slots
    this.fences = []
    this.isSingle = false
    this.regrouped(config, groups, ({ isGone }) => isGone === true)
  }

  /** There are more groups, or some are gone. */
  regrouped(config: Config, groups: readonly Group[], isGone: (group: Group) => boolean): void {
    while (this.fences.length < groups.length) this.fences.push(undefined)
    this.isSingle = groups.length === 1
    const isLive = (index: number): boolean => !isGone(groups[index] as Group)
    this.#all = groups.map((_, index) => index).filter(isLive)
    this.#groups = makeGroups(config, groups)
    const live = this.#groups.filter((row) => row.every(isLive))
    this.home = live[0]?.at(-1) ?? 0
    const perDatabase: (readonly number[])[] = []
    for (let db = 0; db < config.databases; db++) {
      const spaces = this.#keyspaces.ofDatabase(db)
      perDatabase.push(live.flatMap((row) => spaces.map((space) => row[space] as number)))
    }
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
    return learned < 0 ? this.#slots.shardOf(slot) : learned
  }

  get slots(): SlotMap {
    return this.#slots
  }

  /** A later topology. What groups said before may be older. */
  adopt(slots: SlotMap): void {
    this.#slots = slots
    this.#learned = null
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

function slotsOf(config: Config): SlotMap {
  return SlotMap.weighted(shardGroupsOf(config).map(({ weight }) => weight))
}

/** As a topology has it that goes its own way; undefined where it is that of the files. */
export function movedSlots(topology: Topology, shardCount: number): SlotMap | undefined {
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
