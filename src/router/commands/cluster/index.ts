// CLUSTER, READONLY, READWRITE, ASKING. The map of slots is told to every connection; what makes a client take
// the member for a node of Redis Cluster only where its routing is `cluster`. What would change nodes or slots
// is refused in both: members and shard groups are changed in other ways.

import type { CommandSpec } from '../../../api/command.js'
import { error, noCluster } from '../../../api/replies.js'
import { ok } from '../../../api/reply.js'
import { plain, type RouterCommand } from '../../command.js'
import { family, type Runner } from '../../family.js'
import { container, specs as first } from '../../specs/cluster.js'
import { specs as more } from '../../specs/cluster-more.js'
import { specs as connection } from '../../specs/connection.js'
import type { Run } from '../../state.js'
import { info } from './info.js'
import { failureReports, links, myId, myShardId, nodes, replicas, shards, slots } from './nodes.js'
import { countKeysInSlot, getKeysInSlot, keySlotOf } from './slot.js'

const ofMembers = 'members come and go with QUORATE JOIN, REMOVE and REPLACE'
const ofSlots = 'slots move between shard groups with QUORATE MOVE and REBALANCE'
const ofEpochs = 'members keep the map of slots by themselves, there is nothing to do'
const ofLeaders = 'leadership is handed over with FAILOVER [TO host port] at the member that leads'

/** Only for connections that go by slots. */
function inCluster(run: Run): Run {
  return (session, args, state) =>
    session.cluster === null ? noCluster : run(session, args, state)
}

function refused(why: string): Run {
  return inCluster((_session, args) =>
    error(`ERR CLUSTER ${(args[1] as string).toUpperCase()} is not used here: ${why}`),
  )
}

/** Of Redis 7.2. */
const myShard = {
  ...plain,
  group: 'cluster',
  name: 'cluster|myshardid',
  arity: 2,
  flags: ['stale'],
  categories: ['@slow'],
  since: '7.2.0',
  summary: 'Return the shard ID of the current node',
  run: myShardId,
} satisfies RouterCommand

/** They see what the connection did before them. */
function behind(run: Run): Runner {
  return { run, barrier: true }
}

const lines = [
  'COUNT-FAILURE-REPORTS <node-id>',
  '    Return number of failure reports for <node-id>.',
  'COUNTKEYSINSLOT <slot>',
  '    Return the number of keys in <slot>.',
  'GETKEYSINSLOT <slot> <count>',
  '    Return key names stored by current node in a slot.',
  'INFO',
  '    Return information about the cluster.',
  'KEYSLOT <key>',
  '    Return the hash slot for <key>.',
  'MYID',
  '    Return the node id.',
  'MYSHARDID',
  "    Return the node's shard id.",
  'NODES',
  '    Return cluster configuration seen by node. Output format:',
  '    <id> <ip:port> <flags> <master> <pings> <pongs> <epoch> <link> <slot> ...',
  'REPLICAS <node-id>',
  '    Return <node-id> replicas.',
  'SLOTS',
  '    Return information about slots range mappings. Each range is made of:',
  '    start, end, master and replicas IP addresses, ports and ids',
  'SHARDS',
  '    Return information about slot range mappings and the nodes associated with them.',
  'LINKS',
  '    Return information about all network links between this node and its peers.',
  '    Output format is an array where each array element is a map containing attributes of a link',
]

const specs = { ...first, ...more } satisfies Readonly<Record<string, CommandSpec>>

export const cluster: RouterCommand = family(container, specs, {
  lines,
  runs: {
    addslots: refused(ofSlots),
    addslotsrange: refused(ofSlots),
    bumpepoch: refused(ofEpochs),
    countFailureReports: inCluster(failureReports),
    countkeysinslot: behind(countKeysInSlot),
    delslots: refused(ofSlots),
    delslotsrange: refused(ofSlots),
    failover: refused(ofLeaders),
    flushslots: refused(ofSlots),
    forget: refused(ofMembers),
    getkeysinslot: behind(getKeysInSlot),
    info,
    keyslot: keySlotOf,
    links,
    meet: refused(ofMembers),
    myid: myId,
    nodes: inCluster(nodes),
    replicas: inCluster(replicas),
    replicate: refused(ofMembers),
    reset: refused(ofMembers),
    saveconfig: refused(ofEpochs),
    setConfigEpoch: refused(ofEpochs),
    setslot: refused(ofSlots),
    shards,
    slaves: inCluster(replicas),
    slots,
  },
  more: [myShard],
})

/** Reads of the connection are served here, whoever leads; in proxy routing they always are. */
function reading(isReadOnly: boolean): Run {
  return (session) => {
    if (session.cluster !== null) session.cluster.isReadOnly = isReadOnly
    return ok
  }
}

export const readOnly: RouterCommand = { ...connection.readonly, run: reading(true) }
export const readWrite: RouterCommand = { ...connection.readwrite, run: reading(false) }
/** No slot is on its way to another member. */
export const asking: RouterCommand = { ...connection.asking, run: inCluster(() => ok) }
