// What an answer is worth when processes and machines fail, and what may leave the log.

import { type Case, forSeeds, hold } from '../case.js'
import { isAnswered, isLed, loadedWorld, otherThan, patienceMs, worldOf } from './subject-world.js'
import { texts } from './texts.js'

export const durabilityCases: readonly Case[] = [
  {
    name: 'durable: the disks of all followers stand still: nothing is answered',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      for (const id of world.ids) if (id !== leader) world.node(id).diskStopped = true

      hold(
        !isAnswered(world, leader, { ms: 3_000 }),
        'a write was answered that is on one disk of three: acknowledgements leave before persisted',
      )
    },
  },
  {
    name: 'durable: the power fails everywhere at the moment of the answer: the write is there',
    run(subject) {
      forSeeds(10, (seed) => {
        const world = worldOf(subject, { seed, diskMinMs: 5, diskMaxMs: 30 })
        const leader = world.elect()
        for (let i = 0; i < 5; i++) world.propose(leader, `v${i}`)
        hold(isAnswered(world, leader, { ms: patienceMs }), 'a write is not answered')
        for (const id of world.ids) world.crash(id, true)

        for (const id of world.ids) world.start(id)
        hold(isLed(world), 'nobody leads after the restart')
        world.advance(1_000)
        for (const id of world.ids)
          hold(texts(world, id).includes('!a'), `member ${id} lost a write that was answered`)
      })
    },
  },
  {
    name: 'durable: every member is killed and starts again, one after the other: nothing is lost',
    run(subject) {
      const world = loadedWorld(subject)
      for (let round = 0; round < 6; round++) {
        const id = (round % 3) + 1
        world.restart(id)
        hold(isLed(world), 'nobody leads')
        hold(isAnswered(world, world.leader() as number, { text: `r${round}` }), 'a write fails')
      }
      world.advance(1_000)
      for (const id of world.ids) {
        const own = texts(world, id)
        hold(own.length === 16, `member ${id} executed ${own.length} entries, not 16`)
      }
    },
  },
  {
    name: 'log: nothing is cut without leave; what is in a checkpoint may go, and a member that lacks it catches up',
    run(subject) {
      const world = worldOf(subject)
      const leader = world.elect()
      const away = otherThan(world, leader)
      world.advance(200)
      world.isolate(away)
      for (let i = 0; i < 100; i++) {
        world.propose(leader, `v${i}`)
        world.step()
        if (i % 20 === 19) for (const id of world.ids) if (id !== away) world.takeCheckpoint(id)
      }
      world.advance(500)
      for (const id of world.ids) if (id !== away) world.restart(id)
      hold(isLed(world), 'nobody leads after a restart from checkpoints')

      world.heal()
      world.until(() => texts(world, away).length === 100, patienceMs)
      for (const id of world.ids)
        hold(texts(world, id).length === 100, `member ${id} has ${texts(world, id).length} of 100`)
    },
  },
  {
    name: 'bounds: proposals without end while no other member answers: refused as busy, not gathered',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const bytes = new Uint8Array(64 * 1024)
      for (const id of world.ids) if (id !== leader) world.cut(id, leader)
      let taken = 0
      while (taken < 4_096 && world.propose(leader, { size: bytes.length, bytes: () => bytes }))
        taken++

      hold(taken < 4_096, 'it took 256 MB of proposals that are not committed')
    },
  },
]
