// One order of the same entries everywhere, each once, and what a proposer is told of them.

import type { Durability } from 'quorate/plugin'
import { type Case, forSeeds, hold, type Subject } from '../case.js'
import { runSchedule, settle } from './schedule.js'
import { isAnswered, isLed, loadedWorld, otherThan, patienceMs, worldOf } from './subject-world.js'
import { texts } from './texts.js'

function schedules(subject: Subject, durability: Durability, wipes = false): void {
  const { plugin } = subject
  const parsed = plugin.parseOptions(subject.options)
  forSeeds(subject.seeds, (seed) => {
    runSchedule(seed, { plugin, parsed, durability, wipes, recoverWaitMs: 1_000 })
  })
}

export const agreementCases: readonly Case[] = [
  {
    name: 'agreement: what is proposed at the leader: every member executes it once, in order',
    run(subject) {
      const world = worldOf(subject)
      const leader = world.elect()
      const wanted = Array.from({ length: 100 }, (_, i) => `!v${i}`)
      for (const text of wanted) {
        hold(world.propose(leader, text.slice(1)) !== null, `${text} is refused`)
        if (text.endsWith('9')) world.step()
      }
      world.advance(1_000)

      for (const id of world.ids)
        hold(texts(world, id).join() === wanted.join(), `member ${id} executed something else`)
      settle(world)
    },
  },
  {
    name: 'agreement: messages are lost, doubled and late: the same order everywhere',
    run(subject) {
      forSeeds(5, (seed) => {
        const given = { seed, lossPermille: 200, doublePermille: 100, delayMaxMs: 60 }
        const world = worldOf(subject, given)
        const leader = world.elect()
        for (let i = 0; i < 30; i++) {
          world.propose(world.leader() ?? leader, `v${i}`)
          world.advance(20)
        }
        settle(world)
      })
    },
  },
  ...(['always', 'everysec', 'none'] as const).map(
    (durability): Case => ({
      name: `agreement: random faults under ${durability}, then peace: nothing is lost, doubled, reordered or stuck`,
      applies: (supports) =>
        supports.durabilities.includes(durability) && (durability === 'always' || supports.eras),
      run: (subject) => schedules(subject, durability),
    }),
  ),
  {
    name: 'recovering: random faults, and disks that are lost while a majority is intact, then peace: nothing is lost, doubled, reordered or stuck',
    applies: (supports) => supports.durabilities.includes('always'),
    run: (subject) => schedules(subject, 'always', true),
  },
  {
    name: 'fates: a deposed leader whose entries the others have: is not told for certain that they are gone',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      for (const id of world.ids) if (id !== leader) world.cut(id, leader)
      for (let i = 0; i < 3; i++) world.propose(leader, `open${i}`)

      hold(
        world.until(() => world.leader() !== leader && world.isSettled(), patienceMs),
        'nobody else leads while the leader hears nobody',
      )
      world.advance(500)
      settle(world)
    },
  },
  {
    name: 'fates: a deposed leader whose entries nobody has: tells what became of each, once',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      world.isolate(leader)
      for (let i = 0; i < 3; i++) world.propose(leader, `lost${i}`)
      hold(
        world.until(() => world.leader() !== leader && world.isSettled(), patienceMs),
        'nobody else leads while the leader is cut off',
      )
      hold(
        isAnswered(world, world.leader() as number, { text: 'b' }),
        'the majority takes no writes',
      )

      settle(world)
    },
  },
  {
    name: 'quorum: a leader that is cut off: answers nothing',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      world.isolate(leader)

      hold(
        !isAnswered(world, leader, { ms: 5_000 }),
        'it answered a write that no other member has',
      )
    },
  },
  {
    name: 'quorum: one member of three: takes no writes, and goes on with a second one',
    run(subject) {
      const world = loadedWorld(subject)
      const [lone, second] = world.ids as [number, number]
      for (const id of world.ids) if (id !== lone) world.crash(id)
      world.advance(3_000)
      hold(!isAnswered(world, lone, { ms: 3_000 }), 'it answered a write alone')

      world.start(second)
      hold(isLed(world), 'two of three do not come to a leader')
      hold(
        isAnswered(world, world.leader() as number, { text: 'b' }),
        'two of three take no writes',
      )
    },
  },
  {
    name: 'liveness: all faults end: a leader, new writes, and every member equal',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const other = otherThan(world, leader)
      world.isolate(other)
      world.advance(3_000)
      world.crash(leader)
      world.advance(3_000)
      world.heal()
      world.start(leader)

      hold(isLed(world), 'nobody leads once everything is whole')
      hold(
        isAnswered(world, world.leader() as number, { text: 'b' }),
        'no writes once all is whole',
      )
      settle(world)
    },
  },
]
