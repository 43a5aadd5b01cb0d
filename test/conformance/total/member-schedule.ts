// Random changes of members under random faults, then peace. Throws what the world's checks throw; in the end the
// group serves with the members that were decided on, no change is half done, and they hold one history.

import { areSameMembers, type MemberId, Random, votersOf } from 'quorate/plugin'
import { show } from './member-rules.js'
import type { GivenOptions } from './world-options.js'
import { describe, fault, peace, proposeSomewhere } from './schedule.js'
import { World } from './world.js'

export function runMemberSchedule(seed: number, fixed: GivenOptions, steps = 300): World {
  const random = new Random(seed, 99)
  const world = new World({
    seed,
    voters: random.pick([1, 2, 3, 3]),
    learners: random.below(2),
    outside: random.pick([1, 2, 3]),
    stepMs: 10,
    awaits: seed % 4 > 0,
    lossPermille: random.pick([0, 0, 20, 100]),
    doublePermille: random.pick([0, 50]),
    delayMaxMs: random.pick([1, 20, 80]),
    diskMaxMs: random.pick([0, 5, 60]),
    options: {
      windowMessages: random.pick([1, 4, 64]),
      appendBytes: random.pick([1, 20, 1_000_000]),
      keepBytes: random.pick([0, 20]),
    },
    ...fixed,
  })
  const faultsEvery = random.pick([15, 40])
  for (let i = 0; i < steps; i++) {
    world.step()
    if (random.chance(1, 3)) proposeSomewhere(world, random)
    if (random.chance(1, 4)) world.read(random.pick(world.ids))
    if (random.chance(1, 5)) changeSomething(world, random)
    if (random.chance(1, faultsEvery)) fault(world, random)
  }
  settleMembers(world)
  return world
}

/** Whoever leads, or thinks so, is asked for what makes sense to it, or for nonsense. */
function changeSomething(world: World, random: Random): void {
  const leading = world.up.filter((node) => node.strategy?.status().role === 'leader')
  const node = leading.length > 0 ? random.pick(leading) : world.up[0]
  const status = node?.strategy?.status()
  if (node === undefined || status === undefined) return
  const { voters, learners } = status.members
  const outside = world.ids.filter((id) => ![...voters, ...learners].includes(id as never))
  const some = (ids: readonly number[]): number[] =>
    ids.filter(() => random.chance(1, 2)).slice(0, random.between(1, 3))
  switch (random.below(8)) {
    case 0:
    case 1:
      world.members.ask(node.id, { add: some(outside) })
      return
    case 2:
    case 3:
      world.members.ask(node.id, { promote: some(learners) })
      return
    case 4:
      world.members.ask(node.id, { remove: some(voters) })
      return
    case 5:
      // One for another; sometimes the leader itself goes.
      world.members.ask(node.id, { promote: some(learners), remove: some(voters) })
      return
    case 6:
      world.members.ask(node.id, { remove: [node.id], add: some(outside) })
      return
    case 7:
      world.members.ask(node.id, { add: some(world.ids), remove: some(world.ids) })
      return
  }
}

function settleMembers(world: World): void {
  peace(world)
  const isOpen = (): boolean => {
    const leader = world.leader()
    if (leader === null) return true
    const { outgoing, voters } = world.strategy(leader).status().members
    return outgoing !== undefined || !voters.includes(leader as MemberId)
  }
  if (!world.until(() => !isOpen() && world.isSettled(), 30_000))
    throw new Error(`LV1: no leader, or half a change: ${describe(world)}`)
  if (!isServing(world)) throw new Error(`LV2: nothing commits: ${describe(world)}`)
  const current = world.strategy(world.elect()).status().members
  const known = world.members.current
  if (world.options.durability === 'always' && !areSameMembers(current, known))
    throw new Error(`the members are ${show(current)}, decided were ${show(known)}`)
  const nodes = [...votersOf(current), ...current.learners].map((id) => world.node(id))
  const last = (): number => Math.max(...nodes.map((node) => node.appliedAt.index))
  const isEqual = (): boolean => nodes.every((node) => node.appliedAt.index === last())
  if (!world.until(isEqual, 60_000))
    throw new Error(`LV3: a member stays behind, of ${show(current)}: ${describe(world)}`)
  const { term } = world.strategy(world.elect()).status()
  world.advance(3_000)
  const after = world.strategy(world.elect()).status()
  if (after.term !== term) throw new Error(`LV6: somebody raises the term: ${describe(world)}`)
  world.rules.checkLogs(nodes)
  world.rules.checkEngines(nodes)
  world.fates.judge(nodes)
}

/** Who led until now may never learn what became of what it took, so it is asked again. */
function isServing(world: World): boolean {
  for (let tries = 0; tries < 3; tries++) {
    const token = world.propose(world.elect(), 'end')
    if (token === null) world.advance(2_000)
    else if (world.until(() => world.fates.committed.has(token), 20_000)) return true
  }
  return false
}
