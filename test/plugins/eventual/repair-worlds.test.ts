// The eventual strategy in random worlds whose members keep so little of their logs that they are repaired
// slot by slot.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'
import { randomWorld } from '../../conformance/causal/random-world.js'

const options = { idleMs: 100, tailBytes: 1_024, keepBytes: 1_024 }

for (const durability of ['always', 'everysec', 'none'] as const) {
  test(`eventual: 12 random worlds with short logs, ${durability}: nothing is lost, doubled or out of order`, (t) => {
    const faults: string[] = []
    for (let seed = 5; seed <= 60; seed += 5) {
      const world = randomWorld(seed, durability, { plugin: plugin as StrategyPlugin, options })
      for (const fault of world.faults.slice(0, 2)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults.slice(0, 10), [])
  })
}

test('eventual: a member that waits for a snapshot takes no writes, for it would lose them', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 2,
    durability: 'always',
    options,
  })
  const [one, two] = world.nodes as [Node, Node]
  world.crash(one)
  for (let i = 0; i < 60; i++) {
    world.write(two)
    world.run(1)
  }
  world.checkpoint(two)
  world.run(1)
  world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'want-all'
  world.start(one, null)
  world.run(80)
  t.is(one.merged.size, 0)
  t.is(world.write(one), null)

  world.filter = () => true
  world.run(80)

  t.is(one.merged.size, two.merged.size)
  t.not(world.write(one), null)
  world.comeToRest()
  world.judge()
  t.deepEqual(world.faults, [])
})

test('eventual: who gives slots loses its disk half way: all slots are taken again', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 3,
    durability: 'always',
    options,
    slot: 9_000,
  })
  const [one, two, three] = world.nodes as [Node, Node, Node]
  world.run(2)
  world.write(one)
  world.run(10)
  world.partition(one, two)
  world.partition(one, three)
  for (let i = 0; i < 60; i++) {
    world.write(two)
    world.run(1)
  }
  world.run(10)
  world.checkpoint(two)
  world.run(2)
  let slots = 0
  world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'slots' || slots++ === 0
  world.heal(one, two)
  world.run(80)
  t.true(slots > 1)

  world.partition(two, three)
  world.crash(two)
  world.wipe(two)
  world.start(two, 'disk-lost')
  world.filter = () => true
  world.run(80)

  t.is(one.merged.size, 1)
  world.comeToRest()
  world.judge()
  t.deepEqual(world.faults, [])
})

test('eventual: slots hold more than came as entries: who may bring these, and was connected just now, is heard before a write (seed 628)', (t) => {
  const given = { idleMs: 100, tailBytes: 1_024, shipMs: 0 }
  const world = randomWorld(628, 'none', { plugin: plugin as StrategyPlugin, options: given })
  t.deepEqual(world.faults, [])
})
