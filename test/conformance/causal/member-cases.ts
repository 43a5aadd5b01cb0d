// Cases of strategies whose groups follow lists of members.

import type { MemberId, MemberList, Token } from 'quorate/plugin'
import { type Case, forSeeds, hold, type Subject } from '../case.js'
import type { Node } from './node.js'
import { randomWorld } from './random-world.js'
import { CausalWorld } from './world.js'

/** Three members that have met, and room for more. */
function worldOf(
  { plugin, options }: Subject,
  durability: 'always' | 'none' = 'always',
): CausalWorld {
  const fixed = { seed: 1, members: 5, first: 3, durability, plugin, options } as const
  const world = new CausalWorld(fixed)
  world.run(40)
  return world
}

function tellAll(world: CausalWorld): void {
  for (const node of world.nodes) if (world.lists.isOn(node.id)) world.tell(node)
}

function judge(world: CausalWorld): void {
  world.comeToRest()
  world.judge()
  hold(world.faults.length === 0, world.faults[0] ?? '')
}

function nodeOf(world: CausalWorld, id: number): Node {
  return world.nodes[id - 1] as Node
}

function statusOf({ strategy }: Node) {
  return strategy?.status()
}

const fourth = 4 as MemberId

export const memberCases: readonly Case[] = [
  {
    name: 'members: added: takes no writes while a member may not know of it; then it has everything, and does',
    run(subject) {
      const world = worldOf(subject)
      for (let i = 0; i < 20; i++) world.write(nodeOf(world, (i % 3) + 1))
      world.run(20)
      // The third one hears of nothing.
      world.partition(nodeOf(world, 3), nodeOf(world, 1))
      world.partition(nodeOf(world, 3), nodeOf(world, 2))
      world.partition(nodeOf(world, 3), nodeOf(world, fourth))
      world.change({ add: [fourth] })
      world.tell(nodeOf(world, 1))
      world.run(200)

      hold(nodeOf(world, fourth).merged.size >= 20, 'it is not filled by who knows of it')
      hold(world.write(nodeOf(world, fourth)) === null, 'it takes a write too early')
      hold(statusOf(nodeOf(world, 1))?.follows?.isEverywhere === false, 'all are said to follow')
      hold(world.write(nodeOf(world, 3)) !== null, 'a member takes no writes meanwhile')
      for (const node of world.nodes.slice(0, 2))
        hold(world.write(node) !== null, 'nor does another')

      world.calm(100)
      tellAll(world)
      world.calm(100)
      hold(world.write(nodeOf(world, fourth)) !== null, 'it takes no writes at last')
      hold(statusOf(nodeOf(world, 1))?.follows?.isEverywhere === true, 'not all follow')
      judge(world)
    },
  },
  {
    name: 'members: learner: gets everything and takes no writes until it is a voter',
    run(subject) {
      const world = worldOf(subject)
      world.change({ add: [fourth], isLearner: true })
      tellAll(world)
      for (let i = 0; i < 6; i++) world.write(nodeOf(world, (i % 3) + 1))
      world.run(100)
      hold(nodeOf(world, fourth).merged.size === 6, 'it lacks writes')
      hold(statusOf(nodeOf(world, fourth))?.role === 'learner', 'it is no learner')
      hold(world.write(nodeOf(world, fourth)) === null, 'a learner takes a write')

      world.change({ promote: [fourth] })
      tellAll(world)
      world.run(20)
      hold(world.write(nodeOf(world, fourth)) !== null, 'a voter takes no write')
      judge(world)
    },
  },
  {
    name: 'members: removed: what those who stay have of it goes to all of them; nothing more of it is taken, nor waited for',
    run(subject) {
      const world = worldOf(subject)
      const [one, two, three] = world.nodes.slice(0, 3) as [Node, Node, Node]
      world.partition(three, one)
      world.write(three)
      world.run(8)
      hold(two.merged.size === 1, 'the second one has nothing of it')
      world.change({ remove: [three.id] })
      world.tell(one)
      world.tell(two)
      world.run(100)
      hold(one.merged.size === 1, 'what one has of it does not reach all')
      hold(world.write(three) === null, 'it is not told that it is out')

      world.crash(three)
      for (let i = 0; i < 20; i++) world.write(one)
      judge(world)
    },
  },
  {
    name: 'members: removed: it does not hear of it, and writes on: nothing of that is taken',
    run(subject) {
      const world = worldOf(subject)
      const [one, two, three] = world.nodes.slice(0, 3) as [Node, Node, Node]
      world.filter = (_from, to) => to !== three
      world.change({ remove: [three.id] })
      world.tell(one)
      world.tell(two)
      world.run(40)
      for (let i = 0; i < 3; i++) world.write(three)
      world.write(one)
      world.run(100)

      hold(three.merged.size >= 3, 'it takes no writes')
      hold(one.merged.size === 1 && two.merged.size === 1, 'entries of it are taken')
      judge(world)
    },
  },
  {
    name: 'members: lists: an earlier one is ignored, one that takes a seat away refused, and a change is unsupported',
    run(subject) {
      const world = worldOf(subject)
      const one = nodeOf(world, 1)
      const first = world.lists.current
      world.change({ remove: [3 as MemberId] })
      tellAll(world)
      world.run(10)
      hold(one.strategy?.follow?.(first) === null, 'an earlier list is refused')
      hold(statusOf(one)?.members.voters.length === 2, 'an earlier list is followed')
      const bad: MemberList = {
        ...world.lists.current,
        epoch: 9,
        seats: [2 as MemberId, 1 as MemberId],
      }
      hold(one.strategy?.follow?.(bad)?.reason === 'invalid', 'a seat is taken away')
      const change = { add: [], remove: [], promote: [] }
      const refusal = one.strategy?.reconfigure(1 as Token, change)
      hold(refusal?.reason === 'unsupported', 'reconfigure is not refused')
      judge(world)
    },
  },
  {
    name: 'members: all of the first ones are replaced, one by one: the last ones have everything',
    run(subject) {
      const world = worldOf(subject)
      for (let i = 0; i < 12; i++) world.write(nodeOf(world, (i % 3) + 1))
      world.run(40)
      for (const [at, id] of [4, 5].entries()) {
        world.change({ add: [id as MemberId] })
        tellAll(world)
        world.run(60)
        const gone = (at + 1) as MemberId
        world.change({ remove: [gone] })
        tellAll(world)
        world.run(60)
        world.crash(nodeOf(world, gone))
        hold(world.write(nodeOf(world, id)) !== null, `member ${id} takes no writes`)
      }
      world.change({ remove: [3 as MemberId] })
      tellAll(world)
      judge(world)
      hold(nodeOf(world, 5).merged.size === 14, 'writes are lost')
    },
  },
  ...(['always', 'everysec'] as const).map(
    (durability): Case => ({
      name: `members: lists change at random under ${durability}, among faults: who stays holds the same, and loses nothing`,
      run({ plugin, options, seeds }) {
        forSeeds(seeds, (seed) => {
          const given = { plugin, options, first: 2 + (seed % 3) }
          const { faults } = randomWorld(seed, durability, given)
          hold(faults.length === 0, faults[0] ?? '')
        })
      },
    }),
  ),
]
