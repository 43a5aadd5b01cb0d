import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { joined } from '../../src/api/roster.js'
import { firstTopology, type Topology } from '../../src/api/topology.js'
import { textToBytes } from '../../src/base/bytes.js'
import type { Peers } from '../../src/core/peers.js'
import type { Roster } from '../../src/core/roster.js'
import { Standing } from '../../src/core/standing.js'
import type { TopologyGroup } from '../../src/core/topology-group.js'

const [one, two] = [1 as MemberId, 2 as MemberId]
const member = (id: MemberId) => ({
  id,
  name: `m${id}`,
  address: `127.0.0.1:${7000 + id}`,
  peer: `127.0.0.1:${17_000 + id}`,
})

test('standing: a new member says again and again that it begins: one change waits for the topology', (t) => {
  const first = firstTopology({ members: [member(one)], shards: [], slots: [] })
  const topology = joined(first, member(two)) as Topology
  const changes: (() => void)[] = []
  const group = {
    topology,
    change: (_: string, __: unknown, done: () => void) => changes.push(done),
  }
  const standing = new Standing({
    self: one,
    roster: {} as Roster,
    peers: () => ({}) as Peers,
    topology: () => group as unknown as TopologyGroup,
  })
  const says = (life: number) => standing.received(two, textToBytes(`\x02${life}`))

  for (let i = 0; i < 100; i++) says(7)
  t.is(changes.length, 1)

  // It was not to be had: it is tried again.
  changes[0]?.()
  says(8)
  t.is(changes.length, 2)
})
