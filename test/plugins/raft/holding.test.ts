// Entries that only clients of the leader wait for: who gets them at once, and when the others do.

import test from 'ava'
import type { Payload } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { textToBytes } from '../../../src/base/bytes.js'
import type { World } from '../../conformance/total/world.js'
import { raftWorld } from './raft-world.js'

/** Nobody but its proposer waits for it. */
function own(text: string): Payload {
  const bytes = textToBytes(`!${text}`)
  return { size: bytes.length, isAwaited: false, bytes: () => bytes }
}

/** A group that settled, its followers, and how many entries were in each append that they were sent. */
function settled(): {
  readonly world: World
  readonly leader: number
  readonly followers: readonly number[]
  readonly sent: Map<number, number[]>
} {
  const world = raftWorld({ sleeps: true, stepMs: 1, delayMaxMs: 1, diskMaxMs: 1 })
  const leader = world.elect()
  world.propose(leader, 'first')
  world.advance(200)
  const followers = [1, 2, 3].filter((id) => id !== leader)
  const sent = new Map<number, number[]>(followers.map((id) => [id, []]))
  world.filter = (from, to, message) => {
    const decoded = decodeMessage(message)
    if (from === leader && decoded?.kind === 'append') sent.get(to)?.push(decoded.entries.length)
    return true
  }
  return { world, leader, followers, sent }
}

function lastOf(world: World, id: number): number {
  return world.strategy(id).status().last.index
}

test('raft: own entries go at once to as many as are needed, to the others together', (t) => {
  const { world, leader, followers, sent } = settled()
  const from = lastOf(world, leader)
  for (let i = 1; i <= 3; i++) {
    world.propose(leader, own(`v${i}`))
    t.true(world.until(() => world.strategy(leader).status().commit.index === from + i, 50))
  }
  t.true(world.until(() => followers.every((id) => lastOf(world, id) === from + 3), 100))

  const [near, far] = followers.map((id) => sent.get(id) as number[])
  t.deepEqual(near, [1, 1, 1])
  t.true((far as number[]).length < 3, String(far))
})

test('raft: an entry that others wait for goes to all at once, with what was held back', (t) => {
  const { world, leader, followers, sent } = settled()
  world.propose(leader, own('a'))
  world.propose(leader, 'b')

  t.deepEqual(
    followers.map((id) => sent.get(id)),
    [[1, 1], [2]],
  )
})

test('raft: a client waits until more members hold an entry than decide: what was held back goes at once', (t) => {
  const { world, leader, followers } = settled()
  const far = followers[1] as number
  const from = lastOf(world, leader)
  world.propose(leader, own('a'))
  t.true(world.until(() => world.strategy(leader).status().commit.index === from + 1, 50))
  t.is(lastOf(world, far), from)
  world.strategy(leader).spread?.()
  t.true(world.until(() => lastOf(world, far) === from + 1, 3))
})

test('raft: who got entries at once is silent: all get them soon, and are asked from then on', (t) => {
  const { world, leader, followers } = settled()
  const [near, far] = followers as [number, number]
  const isUp = world.filter
  world.filter = (from, to, message) => isUp(from, to, message) && from !== near && to !== near
  const from = lastOf(world, leader)
  world.propose(leader, own('a'))
  t.true(world.until(() => world.strategy(leader).status().commit.index === from + 1, 60))
  world.propose(leader, own('b'))
  t.true(world.until(() => world.strategy(leader).status().commit.index === from + 2, 25))
  t.is(lastOf(world, far), from + 2)
})

test('raft: a read at who lags brings what is committed at once', (t) => {
  const { world, leader, followers } = settled()
  const far = followers[1] as number
  const from = lastOf(world, leader)
  world.propose(leader, own('a'))
  t.true(world.until(() => world.strategy(leader).status().commit.index === from + 1, 50))
  t.is(lastOf(world, far), from)
  world.read(far)
  t.true(world.until(() => lastOf(world, far) === from + 1, 5))
})

test.serial('raft: seeded bug raft-held-back-for-good: who lags never gets it', (t) => {
  t.teardown(() => plantBug(''))
  const { world, leader, followers } = settled()
  plantBug('raft-held-back-for-good')
  world.propose(leader, own('a'))
  const all = (): boolean => followers.every((id) => lastOf(world, id) === lastOf(world, leader))

  t.false(world.until(all, 1_000))
})
