// One random schedule: faults drawn from a seed, then peace. Throws what the world's checks throw.

import { comparePositions, type Position, Random } from 'quorate/plugin'
import { World } from './world.js'
import type { Node } from './node.js'
import type { GivenOptions } from './world-options.js'

export interface ScheduleResult {
  readonly world: World
  readonly proposed: number
}

/** Safety phase with faults, liveness phase without; then every member must hold the same history. */
export function runSchedule(seed: number, fixed: GivenOptions, steps = 250): ScheduleResult {
  const random = new Random(seed, 77)
  const voters = random.pick([1, 2, 3, 3, 3, 5])
  const world = new World({
    seed,
    voters,
    learners: random.chance(1, 5) && fixed.plugin.supports.learners ? 1 : 0,
    stepMs: 10,
    awaits: seed % 4 > 0,
    lossPermille: random.pick([0, 0, 20, 200]),
    doublePermille: random.pick([0, 50]),
    delayMaxMs: random.pick([1, 20, 80]),
    diskMaxMs: random.pick([0, 5, 60]),
    options: {
      windowMessages: random.pick([1, 4, 64]),
      appendBytes: random.pick([1, 20, 1_000_000]),
      tailBytes: random.pick([1_024, 1, 1_000_000]),
      keepBytes: random.pick([0, 20]),
    },
    ...fixed,
  })
  let proposed = 0
  for (let i = 0; i < steps; i++) {
    world.step()
    if (random.chance(1, 2)) proposed += proposeSomewhere(world, random) ? 1 : 0
    if (random.chance(1, 4)) world.read(random.pick(world.ids))
    if (random.chance(1, 15)) fault(world, random)
  }
  settle(world)
  return { world, proposed }
}

export function proposeSomewhere(world: World, random: Random): boolean {
  let done = false
  for (let i = random.below(3); i >= 0; i--) {
    const to = random.chance(3, 4)
      ? (world.leader() ?? random.pick(world.ids))
      : random.pick(world.ids)
    if (world.propose(to, `x${random.below(1_000_000)}`) !== null) done = true
  }
  return done
}

export function fault(world: World, random: Random): void {
  const id = random.pick(world.ids)
  const node = world.node(id)
  switch (random.below(10)) {
    case 0:
    case 1:
      if (node.strategy !== null) world.crash(id, random.chance(1, 2))
      return
    case 2:
    case 3:
    case 4:
      for (const one of world.nodes) if (one.strategy === null) startAgain(world, one, random)
      return
    case 5:
      world.cut(id, random.pick(world.ids))
      return
    case 6:
      world.isolate(random.chance(1, 2) ? id : (world.leader() ?? id))
      return
    case 7:
      world.heal()
      return
    case 8:
      node.isPaused = node.strategy !== null && !node.isPaused
      return
    case 9:
      if (random.chance(1, 2)) world.takeCheckpoint(id)
      else world.node(world.leader() ?? id).strategy?.transfer(null)
      return
  }
}

function startAgain(world: World, node: Node, random: Random): void {
  if (!world.options.wipes) {
    world.start(node.id, restartCause(world))
    return
  }
  if (random.chance(1, 3) && mayLoseItsDisk(world, node)) {
    world.wipe(node.id)
    node.isDamaged = true
  }
  // Until it has written something, it is found empty at each start.
  const isEmpty = node.isDamaged && node.disk.state === null
  world.start(node.id, isEmpty ? 'disk-lost' : null)
}

/** A majority is left that has all that it ever acknowledged. */
function mayLoseItsDisk(world: World, node: Node): boolean {
  let damaged = 1
  for (const other of world.nodes) {
    if (other.strategy?.status().recovering === null) other.isDamaged = false
    if (other !== node && other.isDamaged) damaged++
  }
  return damaged <= Math.floor((world.options.voters - 1) / 2)
}

function restartCause(world: World): 'unclean-stop' | null {
  return world.options.durability === 'always' ? null : 'unclean-stop'
}

/** All faults end. A leader must come, commit something new, and bring all members to the same state. */
export function settle(world: World): void {
  peace(world)
  const isDone = world.until(() => world.leader() !== null && world.isSettled(), 20_000)
  if (!isDone) throw new Error(`LV1: no leader: ${describe(world)}`)
  let token = world.propose(world.leader() as number, 'end')
  world.until(() => {
    if (token === null || world.fates.doubtful.has(token))
      token = world.propose(world.leader() ?? 1, 'end')
    return token !== null && world.fates.committed.has(token)
    // Hundreds of entries may be missing, one in a message and 100 ms for each.
  }, 60_000)
  if (token === null || !world.fates.committed.has(token))
    throw new Error(`LV2: nothing commits: ${describe(world)}`)
  const last = (): Position =>
    world.nodes.map((node) => node.appliedAt).reduce((a, b) => (comparePositions(a, b) > 0 ? a : b))
  // By term, too: another era may be as long.
  const isEqual = world.until(
    () => world.nodes.every((node) => comparePositions(node.appliedAt, last()) === 0),
    20_000,
  )
  if (!isEqual) throw new Error(`LV3: a member stays behind: ${describe(world)}`)
  world.rules.checkLogs(world.up)
  world.rules.checkEngines(world.nodes)
  world.fates.judge(world.nodes)
}

/** No faults any more, and everybody runs. */
export function peace(world: World): void {
  world.heal()
  world.quiet = true
  for (const node of world.nodes) {
    node.isPaused = false
    const isEmpty = node.isDamaged && node.disk.state === null
    const cause = isEmpty ? 'disk-lost' : restartCause(world)
    if (node.strategy === null) world.start(node.id, cause)
  }
}

export function describe(world: World): string {
  return world.nodes
    .map((node) => {
      const status = node.strategy?.status()
      if (status === undefined) return `${node.id} down`
      const { role, term, era, commit, last, why } = status
      return `${node.id} ${role} t${term} e${era} c${commit.index} l${last.index} a${node.appliedAt.index} ${why}`
    })
    .join('; ')
}
