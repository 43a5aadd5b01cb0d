// Entries that only clients of the leader wait for: who gets them at once, and when the others do.

import test from 'ava'
import type { Payload, StrategyPlugin } from 'quorate/plugin'
import { textToBytes } from '../../../src/base/bytes.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { World } from '../../conformance/total/world.js'

export interface HoldingSubject {
  readonly plugin: StrategyPlugin
  /** How many entries stand in a message of the leader; null for one of another kind. */
  readonly entriesIn: (message: Uint8Array) => number | null
}

/** Nobody but its proposer waits for it. */
function own(text: string): Payload {
  const bytes = textToBytes(`!${text}`)
  return { size: bytes.length, isAwaited: false, bytes: () => bytes }
}

/** A group that settled, its followers, and how many entries were in each append that they were sent. */
function settled({ plugin, entriesIn }: HoldingSubject): {
  readonly world: World
  readonly leader: number
  readonly followers: readonly number[]
  readonly sent: Map<number, number[]>
} {
  const world = new World({ plugin, sleeps: true, stepMs: 1, delayMaxMs: 1, diskMaxMs: 1 })
  const leader = world.elect()
  world.propose(leader, 'first')
  world.advance(200)
  const followers = [1, 2, 3].filter((id) => id !== leader)
  const sent = new Map<number, number[]>(followers.map((id) => [id, []]))
  world.filter = (from, to, message) => {
    const count = entriesIn(message)
    if (from === leader && count !== null) sent.get(to)?.push(count)
    return true
  }
  return { world, leader, followers, sent }
}

function lastOf(world: World, id: number): number {
  return world.strategy(id).status().last.index
}

/** `name`: of the strategy. */
export function holdingCases(name: string, of: HoldingSubject): void {
  test(`${name}: own entries go at once to as many as are needed, to the others together`, (t) => {
    const { world, leader, followers, sent } = settled(of)
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

  test(`${name}: an entry that others wait for goes to all at once, with what was held back`, (t) => {
    const { world, leader, followers, sent } = settled(of)
    world.propose(leader, own('a'))
    world.propose(leader, 'b')

    t.deepEqual(
      followers.map((id) => sent.get(id)),
      [[1, 1], [2]],
    )
  })

  test(`${name}: a client waits until more members hold an entry than decide: what was held back goes at once`, (t) => {
    const { world, leader, followers } = settled(of)
    const far = followers[1] as number
    const from = lastOf(world, leader)
    world.propose(leader, own('a'))
    t.true(world.until(() => world.strategy(leader).status().commit.index === from + 1, 50))
    t.is(lastOf(world, far), from)
    world.strategy(leader).spread?.()
    t.true(world.until(() => lastOf(world, far) === from + 1, 3))
  })

  test(`${name}: a client waited for all a moment ago: what follows goes to all at once, for a second`, (t) => {
    const { world, leader, followers, sent } = settled(of)
    const entries = () => followers.map((id) => sent.get(id) as number[])
    world.strategy(leader).spread?.()
    world.propose(leader, own('a'))
    t.deepEqual(entries(), [[1], [1]])

    world.advance(1_001)
    world.propose(leader, own('b'))
    t.deepEqual(entries(), [[1, 1], [1]])
  })

  test(`${name}: who got entries at once is silent: all get them soon, and are asked from then on`, (t) => {
    const { world, leader, followers } = settled(of)
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

  test(`${name}: a read at who lags brings what is committed at once`, (t) => {
    const { world, leader, followers } = settled(of)
    const far = followers[1] as number
    const from = lastOf(world, leader)
    world.propose(leader, own('a'))
    t.true(world.until(() => world.strategy(leader).status().commit.index === from + 1, 50))
    t.is(lastOf(world, far), from)
    world.read(far)
    t.true(world.until(() => lastOf(world, far) === from + 1, 5))
  })

  test.serial(`${name}: seeded bug ${name}-held-back-for-good: who lags never gets it`, (t) => {
    t.teardown(() => plantBug(''))
    const { world, leader, followers } = settled(of)
    plantBug(`${name}-held-back-for-good`)
    world.propose(leader, own('a'))
    const all = (): boolean => followers.every((id) => lastOf(world, id) === lastOf(world, leader))

    t.false(world.until(all, 1_000))
  })
}
