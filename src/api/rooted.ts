// Keyspaces whose slots stay where they were when the cluster was born, while those of the others move: rooted ones.
// Their groups are those of the first shard groups, for good; shard groups that are added later have none of them.
// Which they are stands in the topology from the first move on: what a configuration or a build says later
// must not send anybody to look for keys elsewhere.

import type { Config, KeyspaceConfig } from './config.js'
import type { MemberId } from './ids.js'
import { holdersOf, staying } from './roster.js'
import type { Supports } from './strategy.js'
import type { Topology } from './topology.js'

/** Every member that holds it takes its writes; its groups forget whose slots are whose when a majority dies at once. */
type RootCause = 'merges' | 'forgets'

/** Null where slots can move. `isPlaced`: members hold some of its groups only. */
function rootCause(
  { durability, level }: Pick<KeyspaceConfig, 'durability' | 'level'>,
  order: Supports['order'],
  isPlaced: boolean,
): RootCause | null {
  if (order !== 'total') return isPlaced && level === 'eventual' ? null : 'merges'
  return durability === 'none' ? 'forgets' : null
}

/** A replication group: its number is that of its shard group times the keyspaces, plus that of its keyspace. */
export interface RootedGroup {
  readonly id: number
  readonly shard: number
}

interface RootsInit extends Pick<Config, 'keyspaces'> {
  /** As the files have it. */
  readonly shardGroups?: Config['shardGroups']
}

interface Space {
  readonly name: string
  readonly cause: RootCause | null
  readonly merges: boolean
}

export class Roots {
  readonly #spaces: readonly Space[]
  /** The files say who holds which shard group. */
  readonly #isPlaced: boolean

  constructor(files: RootsInit, orderOf: (keyspace: KeyspaceConfig) => Supports['order']) {
    this.#isPlaced = files.shardGroups !== undefined
    this.#spaces = files.keyspaces.map((keyspace) => {
      const order = orderOf(keyspace)
      const cause = rootCause(keyspace, order, this.#isPlaced)
      return { name: keyspace.name, cause, merges: order !== 'total' }
    })
  }

  isRooted(topology: Topology, space: number): boolean {
    const { name, cause } = this.#at(space)
    if (topology.rooted !== undefined) return topology.rooted.includes(name)
    return !hasMoved(topology) && cause !== null
  }

  /** All members hold its groups, whatever becomes of shard groups. */
  isEverywhere(topology: Topology, space: number): boolean {
    return !this.#isPlaced && this.#at(space).merges && this.isRooted(topology, space)
  }

  /** Members of it that come and go would have to be placed. */
  isPinned(topology: Topology, space: number): boolean {
    return this.#at(space).merges && !this.isEverywhere(topology, space)
  }

  /** Its slots change hands by the topology, as no log of its groups could say whose they are. */
  isHanded(topology: Topology, space: number): boolean {
    return this.#at(space).merges && !this.isRooted(topology, space)
  }

  /** Names of the rooted keyspaces, and why they are. */
  rooted(topology: Topology): readonly { readonly name: string; readonly why: string }[] {
    return this.#spaces
      .filter((_, space) => this.isRooted(topology, space))
      .map(({ name, cause }) => ({ name, why: told(cause) }))
  }

  /** Names of those whose slots go by the topology. */
  moving(topology: Topology): readonly string[] {
    return this.#spaces
      .filter((_, space) => !this.isRooted(topology, space))
      .map(({ name }) => name)
  }

  /** Names of those whose slots change hands by the topology. */
  handed(topology: Topology): readonly string[] {
    return this.#spaces.filter((_, at) => this.isHanded(topology, at)).map(({ name }) => name)
  }

  /** Names of those that moved before, and must not any more. */
  stranded(topology: Topology): readonly string[] {
    return this.#spaces
      .filter(({ cause }, space) => cause === 'forgets' && !this.isRooted(topology, space))
      .map(({ name }) => name)
  }

  /** Names of those that go with a shard group that the cluster began with, and cannot. */
  held(topology: Topology, shard: number): readonly string[] {
    if (topology.shards[shard]?.born !== undefined) return []
    return this.#spaces
      .filter((_, at) => this.isRooted(topology, at) && !this.isEverywhere(topology, at))
      .map(({ name }) => name)
  }

  /** From now on these are rooted. */
  planted(topology: Topology): Topology {
    if (topology.rooted !== undefined || hasMoved(topology)) return topology
    const names = this.rooted(topology).map(({ name }) => name)
    return names.length === 0 ? topology : { ...topology, rooted: names }
  }

  /** It never was, or is no more. */
  isGone(topology: Topology, { id, shard }: RootedGroup): boolean {
    const { born, out } = topology.shards[shard] ?? {}
    const space = this.spaceOf(id)
    if (!this.isRooted(topology, space)) return out === 'gone'
    return born !== undefined || (out === 'gone' && !this.isEverywhere(topology, space))
  }

  /** Those that are to have a replica. */
  wanted(topology: Topology, { id, shard }: RootedGroup): readonly MemberId[] {
    if (this.isEverywhere(topology, this.spaceOf(id))) return staying(topology)
    return topology.shards[shard]?.members ?? []
  }

  /** Members with a replica, or on their way to one; who leaves has it until it is gone. */
  holdersOf(topology: Topology, { id, shard }: RootedGroup): readonly MemberId[] {
    if (!this.isEverywhere(topology, this.spaceOf(id))) return holdersOf(topology, shard)
    return topology.members.map((member) => member.id)
  }

  /** Index of the keyspace of a group. */
  spaceOf(group: number): number {
    return group % this.#spaces.length
  }

  #at(space: number): Space {
    return this.#spaces[space] ?? { name: '', cause: null, merges: false }
  }
}

/** A build that knew no rooted keyspaces moved slots only where there were none. */
function hasMoved({ moves, shards }: Topology): boolean {
  return moves !== undefined || shards.some(({ born }) => born !== undefined)
}

function told(cause: RootCause | null): string {
  switch (cause) {
    case 'merges':
      return 'every member that holds it takes its writes'
    case 'forgets':
      return 'durability none'
    case null:
      return 'it stayed when others moved first'
  }
}
