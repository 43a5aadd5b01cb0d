// Raises the cluster's version: who leads the topology's group sees what each member knows by its hello, and raises
// it to what all of them do. One that is away holds it back; one that knows less than the cluster has may not come in.

import type { Config } from '../api/config.js'
import type { MemberId, Now } from '../api/ids.js'
import { versionOf } from '../api/topology.js'
import type { TopologyEdit } from '../router/cluster-view.js'
import type { TopologyGroup } from './topology-group.js'

export interface UpgradeInit {
  /** What this member knows. */
  readonly newest: number
  readonly config: Pick<Config, 'self' | 'members'>
  /** By their hellos; undefined while a member is not connected. */
  readonly newestOf: (member: MemberId) => number | undefined
  readonly topology: () => TopologyGroup
}

/** Milliseconds between two looks. */
const lookMs = 100

export class Upgrade {
  readonly #init: UpgradeInit
  #lookAt = 0
  #isAsked = false

  constructor(init: UpgradeInit) {
    this.#init = init
  }

  get newest(): number {
    return this.#init.newest
  }

  /** What the cluster is at, as far as this member heard. */
  get version(): number {
    return versionOf(this.#init.topology().topology)
  }

  /** What all members know, as far as this one can tell; undefined while one is away. */
  get common(): number | undefined {
    const { newest, config, newestOf } = this.#init
    let least = newest
    for (const { id } of config.members) {
      const known = id === config.self ? newest : newestOf(id)
      if (known === undefined) return undefined
      least = Math.min(least, known)
    }
    return least
  }

  /** The cluster is at what all members know, as far as this one can tell, or nobody is there who could raise it. */
  get isOver(): boolean {
    const { common } = this
    if (common !== undefined) return common <= this.version
    const { topology, shard } = this.#init.topology()
    return topology.epoch > 0 || (shard.status()?.leader ?? null) === null
  }

  /** Why this member has to stop, or empty: it is about to be handed what it does not know. */
  get refusal(): string {
    const has = this.version
    const { newest } = this.#init
    if (has <= newest) return ''
    return `the cluster is at version ${has}, this build knows versions up to ${newest}: start a newer one`
  }

  turn({ mono }: Now): void {
    if (mono < this.#lookAt || this.#isAsked) return
    this.#lookAt = mono + lookMs
    const topology = this.#init.topology()
    if (topology.topology.epoch === 0 || topology.shard.status()?.role !== 'leader') return
    const { common } = this
    if (common === undefined || common <= this.version) return
    this.#isAsked = true
    const edit: TopologyEdit = (known) =>
      versionOf(known) >= common ? null : { ...known, version: common }
    topology.change(`cluster version ${common}: all members know it`, edit, () => {
      this.#isAsked = false
    })
  }
}
