// Entries that only clients of the leader wait for: who gets them at once, and when the others do.

import test, { type ExecutionContext } from 'ava'
import type { Payload, StrategyPlugin } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { textPayload, World } from '../../conformance/total/world.js'
import type { WorldOptions } from '../../conformance/total/world-options.js'
import { change } from './member-cases.js'

export interface HoldingSubject {
  readonly plugin: StrategyPlugin
  /** How many entries stand in a message of the leader; null for one of another kind. */
  readonly entriesIn: (message: Uint8Array) => number | null
}

/** A group, its followers, and how many entries were in each append that they were sent. */
interface Group {
  readonly world: World
  readonly leader: number
  readonly followers: readonly number[]
  readonly sent: Map<number, number[]>
}

/** Nobody but its proposer waits for it. */
function own(text: string): Payload {
  return textPayload(text, false)
}

function worldOf({ plugin }: HoldingSubject, options: Partial<WorldOptions> = {}): World {
  return new World({ plugin, sleeps: true, stepMs: 1, delayMaxMs: 1, diskMaxMs: 1, ...options })
}

/** One that settled. */
function settled(of: HoldingSubject, world = worldOf(of)): Group {
  const { entriesIn } = of
  const leader = world.elect()
  world.propose(leader, 'first')
  world.advance(200)
  const { voters } = world.strategy(leader).status().members
  const followers = voters.filter((id) => id !== leader)
  const sent = new Map<number, number[]>(followers.map((id) => [id, []]))
  world.filter = (from, to, message) => {
    const count = entriesIn(message)
    if (from === leader && count !== null) sent.get(to)?.push(count)
    return true
  }
  return { world, leader, followers, sent }
}

/** One whose last entry is committed, and was held back from `far`. */
function lagging(t: ExecutionContext, of: HoldingSubject): Omit<Group, 'sent'> & { far: number } {
  const { world, leader, followers } = settled(of)
  const far = followers[1] as number
  const from = lastOf(world, leader)
  world.propose(leader, own('a'))
  t.true(world.until(() => world.strategy(leader).status().commit.index === from + 1, 50))
  t.is(lastOf(world, far), from)
  return { world, leader, followers, far }
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
    const { world, leader, far } = lagging(t, of)
    world.strategy(leader).spread?.()
    t.true(world.until(() => lastOf(world, far) === lastOf(world, leader), 3))
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
    const { world, leader, far } = lagging(t, of)
    world.read(far)
    t.true(world.until(() => lastOf(world, far) === lastOf(world, leader), 5))
  })

  for (const [before, after] of [
    [1, 3],
    [2, 5],
    [5, 3],
  ] as const) {
    test(`${name}: ${before} voters become ${after}: as many as are needed now get own entries at once`, (t) => {
      const more = Array.from({ length: Math.max(0, after - before) }, (_, i) => before + 1 + i)
      const world = worldOf(of, { voters: before, outside: more.length })
      settled(of, world)
      const gone = Math.max(0, before - after)
      const remove = world.ids
        .filter((id) => id !== world.leader())
        .slice(before - 1 - gone, before - 1)
      if (more.length > 0) t.true(change(world, { add: more }))
      world.advance(500)
      t.true(change(world, { promote: more, remove }))
      // Those that were taken out hear of it for a while.
      world.advance(5_000)
      const { leader, sent } = settled(of, world)
      const { voters } = world.strategy(leader).status().members
      world.propose(leader, own('a'))
      const asked = [...sent].filter(([, counts]) => counts.length > 0)

      t.is(voters.length, after)
      t.is(asked.length, Math.floor(after / 2))
    })
  }

  test.serial(`${name}: seeded bug ${name}-held-back-for-good: who lags never gets it`, (t) => {
    t.teardown(() => plantBug(''))
    const { world, leader, followers } = settled(of)
    plantBug(`${name}-held-back-for-good`)
    world.propose(leader, own('a'))
    const all = (): boolean => followers.every((id) => lastOf(world, id) === lastOf(world, leader))

    t.false(world.until(all, 1_000))
  })
}
