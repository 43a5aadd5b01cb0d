// Members that lost what they had acknowledged: they count for nothing until they are refilled.

import { type Case, hold } from '../case.js'
import { isAnswered, isLed, loadedWorld, otherThan, patienceMs } from './subject-world.js'
import { texts } from './texts.js'
import type { World } from './world.js'

function isIntact(world: World, id: number): boolean {
  return world.strategy(id).status().recovering === null
}

export const recoveryCases: readonly Case[] = [
  {
    name: 'recovering: one of three lost its disk: it is refilled, then intact, and counts again',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const victim = otherThan(world, leader)
      world.crash(victim)
      world.wipe(victim)

      world.start(victim, 'disk-lost')
      hold(world.strategy(victim).status().role === 'recovering', 'it does not say so')
      hold(
        world.until(() => isIntact(world, victim), patienceMs),
        'it is never refilled',
      )
      world.until(() => texts(world, victim).length === 10, 2_000)
      hold(texts(world, victim).length === 10, 'it is intact, and lacks entries')
      world.advance(500)
      world.crash(leader)
      hold(isLed(world), 'it does not count after it was refilled')
    },
  },
  {
    name: 'recovering: a member without its disk and one intact: no leader and no answers',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const victim = otherThan(world, leader)
      const third = otherThan(world, leader, victim)
      for (const id of world.ids) world.crash(id)
      world.wipe(victim)

      world.start(victim, 'disk-lost')
      world.start(third)
      world.advance(5_000)
      for (const id of [victim, third])
        hold(!isAnswered(world, id, { ms: 500 }), 'a member that lost its disk was counted')
      world.start(leader)
      hold(isLed(world), 'nobody leads with two intact members')
      hold(
        world.until(() => texts(world, victim).length === 10, patienceMs),
        'it is never refilled',
      )
    },
  },
  {
    name: 'recovering: still so at a restart: remembered; refilled: forgotten',
    run(subject) {
      const world = loadedWorld(subject)
      const victim = otherThan(world, world.leader() as number)
      world.crash(victim)
      world.wipe(victim)
      world.isolate(victim)
      world.start(victim, 'disk-lost')
      world.advance(500)
      world.restart(victim)

      hold(!isIntact(world, victim), 'it takes itself for intact after a second start')
      world.heal()
      hold(
        world.until(() => isIntact(world, victim), patienceMs),
        'it is never refilled',
      )
      world.advance(500)
      world.restart(victim)
      hold(isIntact(world, victim), 'it forgot that it was refilled')
    },
  },
  {
    name: 'recovering: a member without its disk that reaches only a deposed leader: is not refilled by it',
    run(subject) {
      const world = loadedWorld(subject)
      const old = world.leader() as number
      world.node(old).isPaused = true
      const isDeposed = (): boolean =>
        world.ids.some((id) => id !== old && world.strategy(id).status().role === 'leader')
      hold(world.until(isDeposed, patienceMs), 'nobody leads in place of a leader that is silent')
      const next = world.leader() as number
      const victim = otherThan(world, old, next)
      hold(isAnswered(world, next, { text: 'new', ms: patienceMs }), 'a write is not answered')
      world.crash(victim)
      world.wipe(victim)
      world.isolate(next)
      world.node(old).isPaused = false
      world.start(victim, 'disk-lost')

      world.advance(5_000)
      for (const id of [old, victim])
        hold(!isAnswered(world, id, { ms: 500 }), 'it counts without what it had acknowledged')
      hold(!isIntact(world, victim), 'it takes what a deposed leader has for all that there is')
      world.heal()
      hold(isLed(world), 'nobody leads once the links are whole')
      world.until(() => texts(world, victim).includes('!new'), patienceMs)
      hold(texts(world, victim).includes('!new'), 'a write that was answered is lost')
    },
  },
  {
    name: 'recovering: two of three lost their disks under always: they answer nothing before the loss is accepted',
    // `eras` asks for more.
    applies: (supports) => !supports.eras,
    run(subject) {
      const world = loadedWorld(subject)
      for (const id of world.ids) world.crash(id)
      for (const id of [1, 2]) world.wipe(id)
      for (const id of [1, 2]) world.start(id, 'disk-lost')
      world.start(3)
      world.advance(5_000)

      hold(world.leader() === null, 'a member leads without a majority that is intact')
      for (const id of [1, 2])
        hold(
          world.strategy(id).status().why !== '',
          `member ${id} does not say why it stands still`,
        )
    },
  },
]
