import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { joined } from '../../src/api/roster.js'
import { firstTopology, type Topology } from '../../src/api/topology.js'
import { bytesToText, textToBytes } from '../../src/base/bytes.js'
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
  const members = [one, two].map(member)
  const files = { members, keyspaces: [], has: (id: MemberId) => id <= two }
  const roster = {
    gone: [],
    isBlank: true,
    isChanged: false,
    config: files,
    files,
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

  standing.peerUp(two)
  t.deepEqual(sent, [], 'it knows nothing')
  standing.received(two, Uint8Array.of(1))
  standing.peerUp(3 as MemberId)
  t.deepEqual(sent, [])
  standing.peerUp(two)
  t.deepEqual(sent, ['to 2'])
})

test('standing: who has its disk goes by its file, which names the same members: who lost its disk does, too', (t) => {
  const seconded = (body: string) => {
    const { standing } = lostMember(true)
    standing.received(two, textToBytes(body))
    return standing.mayStart({ mono: 60_001, wall: 0 })
  }

  t.true(seconded('\x061,2'))
  for (const other of ['', '\x06', '\x061', '\x061,2,3', '\x062,1', '\x071,2'])
    t.false(seconded(other))
})

/** What a member that began by its file, untold, answers to who asks. */
function answerOf(of: { isOldCopy?: boolean; isAbreast?: boolean; epoch?: number }): string[] {
  const { isOldCopy = false, isAbreast = true, epoch = 0 } = of
  const sent: string[] = []
  const members = [one, two].map(member)
  const roster = {
    isBlank: true,
    isChanged: false,
    config: { members },
    files: { members },
    has: () => true,
    lifeOf: () => null,
  }
  const peers = {
    isLost: false,
    isOpen: true,
    hasHistory: true,
    isOldCopy,
    admission: { isStranger: false, isRemoved: false },
    connected: () => [two],
    send: (_: MemberId, { body }: { body: Uint8Array }) => sent.push(bytesToText(body)) > 0,
  }
  const group = { topology: { epoch: 0 }, isAbreast }
  const standing = new Standing({
    self: one,
    roster: roster as unknown as Roster,
    peers: () => peers as unknown as Peers,
    topology: () => group as unknown as TopologyGroup,
  })
  const asks = Uint8Array.of(0)
  standing.mayStart({ mono: 0, wall: 0 })
  sent.length = 0
  standing.received(two, asks)
  if (sent.length > 0) throw new Error('it answers before it began')
  if (!standing.mayStart({ mono: 2_000, wall: 0 })) throw new Error('it does not begin')
  group.topology.epoch = epoch
  standing.received(two, asks)
  return sent
}

test('standing: who went by its file says so, unless its disk is an older copy, or its group says more', (t) => {
  t.deepEqual(answerOf({}), ['\x061,2'])
  t.deepEqual(answerOf({ isOldCopy: true }), [])
  t.deepEqual(answerOf({ isAbreast: false }), [])
  t.deepEqual(answerOf({ epoch: 1 }), ['\x01'])
})
