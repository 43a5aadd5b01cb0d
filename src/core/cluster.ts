// What the router sees of the member and its peers: a view, computed when asked.

import { type Config, writeAddress } from '../api/config.js'
import type { GroupReport } from '../api/group.js'
import type { GroupId, MemberId } from '../api/ids.js'
import type { ErrorReply } from '../api/reply.js'
import type { Roots } from '../api/rooted.js'
import type { Topology } from '../api/topology.js'
import type { ClusterView, GroupSteps, MemberView, TopologyEdit } from '../router/cluster-view.js'
import type { Peers } from './peers.js'
import type { Reconciler } from './reconciler.js'
import type { TopologyGroup } from './topology-group.js'

export interface ClusterInit {
  readonly config: Config
  readonly peers: Peers
  readonly isLoading: () => boolean
  readonly isReady: () => boolean
  readonly isLeaving: () => boolean
  readonly isDiskShort: () => boolean
  readonly requestStop: () => void
  readonly requestCheckpoint: () => void
  readonly handOver: (to: MemberId | null) => void
  readonly acceptLoss: (group: GroupId | null) => string | null
  readonly topology: TopologyGroup
  readonly reconciler: Reconciler
  readonly roots: Roots
}

export class Cluster implements ClusterView {
  readonly #init: ClusterInit

  constructor(init: ClusterInit) {
    this.#init = init
  }

  get clusterId(): string {
    return this.#init.peers.clusterId
  }

  get self(): MemberId {
    return this.#init.config.self
  }

  get members(): readonly MemberView[] {
    const { config, peers } = this.#init
    return config.members.map((member) => ({
      id: member.id,
      name: member.name,
      address: writeAddress(member.client),
      clusterAddress: writeAddress(member.cluster ?? member.client),
      peer: writeAddress(member.peer),
      connected: member.id === config.self || peers.isConnected(member.id),
      since: peers.since(member.id),
    }))
  }

  get isLoading(): boolean {
    return this.#init.isLoading()
  }

  get isReady(): boolean {
    return this.#init.isReady()
  }

  get isLeaving(): boolean {
    return this.#init.isLeaving()
  }

  hasBegun(member: MemberId): boolean {
    return this.#init.peers.hasBegun(member)
  }

  isGoing(member: MemberId): boolean {
    return this.#init.peers.isLeaving(member)
  }

  get diskShort(): boolean {
    return this.#init.isDiskShort()
  }

  get topology(): Topology {
    return this.#init.topology.topology
  }

  get roots(): Roots {
    return this.#init.roots
  }

  get why(): string {
    return this.#init.peers.why
  }

  steps(topology: Topology): readonly GroupSteps[] {
    return this.#init.reconciler.steps(topology)
  }

  topologyReport(): GroupReport {
    return this.#init.topology.shard.report()
  }

  changeTopology(
    what: string,
    edit: TopologyEdit,
    done: (refusal: ErrorReply | null) => void,
  ): void {
    this.#init.topology.change(what, edit, done)
  }

  requestStop(): void {
    this.#init.requestStop()
  }

  requestCheckpoint(): void {
    this.#init.requestCheckpoint()
  }

  handOver(to: MemberId | null): void {
    this.#init.handOver(to)
  }

  acceptLoss(group: GroupId | null): string | null {
    return this.#init.acceptLoss(group)
  }
}
