// What a group does for its shard: transfer, learners, snapshots, slow followers, leases, sleep.

import test from 'ava'
import type { MemberId } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { send } from './letters.js'
import { raftWorld } from './raft-world.js'

test('raft: transfer: asked again while the first word was lost: the target leads at once', (t) => {
  const world = raftWorld()
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
  const world = raftWorld({ options: { electionMinMs: 600, electionMaxMs: 1_200 } })
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
  const world = raftWorld({ options: { electionMinMs: 300, electionMaxMs: 350 } })
  const leader = world.elect()
  const { term } = world.strategy(leader).status()
  world.advance(20_000)

  t.deepEqual([world.leader(), world.strategy(leader).status().term], [leader, term])
})

test('raft: a forged term near 2^53: refused, nothing moves (S23)', (t) => {
  const world = raftWorld()
  const leader = world.elect()
  const victim = leader === 1 ? 2 : 1
  const { term } = world.strategy(victim).status()

  send(world, leader, victim, {
    kind: 'heartbeat',
    era: 1,
    term: Number.MAX_SAFE_INTEGER,
    fence: 1,
    round: 0,
    commit: 0,
    wantsAnswer: true,
  })

  t.is(world.strategy(victim).status().term, term)
  t.is(world.strategy(victim).status().counters.malformed, 1)
})

test('raft: a lone voter under none: a proposal and a read are answered in the same ready, no bytes asked', (t) => {
  const world = raftWorld({ voters: 1, durability: 'none' })
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
  const world = raftWorld({ options: { lease: true } })
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

test('raft: a group that had no proposal for a second: beats less often, well twice in an election timeout', (t) => {
  const world = raftWorld()
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
  const world = raftWorld()
  const leader = world.elect()
  world.advance(500)

  t.true(world.strategy(leader).wakeAt() <= world.mono + 50)
  for (const id of world.ids)
    if (id !== leader) t.true(world.strategy(id).wakeAt() >= world.mono + 200)
  const alone = raftWorld({ voters: 1 })
  alone.elect()
  t.is(alone.strategy(1).wakeAt(), Number.MAX_SAFE_INTEGER)
})

test('raft: an idle group: asks for an answer at every third heartbeat only, and its leader stays', (t) => {
  const world = raftWorld()
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
