// A cluster that is killed in its first moments, before a member kept a topology, and loses disks: whoever has its disk
// goes by its file, and who lost one follows it.

import test from 'ava'
import { coreChannels, coreGroup, readFrame } from '../../src/core/wire.js'
import { topologyKey } from '../../src/log/layout.js'
import { CoreWorld, keyspace } from './core-world.js'
import { become, listed, reply, run, world } from './joining-world.js'

/** Three members whose groups began a moment ago. */
function young(strategy: string, files: (id: number) => object = () => ({})): CoreWorld {
  const w = new CoreWorld({ keyspaces: [{ ...keyspace('default', []), strategy }], config: files })
  if (!w.until(() => [1, 2, 3].every((id) => hasBegun(w, id)))) throw new Error('no birth')
  for (const id of [1, 2, 3]) w.kill(id)
  for (const { rows } of w.members) if (rows.log.has(topologyKey)) throw new Error('too late')
  return w
}

const recovering = (w: CoreWorld, id: number) =>
  w.member(id).core?.inspect().groups[0]?.status?.recovering
const hasBegun = (w: CoreWorld, id: number): boolean => recovering(w, id) !== undefined

/** A frame of this sender, with a word about members in it. */
function tells(bytes: Uint8Array, sender: number): boolean {
  let isSo = false
  readFrame(
    bytes,
    (head) => head.sender === sender,
    ({ group, channel }) => {
      isSo ||= group === coreGroup && channel === coreChannels.topology
    },
  )
  return isSo
}

for (const strategy of ['raft', 'zab'])
  test(`young losses, ${strategy}: two of three disks are lost: the group waits for the operator's word, and goes on with it`, (t) => {
    const w = young(strategy)
    for (const id of [2, 3]) w.kill(id, true)
    for (const pair of ['2-3', '3-2']) w.cut.add(pair)
    for (const id of [1, 2, 3]) w.start(id)
    t.true(w.until(() => [1, 2, 3].every((id) => hasBegun(w, id)), 5_000))

    // They forgot what they voted, and have to count as who did.
    run(w, 5_000)
    t.deepEqual(
      [1, 2, 3].map((id) => recovering(w, id)),
      [null, 'disk-lost', 'disk-lost'],
    )
    t.is(w.leader(), 0)
    t.is(reply(w, w.client(1), 'QUORATE RECOVER ACCEPT-LOSS'), '+OK')
    t.true(w.until(() => [1, 2, 3].every((id) => recovering(w, id) === null)))
    w.cut.clear()
    t.true(w.until(() => reply(w, w.client(2), 'SET a 1') === '+OK', 100))
    t.true(w.until(() => w.member(2).core?.inspect().topology.epoch === 1))
  })

test('young losses: of three one lost its disk, and one is dead: it begins, and counts for nothing', (t) => {
  const w = young('raft')
  w.kill(2, true)
  w.start(1)
  w.start(2)

  t.true(w.until(() => hasBegun(w, 1) && hasBegun(w, 2), 5_000))
  run(w, 5_000)
  t.deepEqual([w.leader(), recovering(w, 2)], [0, 'disk-lost'])
  w.start(3)
  t.true(w.until(() => recovering(w, 2) === null))
})

for (const isLater of [false, true])
  test(`young losses: one of three disks is lost, ${isLater ? 'the others work already' : 'all start at once'}: it is refilled`, (t) => {
    const w = young('raft')
    w.kill(3, true)
    w.start(1)
    w.start(2)
    if (isLater) t.true(w.until(() => w.leader() > 0))
    w.start(3)

    t.true(w.until(() => recovering(w, 3) === null))
    w.kill(2)
    t.is(reply(w, w.client(3), 'SET b 1'), '+OK')
  })

test('young losses: the disk of the others is put back: they are whole, and nobody waits', (t) => {
  const w = young('raft')
  const kept = { log: new Map(w.member(2).rows.log), state: new Map(w.member(2).rows.state) }
  w.kill(2, true)
  w.start(1)
  w.start(2)
  t.true(w.until(() => hasBegun(w, 2)))
  w.kill(2)
  w.member(2).rows = kept
  w.start(2)
  w.start(3)

  t.true(w.until(() => [1, 2, 3].every((id) => recovering(w, id) === null)))
  t.is(reply(w, w.client(2), 'SET a 1'), '+OK')
})

/** 1 has its disk and 2 lost it; one of them is started with a file that leaves 3 out. */
function renamed(member: 1 | 2): CoreWorld {
  let names = [1, 2, 3]
  const w = young('raft', (id) => (id === member ? { members: listed(...names) } : {}))
  names = [1, 2]
  w.kill(2, true)
  w.start(1)
  w.start(2)
  run(w, 10_000)
  return w
}

test('young losses: who lost its disk has a file that names others: waits for who knows', (t) => {
  const w = renamed(2)
  t.deepEqual([hasBegun(w, 1), hasBegun(w, 2)], [true, false])
})

test('young losses: who has its disk is started with a file that names others: it does not start', (t) => {
  const w = renamed(1)
  t.regex(w.member(1).stopped?.why ?? '', /was born with the members 1, 2, 3/)
  t.false(hasBegun(w, 2))
})

/** 1, 2 and 3 began, 4 came, and 1 lost the row with the topology of it: its groups know of it. */
function grown(): CoreWorld {
  const w = world()
  if (!/epoch/.test(reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004'))) throw new Error('no')
  if (!become(w, 1, 2, 3, 4)) throw new Error('it did not grow')
  for (const id of [1, 2, 3, 4]) w.kill(id)
  w.member(1).rows.log.delete(topologyKey)
  return w
}

test('young losses: a cluster that grew, whose last member to have its disk lost its topology: is none that came later told', (t) => {
  const w = grown()
  w.kill(4, true)
  w.start(1)
  w.start(4)

  run(w, 10_000)
  t.false(hasBegun(w, 4))
  w.start(2)
  t.true(w.until(() => hasBegun(w, 4)))
  w.start(3)
  t.true(become(w, 1, 2, 3, 4))
  t.is(reply(w, w.client(4), 'SET a 1'), '+OK')
})

test('young losses: a cluster that grew: who was there at first and lost its disk votes for nothing, and learns of all', (t) => {
  const w = grown()
  w.kill(2, true)
  w.start(1)
  w.start(2)

  run(w, 10_000)
  t.is(w.leader(), 0)
  t.true(!hasBegun(w, 2) || recovering(w, 2) === 'disk-lost')
  w.start(3)
  w.start(4)
  t.true(become(w, 1, 2, 3, 4))
  t.true(w.until(() => recovering(w, 2) === null))
})

test('young losses: a cluster that has a topology, of which one member never heard: it is told, and tells it', (t) => {
  const w = new CoreWorld()
  t.true(w.until(() => [1, 2, 3].every((id) => hasBegun(w, id))))
  w.kill(1)
  t.true(w.until(() => w.member(2).core?.inspect().topology.epoch === 1))
  t.true(w.until(() => w.member(3).core?.inspect().topology.epoch === 1))
  w.kill(2, true)
  w.start(1)
  w.start(2)

  t.true(w.until(() => [1, 2, 3].every((id) => recovering(w, id) === null)))
  t.is(reply(w, w.client(2), 'SET a 1'), '+OK')
})

test('young losses: who lost its disk, or never had one, says nothing of members, whom others may know better', (t) => {
  const w = world()
  for (const id of [1, 2, 3]) w.kill(id, id !== 1)
  // What who knows says of members is lost.
  w.passes = (bytes) => !tells(bytes, 1)
  for (const id of [1, 2, 3]) w.start(id)
  run(w, 10_000)
  t.deepEqual([hasBegun(w, 2), hasBegun(w, 3)], [false, false])

  w.passes = () => true
  t.true(w.until(() => hasBegun(w, 2) && hasBegun(w, 3)))
})

/** Beside the founders 1 and 3 the fourth joined, and 2 was removed, while 1 was away and knew no topology; all are down. */
function staleBeside(strategy: string, durability: 'always' | 'everysec'): CoreWorld {
  const files = (id: number): object => ({ members: id === 4 ? listed(3, 4) : listed(1, 2, 3) })
  const spaces = [{ ...keyspace('default', []), strategy, durability }]
  const w = new CoreWorld({ members: 4, keyspaces: spaces, config: files })
  const epoch = (id: number): number => w.member(id).core?.inspect().topology.epoch ?? 0
  if (!w.until(() => [1, 2, 3].every((id) => hasBegun(w, id)))) throw new Error('no birth')
  if (!w.until(() => epoch(2) > 0 || epoch(3) > 0)) throw new Error('no topology')
  w.kill(1)
  w.member(1).rows.log.delete(topologyKey)
  if (!w.until(() => epoch(2) > 0 && epoch(3) > 0)) throw new Error('no topology')
  reply(w, w.client(3), 'QUORATE JOIN 4 127.0.0.1:7004')
  if (!w.until(() => hasBegun(w, 4))) throw new Error('it does not join')
  run(w, 5_000)
  reply(w, w.client(3), 'QUORATE REMOVE 2')
  run(w, 5_000)
  if (w.member(2).stopped === null) throw new Error('it is not removed')
  if (!w.until(() => reply(w, w.client(3), 'SET b 1') === '+OK', 100)) throw new Error('no write')
  run(w, 2_000)
  for (const id of [2, 3, 4]) w.kill(id)
  w.kill(2, true)
  return w
}

for (const strategy of ['raft', 'zab'])
  for (const durability of ['always', 'everysec'] as const)
    test(`young losses, ${strategy}, ${durability}: one that knows no topology, and one that was removed and wiped: what others acknowledged is there`, (t) => {
      const w = staleBeside(strategy, durability)
      w.start(1)
      w.start(2)
      run(w, 30_000)
      // Groups that wait for nobody's word would begin an era with these two.
      if (durability === 'everysec') t.false(hasBegun(w, 2))

      w.start(3)
      w.start(4)
      t.true(w.until(() => reply(w, w.client(3), 'GET b') === '$1', 300))
      t.true(w.until(() => reply(w, w.client(1), 'GET b') === '$1', 300))
      t.true(w.until(() => w.member(2).stopped !== null))
    })

test('young losses, everysec: all whom their files name are there, one wiped: they begin', (t) => {
  const spaces = [{ ...keyspace('default', []), durability: 'everysec' as const }]
  const w = new CoreWorld({ keyspaces: spaces })
  if (!w.until(() => [1, 2, 3].every((id) => hasBegun(w, id)))) throw new Error('no birth')
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 3]) w.member(id).rows.log.delete(topologyKey)
  w.kill(2, true)
  w.start(1)
  w.start(2)
  run(w, 10_000)
  t.false(hasBegun(w, 2))
  w.start(3)
  t.true(w.until(() => hasBegun(w, 2)))
  t.true(w.until(() => recovering(w, 2) === null))
})
