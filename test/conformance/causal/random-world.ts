// One random world of a strategy of causal order from a seed: faults of every kind, then calm, then judgement.

import type { Durability, MemberId } from 'quorate/plugin'
import type { Node, WorldOptions } from './node.js'
import { CausalWorld } from './world.js'

export function randomWorld(
  seed: number,
  durability: Durability,
  given: Pick<WorldOptions, 'plugin' | 'options' | 'first'>,
): CausalWorld {
  const lossPercent = seed % 2 === 0 ? 0 : 10
  const world = new CausalWorld({
    seed,
    members: 2 + (seed % 3) + (given.first === undefined ? 0 : comersMax),
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
    if (given.first !== undefined && chance.below(50) === 0) changeMembers(world)
    else if (roll < 180 && writes < 150) {
      writes++
      world.write(node, chance.below(5) === 0)
    } else if (roll < 500) world.deliverOne()
    else if (roll < 700) world.persistOne(node)
    else if (roll < 920) world.tick(chance.below(60))
    else if (roll < 950) world.checkpoint(node)
    else if (roll < 965) world.partition(node, nodes[node.id % nodes.length] as Node)
    else if (roll < 985) world.heal(node, nodes[node.id % nodes.length] as Node)
    else if (roll < 992 && node.strategy !== null) world.crash(node, chance.below(3) === 0)
    else if (node.strategy === null && world.lists.wasOn(node.id)) {
      world.start(node, durability === 'always' ? null : 'unclean-stop')
    }
  }
  for (const node of nodes) {
    if (node.strategy === null && world.lists.isOn(node.id)) {
      world.start(node, durability === 'always' ? null : 'unclean-stop')
    }
  }
  for (const node of nodes) if (chance.chance(1, 2)) world.tell(node)
  world.run(8)
  for (const node of nodes) if (world.lists.isOn(node.id)) world.tell(node)
  world.comeToRest()
  world.judge()
  return world
}

/** Members that come later, at most. */
const comersMax = 3

/** Somebody comes, goes, or hears of it. */
function changeMembers(world: CausalWorld): void {
  const { random: chance, nodes, lists } = world
  const { id } = chance.pick(nodes)
  // As whoever changes lists has to see to: who holds nothing yet takes nobody's place.
  const isFilled = (each: MemberId): boolean => {
    const { strategy, isRecovering } = nodes[each - 1] as Node
    return lists.first.includes(each) || (strategy !== null && !isRecovering)
  }
  const { voters, learners } = lists.current
  const roll = chance.below(10)
  if (roll < 5) world.tell(nodes[id - 1] as Node, chance.chance(1, 2) ? undefined : 1)
  else if (!lists.wasOn(id)) world.change({ add: [id], isLearner: chance.chance(1, 2) })
  else if (learners.includes(id) && roll < 8 && isFilled(id)) world.change({ promote: [id] })
  else if (voters.includes(id) && roll === 9) world.change({ demote: [id] })
  else if (lists.isOn(id) && voters.some((each) => each !== id && isFilled(each)))
    world.change({ remove: [id] })
}
