// One random world of the eventual strategy from a seed: faults of every kind, then calm, then judgement.

import type { Node } from './node.js'
import { EventualWorld } from './world.js'

export function randomWorld(
  seed: number,
  durability: 'always' | 'everysec' | 'none',
): EventualWorld {
  const world = new EventualWorld({
    seed,
    members: 2 + (seed % 3),
    durability,
    lossPercent: seed % 2 === 0 ? 0 : 10,
    options: seed % 5 === 0 ? { keepBytes: 1024, tailBytes: 1024 } : { tailBytes: 1024 },
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
    else if (roll < 992 && node.strategy !== null) world.crash(node)
    else if (node.strategy === null) {
      world.start(node, durability === 'always' ? null : 'unclean-stop')
    }
  }
  for (const node of nodes) {
    if (node.strategy === null) {
      world.start(node, durability === 'always' ? null : 'unclean-stop')
    }
  }
  world.calm()
  world.judge()
  return world
}
