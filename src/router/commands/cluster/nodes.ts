// What CLUSTER says of members and slots, in Redis' shapes: SLOTS, SHARDS, NODES, REPLICAS, LINKS, MYID. Here a
// member may lead some shard groups and hold others as a replica, which SHARDS says of each. To clients a node is
// one or the other: in SLOTS and NODES whoever leads any is a master, and no replica of others.

import { error } from '../../../api/replies.js'
import type { Reply } from '../../../api/reply.js'
import { lastSlot, masterOf, type MemberView, type ShardView } from '../../cluster-view.js'
import { nodeIdOf, shardIdOf } from '../../node-id.js'
import type { Session } from '../../session.js'
import type { RouterState, Run } from '../../state.js'

const notMaster = error('ERR The specified node is not a master')

export const slots: Run = (session, _args, state) => {
  const all = state.shards.all()
  const { self } = state.cluster
  const rows = all.flatMap((shard) => {
    const nodes = leaderFirst(shard).filter(({ id }) => {
      if (id === shard.leader.id) return true
      const isReplica = state.shards.isNamed && !state.shards.keepsLast
      return masterOf(all, id) !== id && (id !== self || isReplica)
    })
    return shard.ranges.map(({ from, to }) => ({ from, to, nodes }))
  })
  return withLastSlot(
    state,
    rows.toSorted((a, b) => a.from - b.from),
  ).map(
    ({ from, to, nodes }): Reply => [
      from,
      to,
      ...nodes.map((node): Reply => {
        const { host, port } = addressOf(session, node)
        return [host, port, idOf(state, node), { type: 'map', pairs: [] }]
      }),
    ],
  )
}

interface Ends {
  readonly from: number
  readonly to: number
}

interface Row extends Ends {
  readonly nodes: readonly MemberView[]
}

/** A member that leaves, or gave its leadership away, keeps one slot, so that nobody drops what is under way at it. */
function withLastSlot(
  { cluster, shards: views }: RouterState,
  rows: readonly Row[],
): readonly Row[] {
  const self = cluster.members.find(({ id }) => id === cluster.self)
  const isThere = rows.some(({ nodes }) => nodes[0]?.id === cluster.self)
  if (!views.keepsLast || self === undefined || isThere) return rows
  return rows.flatMap((row) => {
    if (row.from !== lastSlot) return [row]
    const kept = { from: lastSlot, to: lastSlot, nodes: [self] }
    return row.to === lastSlot ? [kept] : [kept, { ...row, from: lastSlot + 1 }]
  })
}

export const shards: Run = (session, _args, state) =>
  state.shards.all().map(
    (shard): Reply => ({
      type: 'map',
      pairs: [
        'slots',
        shard.ranges.flatMap(({ from, to }) => [from, to]),
        'nodes',
        leaderFirst(shard).map((node) => nodeOf({ state, session }, shard, node)),
      ],
    }),
  )

export const nodes: Run = (session, _args, state) => {
  const all = state.shards.all()
  const lines = state.cluster.members.map((member) => lineOf({ state, session }, all, member))
  return { type: 'verbatim', format: 'txt', text: lines.map((line) => `${line}\n`).join('') }
}

/** Who asked, and of what. */
interface Asked {
  readonly state: RouterState
  readonly session: Session
}

/** Those whose line of NODES names the master. */
export const replicas: Run = (session, args, state) => {
  const node = nodeNamed(state, args[2] as string)
  if (node === null) return unknownNode(args[2] as string)
  const all = state.shards.all()
  if (masterOf(all, node.id) !== node.id) return notMaster
  return state.cluster.members
    .filter((member) => member.id !== node.id && masterOf(all, member.id) === node.id)
    .map((member) => lineOf({ state, session }, all, member))
}

/** Nobody reports on others here: each member sees for itself. */
export const failureReports: Run = (_session, args, state) => {
  const id = args[2] as string
  return nodeNamed(state, id) === null ? unknownNode(id) : 0
}

export const links: Run = (_session, _args, state) =>
  state.cluster.members
    .filter(({ id, connected }) => connected && id !== state.cluster.self)
    .flatMap((member) =>
      ['to', 'from'].map(
        (direction): Reply => ({
          type: 'map',
          pairs: [
            ...['direction', direction, 'node', idOf(state, member)],
            ...['create-time', member.since, 'events', direction === 'to' ? 'rw' : 'r'],
            ...['send-buffer-allocated', 0, 'send-buffer-used', 0],
          ],
        }),
      ),
    )

export const myId: Run = (_session, _args, state) =>
  nodeIdOf(state.cluster.clusterId, state.cluster.self)

/** Of a shard group that this member leads, or holds. */
export const myShardId: Run = (_session, _args, state) => {
  const [first] = state.shards.own()
  return shardIdOf(state.cluster.clusterId, first ?? 0)
}

/** The leader, then the others in the order of the shard group, so that readers of replicas spread. */
function leaderFirst({ shard, members, leader }: ShardView): readonly MemberView[] {
  const from = shard % members.length
  const turned = [...members.slice(from), ...members.slice(0, from)]
  return [leader, ...turned.filter((member) => member.id !== leader.id && member.connected)]
}

function nodeOf({ state, session }: Asked, shard: ShardView, node: MemberView): Reply {
  const { host, port } = addressOf(session, node)
  const isLeader = node.id === shard.leader.id
  const group = state.shards.defaultOf(shard.shard)
  const offset = node.id === state.cluster.self ? group.report().applied : group.heldBy?.(node.id)
  return {
    type: 'map',
    pairs: [
      ...['id', idOf(state, node), 'port', port, 'ip', host, 'endpoint', host],
      ...['role', isLeader ? 'master' : 'replica', 'replication-offset', offset ?? 0],
      ...['health', healthOf(state, node)],
    ],
  }
}

function healthOf({ cluster }: RouterState, node: MemberView): string {
  if (!node.connected) return 'fail'
  return node.id === cluster.self && !cluster.isReady ? 'loading' : 'online'
}

function lineOf({ state, session }: Asked, all: readonly ShardView[], member: MemberView): string {
  const { host, port } = addressOf(session, member)
  const master = masterOf(all, member.id)
  const isMaster = master === member.id
  const isSelf = member.id === state.cluster.self
  const flags = [
    ...(isSelf ? ['myself'] : []),
    isMaster ? 'master' : 'slave',
    ...(member.connected ? [] : ['fail']),
  ]
  const ranges = all
    .filter((shard) => isMaster && shard.leader.id === member.id)
    .flatMap((shard) => shard.ranges)
    .toSorted((a, b) => a.from - b.from)
  return [
    idOf(state, member),
    `${host}:${port}@${hostAndPort(member.peer).port}`,
    flags.join(','),
    isMaster ? '-' : nodeIdOf(state.cluster.clusterId, master),
    member.connected ? 0 : member.since,
    isSelf ? 0 : member.connected ? state.now.wall : member.since,
    state.shards.epoch,
    member.connected ? 'connected' : 'disconnected',
    ...joined(ranges).map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)),
  ].join(' ')
}

/** Ranges of several shard groups that touch are one, as in Redis. */
function joined(ranges: readonly Ends[]): readonly Ends[] {
  const made: Ends[] = []
  for (const { from, to } of ranges) {
    const last = made.at(-1)
    if (last?.to === from - 1) made[made.length - 1] = { from: last.from, to }
    else made.push({ from, to })
  }
  return made
}

function nodeNamed(state: RouterState, id: string): MemberView | null {
  return state.cluster.members.find((member) => idOf(state, member) === id) ?? null
}

function unknownNode(id: string): ReturnType<typeof error> {
  return error(`ERR Unknown node ${id.slice(0, 128)}`)
}

function idOf({ cluster }: RouterState, member: MemberView): string {
  return nodeIdOf(cluster.clusterId, member.id)
}

/** Where a connection of this kind reaches a member. */
function addressOf(session: Session, member: MemberView): ReturnType<typeof hostAndPort> {
  return hostAndPort(session.cluster === null ? member.address : member.clusterAddress)
}

function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }
}
