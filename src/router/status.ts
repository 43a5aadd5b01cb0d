// The status of the cluster as `quorate status --json` prints it (conf/status.schema.json): asked for
// with QUORATE STATUS on any member. What this member sees, nothing else.

import type { GroupReport } from '../api/group.js'
import { type KeyspaceRisk, risksOf } from './risks.js'
import { versionOf } from '../api/topology.js'
import type { RouterState } from './state.js'
import { whyOf } from './why.js'

export interface StatusMember {
  readonly id: number
  readonly name: string
  readonly address: string
  readonly peer: string
  readonly self: boolean
  readonly connected: boolean
  /** Wall milliseconds since when `connected` is so. */
  readonly since: number
}

export interface ClusterStatus {
  readonly cluster: string
  readonly version: string
  readonly self: number
  readonly loading: boolean
  readonly diskShort: boolean
  readonly members: readonly StatusMember[]
  readonly keyspaces: readonly KeyspaceRisk[]
  readonly groups: readonly GroupReport[]
  readonly topology: StatusTopology
  /** Why it belongs to no cluster yet, or empty. */
  readonly why: string
}

/** The group that keeps what must be the same everywhere, and the epoch of it that is known here. */
export type StatusTopology = Pick<
  GroupReport,
  'leader' | 'role' | 'term' | 'health' | 'why' | 'voters' | 'learners' | 'outgoing'
> & {
  readonly epoch: number
  /** What all members know, and the cluster may use. */
  readonly version: number
}

export function clusterStatus(state: RouterState): ClusterStatus {
  const { cluster } = state
  return {
    cluster: cluster.clusterId,
    version: state.facts.version,
    self: cluster.self,
    loading: cluster.isLoading,
    diskShort: cluster.diskShort,
    members: cluster.members.map((member) => ({
      id: member.id,
      name: member.name,
      address: member.address,
      peer: member.peer,
      self: member.id === cluster.self,
      connected: member.connected,
      since: member.since,
    })),
    keyspaces: risksOf(state),
    groups: state.groups
      .filter(({ isGone }) => isGone !== true)
      .map((group) => {
        const report = group.report()
        return { ...report, why: whyOf(state, report, state.shards.holdersOf(group)) }
      }),
    topology: topologyStatus(state),
    why: cluster.why,
  }
}

function topologyStatus(state: RouterState): StatusTopology {
  const { cluster } = state
  const report = cluster.topologyReport()
  const { leader, role, term, health, voters, learners, outgoing } = report
  const { epoch } = cluster.topology
  const version = versionOf(cluster.topology)
  const members = { voters, learners, outgoing }
  return { epoch, version, leader, role, term, health, ...members, why: whyOf(state, report) }
}
