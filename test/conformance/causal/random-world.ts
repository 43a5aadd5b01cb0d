// One random world of a strategy of causal order from a seed: faults of every kind, then calm, then judgement.

import type { Durability } from 'quorate/plugin'
import type { Node, WorldOptions } from './node.js'
import { CausalWorld } from './world.js'

export function randomWorld(
  seed: number,
  durability: Durability,
  given: Pick<WorldOptions, 'plugin' | 'options'>,
): CausalWorld {
  const lossPercent = seed % 2 === 0 ? 0 : 10
  const world = new CausalWorld({
    seed,
    members: 2 + (seed % 3),
    durability,
    lossPercent,
    ...given,
  })
  const { random: chance, nodes } = world
  for (const node of nodes) node.skew = chance.below(1_200_000) - 600_000
  const pick = (): Node => chance.pick(nodes)
  let writes = 0
  for (let step = 0; step < 1200; step++) {
    const node = pick()
    const roll = chance.below(1000)
    if (roll < 180 && writes < 150) {
      writes++
      world.write(node, chance.below(5) === 0)
    } else if (roll < 500) world.deliverOne()
    else if (roll < 700) world.persistOne(node)
    else if (roll < 920) world.tick(chance.below(60))
    else if (roll < 950) world.checkpoint(node)
    else if (roll < 965) world.partition(node, nodes[node.id % nodes.length] as Node)
    else if (roll < 985) world.heal(node, nodes[node.id % nodes.length] as Node)
    else if (roll < 992 && node.strategy !== null) world.crash(node, chance.below(3) === 0)
    else if (node.strategy === null) {
      world.start(node, durability === 'always' ? null : 'unclean-stop')
    }
  }
  for (const node of nodes) {
    if (node.strategy === null) {
      world.start(node, durability === 'always' ? null : 'unclean-stop')
    }
  }
  world.comeToRest()
  world.judge()
  return world
}
