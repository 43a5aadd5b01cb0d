// What a member that lost something has to hold before it takes writes, where those who tell of it lose something, too;
// and what it shows where its groups catch up one after the other.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'
import type { Group, Member } from './keyspace-member.js'
import { KeyspaceWorld } from './keyspace-world.js'

test('eventual: who told of a write loses it, while another member is gone: who waits for it opens', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 5,
    members: 4,
    durability: 'none',
    options: { idleMs: 100 },
  })
  const [one, two, three, four] = world.nodes as [Node, Node, Node, Node]
  world.run(20)
  // Without this one nobody knows that a range is lost.
  world.crash(four)
  for (const other of [one, two]) world.partition(three, other)
  world.crash(one)
  t.not(world.write(two), null)

  // It hears of the write, and does not get it.
  world.filter = (_from, to, message) => to !== one || decodeMessage(message)?.kind !== 'entries'
  world.start(one, 'unclean-stop')
  world.run(20)
  t.is(world.write(one), null)
  world.crash(two)
  world.filter = () => true
  world.start(two, 'unclean-stop')
  for (const other of [one, two]) world.heal(three, other)
  world.run(200)

  t.not(world.write(two), null)
  t.not(world.write(one), null)
})

test('causal keyspace: one group comes back later than the others: what it shows waits for them, too', (t) => {
  const faults: string[] = []
  for (let seed = 1; seed <= 20; seed++) {
    const of = { seed, members: 3, groups: 2, durability: 'always', lossPercent: 30 } as const
    const world = new KeyspaceWorld(of)
    const [first, second, third] = world.members as [Member, Member, Member]
    world.calm(20)
    world.write(first, 0)
    world.calm(20)
    world.crash(first)
    const [, lost] = first.groups as [Group, Group]
    lost.disk.entries.length = 0
    for (const group of [0, 1]) {
      world.write(third, group)
      world.tick(5)
      world.persistOne(third)
      world.calm(20)
    }
    for (const other of [second, third]) world.partition(first, other)
    world.start(first, 'log-damaged', 1)
    for (let i = 0; i < 100; i++) world.tick(25)

    world.heal(first, second)
    for (let i = 0; i < 80; i++) {
      world.tick(5)
      for (const each of world.members) while (world.persistOne(each));
      while (world.deliverOne());
      world.read(first, null)
    }

    for (const fault of world.faults.slice(0, 1)) faults.push(`seed ${seed}: ${fault}`)
  }
  t.deepEqual(faults, [])
})
