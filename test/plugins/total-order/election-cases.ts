// Elections, proposals, reads and restarts, as every strategy of one total order must show them.

import type { TestFn } from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import { World } from '../../conformance/total/world.js'

export function electionCases(test: TestFn, plugin: StrategyPlugin): void {
  for (const diskMinMs of [100, 250, 500]) {
    test(`${plugin.name}: every write takes ${diskMinMs} ms and more: one is elected all the same, and stays`, (t) => {
      for (let seed = 1; seed <= 20; seed++) {
        const world = new World({ plugin, seed, diskMinMs, diskMaxMs: diskMinMs + 50 })

        const isLed = world.until(() => world.leader() !== null, 5_000 + 8 * diskMinMs)
        const leader = world.leader()
        world.advance(4 * diskMinMs + 2_000)

        t.true(isLed, `seed ${seed}`)
        t.is(world.leader(), leader, `seed ${seed}`)
      }
    })
  }

  test(`${plugin.name}: disks that stalled for long once: an election afterwards does not wait as long again`, (t) => {
    for (let seed = 1; seed <= 60; seed++) {
      const world = new World({ plugin, seed })
      world.crash(world.elect())
      world.stalledUntil = world.mono + 20_000
      world.advance(20_000)

      t.true(
        world.until(() => world.leader() !== null, 8_000),
        `seed ${seed}`,
      )
    }
  })

  test(`${plugin.name}: the leader is killed: another leads within 300 ms and has everything`, (t) => {
    const world = new World({ plugin })
    const leader = world.elect()
    world.propose(leader, 'a')
    world.advance(100)

    world.crash(leader)
    const isBack = world.until(() => world.leader() !== null && world.isSettled(), 300)

    t.true(isBack)
    world.propose(world.leader() as number, 'b')
    world.advance(100)
    for (const node of world.up)
      t.deepEqual(
        node.applied.map((entry) => entry.text).filter((text) => text.startsWith('!')),
        ['!a', '!b'],
      )
  })
}
