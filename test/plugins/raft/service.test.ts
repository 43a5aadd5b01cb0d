// What a group does for its shard: transfer, learners, snapshots, slow followers, leases, sleep.

import test from 'ava'
import { type MemberId, textToBytes } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { send, texts } from './letters.js'
import { World } from './network.js'

test('thesis 3.10: transfer: the target leads soon, nothing is lost', (t) => {
  const world = new World()
  const leader = world.elect()
  world.propose(leader, 'a')
  world.advance(50)

  t.is(world.strategy(leader).transfer(null), null)
  t.true(world.until(() => world.leader() !== leader && world.isSettled(), 100))
  t.deepEqual(texts(world, world.leader() as number), ['!a'])
})

test('raft: transfer: asked again while the first word was lost: the target leads at once', (t) => {
  const world = new World()
  const leader = world.elect()
  world.propose(leader, 'a')
  world.advance(50)
  world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'timeout-now'
  world.strategy(leader).transfer(null)
  world.advance(20)
  world.filter = () => true

  t.is(world.strategy(leader).transfer(null), null)
  t.true(world.until(() => world.leader() !== leader && world.isSettled(), 100))
})

test('raft: transfer: asked again every second, and its target never stands: proposals go through between', (t) => {
  const world = new World({ options: { electionMinMs: 600, electionMaxMs: 1_200 } })
  const leader = world.elect()
  world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'timeout-now'
  let taken = 0
  for (let i = 0; i < 200; i++) {
    if (i % 20 === 0) world.strategy(leader).transfer((leader === 1 ? 2 : 1) as MemberId)
    if (world.propose(leader, `v${i}`) !== null) taken++
    world.advance(50)
  }

  t.true(taken > 20, `${taken} of 200`)
})

test('raft: an idle group whose election timeouts lie close together: its leader stays', (t) => {
  const world = new World({ options: { electionMinMs: 300, electionMaxMs: 350 } })
  const leader = world.elect()
  const { term } = world.strategy(leader).status()
  world.advance(20_000)

  t.deepEqual([world.leader(), world.strategy(leader).status().term], [leader, term])
})

test('raft: a learner: has everything, is never asked and never leads', (t) => {
  const world = new World({ voters: 2, learners: 1 })
  const leader = world.elect()
  world.propose(leader, 'a')
  world.advance(100)
  t.deepEqual(texts(world, 3), ['!a'])

  world.crash(leader)
  world.advance(3_000)

  t.is(world.leader(), null)
  t.is(world.strategy(3).status().role, 'learner')
})

test('raft: a follower behind the cut log: gets a snapshot; one a little behind: does not', (t) => {
  const world = new World({ options: { keepBytes: 30 } })
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  world.advance(100)
  world.isolate(victim)
  for (let i = 0; i < 30; i++) world.propose(leader, `v${i}`)
  world.advance(200)
  world.takeCheckpoint(leader)

  world.heal()
  world.advance(1_000)

  t.is(texts(world, victim).length, 30)
  t.is(world.strategy(victim).status().counters.snapshotsInstalled, 1)
})

test('raft: an entry that was applied: no longer holds what its proposer gave, a slow follower still gets it', (t) => {
  const world = new World()
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  world.advance(100)
  world.isolate(victim)
  let asked = 0
  world.propose(leader, {
    size: 2,
    bytes: () => {
      asked++
      return textToBytes('!a')
    },
  })
  world.advance(1_000)
  const before = asked

  world.heal()
  world.advance(1_500)

  t.deepEqual(texts(world, victim), ['!a'])
  t.is(asked, before)
})

test('raft: payloads gone from memory: read back from the disk for a slow follower', (t) => {
  const world = new World({ options: { tailBytes: 1_024, appendBytes: 1_024 } })
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  world.isolate(victim)
  for (let i = 0; i < 100; i++) {
    world.propose(leader, `${i}${'x'.repeat(100)}`)
    world.advance(10)
  }

  world.heal()
  world.advance(1_500)

  t.is(texts(world, victim).length, 100)
  t.true((world.strategy(leader).status().counters.fetches ?? 0) > 0)
})

test('raft: the leader runs out of disk space: it hands over and refuses proposals (reliability.md S32)', (t) => {
  const world = new World()
  const leader = world.elect()
  world.advance(100)

  world.strategy(leader).diskShort(true)

  t.is(world.propose(leader, 'a'), null)
  t.true(world.until(() => world.leader() !== leader && world.isSettled(), 500))
  world.propose(world.leader() as number, 'b')
  world.advance(100)
  t.deepEqual(texts(world, leader), [])
  world.strategy(leader).diskShort(false)
  world.advance(500)
  t.deepEqual(texts(world, leader), ['!b'])
})

test('raft: a forged term near 2^53: refused, nothing moves (S23)', (t) => {
  const world = new World()
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  const { term } = world.strategy(victim).status()

  send(world, leader, victim, {
    kind: 'heartbeat',
    era: 1,
    term: Number.MAX_SAFE_INTEGER,
    epoch: 1,
    round: 0,
    commit: 0,
    wantsAnswer: true,
  })

  t.is(world.strategy(victim).status().term, term)
  t.is(world.strategy(victim).status().counters.malformed, 1)
})

test('raft: a lone voter under none: a proposal and a read are answered in the same ready, no bytes asked', (t) => {
  const world = new World({ voters: 1, durability: 'none' })
  world.elect()
  const strategy = world.strategy(1)
  let asked = 0
  const payload = {
    size: 5,
    bytes: () => {
      asked++
      return new Uint8Array(5)
    },
  }

  strategy.propose(900 as never, payload, { wall: 0, mono: world.mono })
  strategy.readIndex(901 as never, 'linearizable')
  const ready = strategy.ready()

  t.is(ready?.delivered.length, 1)
  t.is(ready?.grants.length, 1)
  t.is(ready?.write, null)
  t.is(asked, 0)
})

test('raft: a lease: reads without a round while it lasts; cut off, it ends before another can lead', (t) => {
  const world = new World({ options: { lease: true } })
  const leader = world.elect()
  world.advance(200)
  const rounds = world.strategy(leader).status().counters.readRounds
  const token = world.read(leader)
  t.not(token === null ? null : world.reads.get(token)?.grantedAt, null)
  t.is(world.strategy(leader).status().counters.readRounds, rounds)

  world.isolate(leader)
  world.advance(320)
  const late = world.read(leader)

  t.is(late === null ? null : world.reads.get(late)?.grantedAt, null)
})

test('raft: all members are short of disk: a new leader still commits its no-op, so reads go on', (t) => {
  const world = new World()
  const first = world.elect()
  for (const id of world.ids) if (id !== first) world.strategy(id).diskShort(true)
  world.isolate(first)
  for (const id of world.ids) if (id !== first) world.strategy(id).diskShort(false)
  world.advance(2_000)
  for (const id of world.ids) world.strategy(id).diskShort(true)
  world.heal()
  world.advance(3_000)

  const leader = world.leader()
  const token = leader === null ? null : world.read(leader)
  world.advance(500)

  t.not(token === null ? null : (world.reads.get(token)?.grantedAt ?? null), null)
})

test('raft: a group that had no proposal for a second: beats less often, well twice in an election timeout', (t) => {
  const world = new World()
  const leader = world.elect()
  world.advance(3_000)

  const gaps: number[] = []
  for (let i = 0; i < 10; i++) {
    const before = world.mono
    gaps.push(world.strategy(leader).wakeAt() - before)
    world.advance(100)
  }

  t.true(Math.max(...gaps) > 50)
  t.true(Math.max(...gaps) <= 135)
  t.is(world.leader(), leader)
})

test('raft: an idle group: wakes only for heartbeats', (t) => {
  const world = new World()
  const leader = world.elect()
  world.advance(500)

  t.true(world.strategy(leader).wakeAt() <= world.mono + 50)
  for (const id of world.ids)
    if (id !== leader) t.true(world.strategy(id).wakeAt() >= world.mono + 200)
  const alone = new World({ voters: 1 })
  alone.elect()
  t.is(alone.strategy(1).wakeAt(), Number.MAX_SAFE_INTEGER)
})

test('raft: static membership: a change is refused', (t) => {
  const world = new World()
  const leader = world.elect()

  t.not(world.strategy(leader).reconfigure(1 as never, { add: [], remove: [], promote: [] }), null)
})

test('raft: an idle group: asks for an answer at every third heartbeat only, and its leader stays', (t) => {
  const world = new World()
  const leader = world.elect()
  world.advance(2_000)
  const term = world.strategy(leader).status().term
  let beats = 0
  let answers = 0
  world.filter = (from) => {
    if (from === leader) beats++
    else answers++
    return true
  }

  world.advance(4_000)

  t.true(beats > 4_000 / 150)
  t.true(answers > beats * 0.25 && answers < beats * 0.4, `${answers} answers to ${beats} beats`)
  t.deepEqual([world.leader(), world.strategy(leader).status().term], [leader, term])
})
