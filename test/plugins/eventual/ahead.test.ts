// A member whose clock is far ahead keeps what it writes to itself: also from one that takes slots.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

const options = { idleMs: 100, tailBytes: 1_024, keepBytes: 1_024, skewMs: 60_000 }

test('eventual: slots of a member whose clock is far ahead: do not put the clock of who needs slots ahead', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 3,
    members: 3,
    durability: 'always',
    options,
  })
  const [one, two, ahead] = world.nodes as [Node, Node, Node]
  world.run(10)
  world.write(two)
  world.run(20)
  world.crash(one)
  ahead.skew = 3_600_000
  // The first one only reserves stamps.
  world.write(ahead)
  world.run(20)
  for (let i = 0; i < 50; i++) t.not(world.write(ahead), null)
  world.run(20)
  for (let i = 0; i < 200; i++) world.write(two)
  for (const node of [two, ahead]) {
    world.run(20)
    world.checkpoint(node)
  }
  world.run(20)

  world.partition(one, two)
  world.start(one, null)
  world.run(60)
  world.heal(one, two)
  world.run(200)

  t.true(one.merged.size > 200)
  const before = two.merged.size
  t.not(world.write(one), null)
  world.run(60)
  t.is(two.merged.size, before + 1)

  for (const node of world.nodes) node.skew = 3_600_000
  world.comeToRest()
  world.judge()
  t.deepEqual(world.faults, [])
})
