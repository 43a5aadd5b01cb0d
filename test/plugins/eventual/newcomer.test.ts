// A member that runs anew lost what it had told of: what others know of it counts only for those who hear it.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

test('eventual: a member told that it holds a write, lost it, and is heard by one member only: the write is not stable', (t) => {
  for (let seed = 1; seed <= 10; seed++) {
    const world = new CausalWorld({
      plugin: plugin as StrategyPlugin,
      seed,
      members: 3,
      durability: 'none',
      options: { idleMs: 100, relayMs: 10_000 },
    })
    const [one, two, three] = world.nodes as [Node, Node, Node]
    world.run(200)
    for (const node of world.nodes) world.write(node)
    world.run(200)

    world.partition(two, three)
    t.not(world.write(two), null)
    world.run(200)
    t.not(world.write(one), null)
    world.run(200)
    world.partition(one, two)
    world.crash(one)
    world.start(one, 'unclean-stop')
    world.run(200)
    world.heal(two, three)
    world.run(2_000)

    t.deepEqual(world.faults, [], `seed ${seed}`)
    world.heal(one, two)
    world.comeToRest()
    world.judge()
    t.deepEqual(world.faults, [], `seed ${seed}`)
  }
})
