// From a key to its replication group: keyspace by prefix and database, shard group by slot. With one
// group it costs nothing.

import { assert } from '../base/assert.js'
import { keySlot } from '../base/keyslot.js'
import { type Config, shardGroupsOf } from '../api/config.js'
import type { Group } from '../api/group.js'
import { Keyspaces } from '../slots/keyspaces.js'
import { SlotMap } from '../slots/map.js'

/** Group indexes for keys and for whole databases. */
export class Route {
  readonly isSingle: boolean
  readonly slots: SlotMap
  readonly #keyspaces: Keyspaces
  /** Group index by shard, then by keyspace. */
  readonly #groups: readonly (readonly number[])[]
  /** Group indexes by database. */
  readonly #ofDatabase: readonly (readonly number[])[]
  readonly #all: readonly number[]

  constructor(config: Config, groups: readonly Group[], slots = slotsOf(config)) {
    this.#keyspaces = new Keyspaces(config.keyspaces)
    this.slots = slots
    this.isSingle = groups.length === 1
    this.#all = groups.map((_, index) => index)
    this.#groups = makeGroups(config, groups, slots.shardCount)
    const perDatabase: (readonly number[])[] = []
    for (let db = 0; db < config.databases; db++) {
      const spaces = this.#keyspaces.ofDatabase(db)
      perDatabase.push(this.#groups.flatMap((row) => spaces.map((space) => row[space] as number)))
    }
    this.#ofDatabase = perDatabase
  }

  /** Index of the group that holds `key`. */
  groupOf(db: number, key: string): number {
    if (this.isSingle) return 0
    const shard = this.slots.shardCount === 1 ? 0 : this.slots.shardOf(keySlot(key))
    return (this.#groups[shard] as readonly number[])[this.#keyspaces.find(db, key)] as number
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

function makeGroups(
  config: Config,
  groups: readonly Group[],
  shardCount: number,
): readonly (readonly number[])[] {
  const rows: number[][] = []
  for (let shard = 0; shard < shardCount; shard++) {
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
