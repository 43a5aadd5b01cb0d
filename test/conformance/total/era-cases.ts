// A majority lost what it had acknowledged: what is left of the group goes on in a new era.

import type { RecoveryCause } from 'quorate/plugin'
import { type Case, hold } from '../case.js'
import { isLed, loadedWorld, patienceMs } from './subject-world.js'
import { texts } from './texts.js'
import type { World } from './world.js'

function areIntact(world: World): boolean {
  return world.until(
    () => world.ids.every((id) => world.strategy(id).status().recovering === null),
    patienceMs,
  )
}

const causes: readonly RecoveryCause[] = ['disk-lost', 'unclean-stop']

export const eraCases: readonly Case[] = [
  {
    name: 'eras: two of three lost their disks under always: halted, naming them, until the loss is accepted',
    run(subject) {
      const world = loadedWorld(subject)
      for (const id of world.ids) world.crash(id)
      for (const id of [1, 2]) world.wipe(id)
      for (const id of [1, 2]) world.start(id, 'disk-lost')
      world.start(3)
      world.advance(3_000)

      hold(world.leader() === null, 'somebody leads')
      for (const id of [1, 2]) {
        const { role, why } = world.strategy(id).status()
        hold(role === 'halted', `member ${id} is not halted`)
        hold(/members \d, \d lost/.test(why), `member ${id} does not name who lost: ${why}`)
      }
      world.strategy(1).acceptLoss()
      hold(isLed(world), 'nobody leads after the loss was accepted')
      hold(world.leader() === 3, 'the longest log does not win')
      world.propose(3, 'new')
      world.until(() => world.ids.every((id) => texts(world, id).length === 11), patienceMs)
      for (const id of world.ids) {
        hold(texts(world, id).length === 11, `member ${id} lacks entries`)
        hold(world.strategy(id).status().loss !== '', `member ${id} does not tell of the loss`)
        hold(world.strategy(id).status().era > 1, `member ${id} is not in a new era`)
      }
    },
  },
  ...causes.map(
    (cause): Case => ({
      name: `eras: all three stopped without grace under everysec (${cause} at one): the longest log begins one`,
      applies: (supports) => supports.durabilities.includes('everysec'),
      run(subject) {
        const world = loadedWorld(subject, { durability: 'everysec' })
        for (const id of world.ids) world.crash(id)
        if (cause === 'disk-lost') world.wipe(1)
        world.start(1, cause)
        world.start(2, 'unclean-stop')
        world.advance(1_000)
        hold(world.leader() === null, 'two of three do not wait for the third')

        world.start(3, 'unclean-stop')
        hold(isLed(world), 'nobody leads')
        hold(
          world.until(() => world.ids.every((id) => texts(world, id).length === 10), patienceMs),
          'entries that every member had are lost',
        )
        hold(areIntact(world), 'a member stays recovering')
      },
    }),
  ),
  {
    name: 'eras: a majority under none and the third stays away: they wait, then go on without it',
    applies: (supports) => supports.durabilities.includes('none'),
    run(subject) {
      const world = loadedWorld(subject, { durability: 'none', recoverWaitMs: 2_000 })
      for (const id of world.ids) world.crash(id)
      for (const id of [1, 2]) world.start(id, 'unclean-stop')

      world.advance(1_500)
      hold(world.leader() === null, 'they do not wait for the third')
      hold(isLed(world), 'nobody leads')
      world.propose(world.leader() as number, 'new')
      world.advance(100)
      world.start(3)
      hold(
        world.until(() => texts(world, 3).includes('!new'), patienceMs),
        'the third is not taken in',
      )
    },
  },
  {
    name: 'eras: who missed one of which the others lost all: may begin the next one',
    applies: (supports) => supports.durabilities.includes('none'),
    run(subject) {
      const world = loadedWorld(subject, { durability: 'none', recoverWaitMs: 500 })
      for (const id of world.ids) world.crash(id)
      for (const id of [2, 3]) world.start(id, 'unclean-stop')
      hold(isLed(world), 'two of three do not begin an era')
      for (const id of [2, 3]) world.crash(id)

      for (const id of world.ids) world.start(id, 'unclean-stop')
      hold(isLed(world), 'nobody leads')
    },
  },
  {
    name: 'eras: one member alone under none: goes on at once from its checkpoint',
    applies: (supports) => supports.durabilities.includes('none'),
    run(subject) {
      const world = loadedWorld(subject, { voters: 1, durability: 'none' })
      world.takeCheckpoint(1)
      world.crash(1)

      world.start(1, 'unclean-stop')
      hold(isLed(world, 200), 'it does not lead at once')
      hold(texts(world, 1).length === 10, 'it lost what was in its checkpoint')
    },
  },
  {
    name: 'eras: a member whose log was damaged, started with accept-loss: takes what is there',
    run(subject) {
      const world = loadedWorld(subject, { voters: 1 })
      world.crash(1)
      world.start(1, 'log-damaged')
      world.advance(1_000)
      hold(world.strategy(1).status().role === 'halted', 'it is not halted')

      world.restart(1, 'accept-loss')
      hold(isLed(world), 'it does not lead')
    },
  },
]
