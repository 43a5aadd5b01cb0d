// What a group of one total order does for its shard: transfer, learners, snapshots, slow followers.

import type { TestFn } from 'ava'
import { type StrategyPlugin, textToBytes } from 'quorate/plugin'
import { World } from '../../conformance/total/world.js'
import { texts } from '../../conformance/total/texts.js'

export function serviceCases(test: TestFn, plugin: StrategyPlugin): void {
  test(`${plugin.name}: a follower behind the cut log: gets a snapshot; one a little behind: does not`, (t) => {
    const world = new World({ plugin, options: { keepBytes: 30 } })
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

  test(`${plugin.name}: an entry that was applied: no longer holds what its proposer gave, a slow follower still gets it`, (t) => {
    const world = new World({ plugin })
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

  test(`${plugin.name}: payloads gone from memory: read back from the disk for a slow follower`, (t) => {
    const world = new World({ plugin, options: { tailBytes: 1_024, appendBytes: 1_024 } })
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

  test(`${plugin.name}: the leader runs out of disk space: it hands over and refuses proposals (reliability.md S32)`, (t) => {
    const world = new World({ plugin })
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

  test(`${plugin.name}: a member without others is told again and again that its disk is short: it begins no more elections by that`, (t) => {
    const world = new World({ plugin })
    world.elect()
    world.isolate(3)
    world.advance(3_000)
    const strategy = world.strategy(3)
    strategy.diskShort(true)
    const { elections } = strategy.status().counters

    for (let i = 0; i < 50; i++) strategy.diskShort(true)

    t.is(strategy.status().counters.elections, elections)
  })

  test(`${plugin.name}: all members are short of disk: a new leader still commits its no-op, so reads go on`, (t) => {
    const world = new World({ plugin })
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
}
