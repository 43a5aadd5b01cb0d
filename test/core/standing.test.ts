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

/** A member whose disk is lost; its file names itself and the second one. */
function lostMember(hasMetBorn: boolean) {
  const sent: string[] = []
  const files = { members: [one, two], has: (id: MemberId) => id <= two }
  const roster = {
    gone: [],
    isBlank: true,
    isChanged: false,
    config: files,
    has: files.has,
    lifeOf: () => null,
  }
  const peers = {
    isLost: true,
    hasHistory: false,
    hasMetBorn,
    incarnation: 9,
    admission: { isStranger: false, isRemoved: false },
    connected: () => [two],
    send: (to: MemberId) => sent.push(`to ${to}`) > 0,
  }
  const standing = new Standing({
    self: one,
    roster: roster as unknown as Roster,
    peers: () => peers as unknown as Peers,
    topology: () => ({}) as TopologyGroup,
  })
  const startsAt = [0, 1_000, 1_999, 2_000, 60_000].find((mono) =>
    standing.mayStart({ mono, wall: mono }),
  )
  return { standing, sent, startsAt }
}

test('standing: all lost their disks, and nobody answers: goes by its file after two seconds', (t) => {
  t.is(lostMember(false).startsAt, 2_000)
})

test('standing: nobody answers, and it met one that knows how the cluster went on: waits to be told', (t) => {
  const { standing, startsAt } = lostMember(true)
  t.is(startsAt, undefined)

  standing.received(two, Uint8Array.of(1))
  t.true(standing.mayStart({ mono: 60_001, wall: 0 }))
})

test('standing: who is let in by the word of others: is not told of members by who does not know it', (t) => {
  const { standing, sent } = lostMember(false)
  sent.length = 0

  standing.peerUp(3 as MemberId)
  t.deepEqual(sent, [])
  standing.peerUp(two)
  t.deepEqual(sent, ['to 2'])
})
