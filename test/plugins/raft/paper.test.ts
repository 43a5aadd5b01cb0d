// The rules of the Raft paper and thesis, and the details that others got wrong (reliability.md 1.3).

import test from 'ava'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { raftWorld } from './raft-world.js'
import { texts } from '../../conformance/total/texts.js'

import { answers, last, send } from './letters.js'
test('raft 5.2: a second candidate of the same term: gets no vote (one vote per term)', (t) => {
  const world = raftWorld()
  const ask = {
    kind: 'vote',
    era: 1,
    term: 5,
    pre: false,
    transfer: false,
    force: false,
    last,
  } as const
  send(world, 2, 1, ask)
  send(world, 3, 1, ask)
  send(world, 2, 1, ask)

  const votes = answers(world, 1).filter((message) => message.kind === 'voted')

  t.deepEqual(
    votes.map((vote) => vote.granted),
    [true, false, true],
  )
})

test('raft 5.2: a vote leaves only with its write, and is still given after a crash (tikv#1610)', (t) => {
  const world = raftWorld()
  send(world, 2, 1, {
    kind: 'vote',
    era: 1,
    term: 5,
    pre: false,
    transfer: false,
    force: false,
    last,
  })

  const ready = world.strategy(1).ready()

  t.deepEqual(ready?.sendNow, [])
  t.is(ready?.sendAfterWrite.length, 1)
  t.true(ready?.mustSync)
  world.node(1).disk.state = ready?.write?.state ?? null
  world.restart(1)
  send(world, 3, 1, {
    kind: 'vote',
    era: 1,
    term: 5,
    pre: false,
    transfer: false,
    force: false,
    last,
  })
  t.like(answers(world, 1)[0], { kind: 'voted', granted: false })
})

test('raft 5.4.1: a candidate whose log is behind: gets no vote', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  world.propose(leader, 'a')
  world.advance(100)
  const voter = leader === 1 ? 2 : 1
  world.isolate(voter)
  world.advance(1_000)
  const { term } = world.strategy(voter).status()

  send(world, 6 - voter - leader, voter, {
    kind: 'vote',
    era: 1,
    term: term + 1,
    pre: false,
    transfer: false,
    force: false,
    last,
  })

  t.like(
    answers(world, voter).find((message) => message.kind === 'voted'),
    { granted: false },
  )
})

test('raft 5.4.2: entries of an earlier term on a majority: committed only with one of the own term (logcabin#44)', (t) => {
  const world = raftWorld({ voters: 1 })
  world.elect()
  const { term, commit } = world.strategy(1).status()

  t.deepEqual(commit, { term, index: 1 })
  world.propose(1, 'a')
  world.advance(50)
  world.restart(1)
  t.is(
    world.strategy(1).status().commit.index,
    0,
    'what the log holds is not committed by being there',
  )
  world.elect()
  t.is(world.strategy(1).status().commit.term, world.strategy(1).status().term)
})

test('thesis 9.6: a cut off member asks again and again: no term moves, nobody is disturbed', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  const { term } = world.strategy(leader).status()
  const victim = leader === 1 ? 2 : 1
  world.isolate(victim)
  world.advance(5_000)

  t.is(world.strategy(victim).status().term, term)
  world.heal()
  world.advance(1_000)
  t.is(world.strategy(leader).status().role, 'leader')
  t.is(world.strategy(leader).status().term, term)
})

test('thesis 4.2.3: a request for a vote while the leader is heard: changes neither term nor vote (RF16)', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  world.advance(100)
  const voter = leader === 1 ? 2 : 1
  const other = 6 - leader - voter
  const { term } = world.strategy(voter).status()
  for (const pre of [true, false]) {
    send(world, other, voter, {
      kind: 'vote',
      era: 1,
      term: term + 1,
      pre,
      transfer: false,
      force: false,
      last: { term: 99, index: 99 },
    })
  }

  for (const message of answers(world, voter)) t.like(message, { granted: false, term })
  t.is(world.strategy(voter).status().term, term)
})

test('raft: one-way link from the leader to a follower lost and closed: the leader stays (RF16)', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  const { term } = world.strategy(leader).status()
  const victim = leader === 1 ? 2 : 1
  world.cut(leader, victim)
  for (let i = 0; i < 20; i++) {
    world.strategy(victim).peerDown(leader as never)
    world.advance(200)
  }

  t.is(world.strategy(leader).status().role, 'leader')
  t.is(world.strategy(leader).status().term, term)
})

test('raft: partial partition: the leader reaches a minority, the rest elects (cockroach#107060)', (t) => {
  const world = raftWorld({ voters: 5 })
  const leader = world.elect()
  const [near, ...far] = world.ids.filter((id) => id !== leader)
  for (const id of far) {
    world.cut(leader, id)
    world.cut(id, leader)
  }
  world.crash(far.pop() as number)

  t.true(world.until(() => world.leader() !== leader && world.isSettled(), 5_000))
  t.true([near, ...far].includes(world.leader() as number))
  t.not(world.strategy(leader).status().role, 'leader')
})

test('raft: the longest log is behind in term: its member is elected all the same (etcd#8243)', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  const [behind, longest] = world.ids.filter((id) => id !== leader) as [number, number]
  world.isolate(behind)
  world.propose(leader, 'a')
  world.advance(200)
  world.crash(leader)
  send(world, leader, behind, {
    kind: 'vote',
    era: 1,
    term: 9,
    pre: false,
    transfer: true,
    force: false,
    last,
  })
  t.is(world.strategy(behind).status().term, 9)
  t.true(world.strategy(longest).status().term < 9)
  world.heal()

  t.true(world.until(() => world.leader() === longest, 5_000))
  t.true(world.until(() => texts(world, behind).includes('!a'), 5_000))
})

test('thesis 6.2: a leader alone: steps down within an election timeout and gives its reads back (n=5)', (t) => {
  const world = raftWorld({ voters: 5 })
  const leader = world.elect()
  world.isolate(leader)
  const token = world.read(leader)

  world.advance(1_300)

  t.not(world.strategy(leader).status().role, 'leader')
  t.is(token === null ? null : world.reads.get(token)?.dropped, 'not-leader')
})

test('raft 5.3: a deposed leader with entries of its own: they go, and their fate is told as unknown', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  world.isolate(leader)
  const token = world.propose(leader, 'lost')
  world.until(() => world.leader() !== leader && world.isSettled(), 3_000)
  world.propose(world.leader() as number, 'kept')
  world.advance(100)
  world.heal()
  world.advance(1_000)

  t.true(token !== null && world.fates.doubtful.has(token))
  for (const id of world.ids) t.deepEqual(texts(world, id), ['!kept'])
})

test('raft 5.3: a stale append that matches: truncates nothing', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  const appends: Uint8Array[] = []
  const victim = leader === 1 ? 2 : 1
  world.filter = (from, to, message) => {
    if (from === leader && to === victim && decodeMessage(message)?.kind === 'append')
      appends.push(message)
    return true
  }
  for (const text of ['a', 'b', 'c']) {
    world.propose(leader, text)
    world.advance(20)
  }
  const before = world.strategy(victim).status().last
  for (const message of appends)
    world.strategy(victim).step(leader as never, message, { wall: 0, mono: world.mono })

  t.deepEqual(world.strategy(victim).status().last, before)
  t.is(world.strategy(victim).status().counters.truncations, 0)
})

test('raft: equal index and term but another chain: the member halts and says why', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  world.advance(100)
  const victim = leader === 1 ? 2 : 1
  const { term, last: end } = world.strategy(victim).status()

  send(world, leader, victim, {
    kind: 'append',
    era: 1,
    term,
    fence: 1,
    previous: end,
    chain: { high: 1, low: 1 },
    commit: 0,
    entries: [],
  })

  t.is(world.strategy(victim).status().role, 'halted')
  t.regex(world.strategy(victim).status().why, /differs/)
})

test('raft 8: a new leader: grants no read before an entry of its term is committed', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  world.propose(leader, 'a')
  world.advance(100)
  world.crash(leader)
  world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'append'
  world.until(() => world.leader() !== null, 3_000)

  const token = world.read(world.leader() as number)
  world.advance(200)

  t.is(token === null ? 0 : world.reads.get(token)?.grantedAt, null)
})

test('raft: an answer to an earlier try of a read: serves no other try (etcd#20418)', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  world.advance(100)
  const follower = leader === 1 ? 2 : 1
  let held: Uint8Array | null = null
  world.filter = (_from, to, message) => {
    if (to !== follower || decodeMessage(message)?.kind !== 'readable') return true
    held ??= message
    return false
  }
  const first = world.read(follower)
  world.advance(300)
  t.is(first === null ? null : world.reads.get(first)?.dropped, 'timeout')
  world.propose(leader, 'a')
  world.advance(50)
  const second = world.read(follower)

  t.not(held, null)
  world
    .strategy(follower)
    .step(leader as never, held as unknown as Uint8Array, { wall: 0, mono: world.mono })
  t.is(world.strategy(follower).ready()?.grants.length ?? 0, 0)
  t.not(second, null)
})
