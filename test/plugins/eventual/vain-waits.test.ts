// An entry waits at others for a range that its maker had closed, and went before it told of that: nobody can bring it,
// and the maker's next life cannot close its gap while others wait.

import test from 'ava'
import { plantBug } from '../../../src/base/seeded-bug.js'
import type { StrategyPlugin } from '../../../src/api/strategy.js'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import { wrongAtRest } from '../../conformance/causal/at-rest.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

/** Milliseconds until the members hold the same, and all of it is stable. */
function restTakes(): number {
  const options = { idleMs: 200, relayMs: 500 }
  const members = { plugin: plugin as StrategyPlugin, seed: 1, members: 3, options }
  const world = new CausalWorld({ ...members, durability: 'none' })
  const [maker] = world.nodes as [Node]
  world.run(40)
  for (const node of world.nodes) world.write(node)
  world.run(40)
  world.crash(maker)
  world.start(maker, 'unclean-stop')
  // Nobody hears what it holds.
  world.filter = (from, _to, message) => from !== maker || decodeMessage(message)?.kind !== 'vector'
  world.run(100)
  if (world.write(maker) === null) throw new Error('it takes no writes')
  world.run(4)
  world.crash(maker)
  world.filter = () => true
  world.start(maker, 'unclean-stop')
  const from = world.now
  while (world.write(maker) === null) world.run(1)
  while (wrongAtRest(world).length > 0) world.run(1)
  return world.now - from
}

test.serial(
  'eventual: an entry waits for a range that only its maker had closed, and that one is gone: others wait no longer than for news of all',
  (t) => {
    const takes = restTakes()

    plantBug('eventual-waits-in-vain')
    try {
      t.true(takes * 2 < restTakes())
    } finally {
      plantBug('')
    }
  },
)
