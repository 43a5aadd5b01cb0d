// Changes of members, for plugins that promise them.

import type { MemberId, Members } from 'quorate/plugin'
import { type Case, forSeeds, hold } from '../case.js'
import { runMemberSchedule } from './member-schedule.js'
import { isAnswered, isLed, loadedWorld } from './subject-world.js'
import { texts } from './texts.js'
import type { World } from './world.js'

/** Asks the leader; false where it is refused, or not done soon. */
function change(world: World, asked: Parameters<World['members']['ask']>[1]): boolean {
  const token = world.members.ask(world.elect(), asked)
  return token !== null && world.until(() => world.members.done.has(token), 5_000)
}

function membersAt(world: World, id: number): Members {
  return world.strategy(id).status().members
}

function isRefused(world: World, asked: Parameters<World['members']['ask']>[1]): string {
  world.members.ask(world.elect(), asked)
  return world.members.refusal?.reason ?? 'nothing'
}

export const memberCases: readonly Case[] = [
  {
    name: 'members: who stands outside: takes no part until it is added, then has everything as a learner',
    run(subject) {
      const world = loadedWorld(subject, { outside: 1 })
      hold(texts(world, 4).length === 0, 'who is no member has entries')

      hold(change(world, { add: [4] }), 'a learner is not added')
      world.advance(500)
      hold(texts(world, 4).length === 10, 'the new learner lacks entries')
      hold(world.strategy(4).status().role === 'learner', 'the new learner says that it is none')
      const { voters, learners } = membersAt(world, world.elect())
      hold(voters.join() === '1,2,3' && learners.join() === '4', 'status does not name the learner')
    },
  },
  {
    name: 'members: a learner is promoted: it counts, and may lead',
    run(subject) {
      const world = loadedWorld(subject, { voters: 1, outside: 1 })
      hold(change(world, { add: [2] }), 'a learner is not added')
      world.advance(500)
      hold(change(world, { promote: [2] }), 'a learner that has everything is not promoted')

      world.crash(2)
      hold(
        world.propose(1, 'x') === null || !isAnswered(world, 1),
        'one voter of two decides alone',
      )
      world.start(2)
      hold(isLed(world), 'nobody leads once both are there')
      hold(isAnswered(world, world.leader() as number), 'both together take no writes')
    },
  },
  {
    name: 'members: a learner that lags far is not promoted',
    run(subject) {
      const world = loadedWorld(subject, { outside: 1 })
      world.isolate(4)
      hold(change(world, { add: [4] }), 'a learner is not added')
      hold(isRefused(world, { promote: [4] }) === 'busy', 'a learner without entries is promoted')
    },
  },
  {
    name: 'members: a voter is removed: it is not needed, learns of it where it can, and disturbs nobody',
    run(subject) {
      const world = loadedWorld(subject, { voters: 3 })
      const leader = world.elect()
      const gone = world.ids.find((id) => id !== leader) as number
      hold(change(world, { remove: [gone] }), 'a voter is not removed')
      world.advance(500)
      hold(!membersAt(world, gone).voters.includes(gone as MemberId), 'it does not know of it')
      const { term } = world.strategy(leader).status()
      world.advance(20_000)

      const after = world.strategy(world.elect()).status()
      hold(world.elect() === leader && after.term === term, 'who was removed disturbs the others')
      hold(after.members.voters.length === 2, 'status names who was removed')
    },
  },
  {
    name: 'members: the leader removes itself: it leads until that is decided, then another one',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.elect()
      hold(change(world, { remove: [leader] }), 'the leader is not removed')
      const isOther = (): boolean => world.leader() !== null && world.leader() !== leader
      hold(world.until(isOther, 5_000), 'who was removed leads, or nobody')
      hold(isLed(world), 'nobody leads without it')
      hold(isAnswered(world, world.leader() as number), 'the others take no writes')
    },
  },
  {
    name: 'members: all voters are replaced at once: nothing is lost',
    run(subject) {
      const world = loadedWorld(subject, { outside: 3 })
      hold(change(world, { add: [4, 5, 6] }), 'learners are not added')
      world.advance(500)
      hold(change(world, { promote: [4, 5, 6], remove: [1, 2, 3] }), 'voters are not replaced')
      world.advance(1_000)
      for (const id of [1, 2, 3]) world.crash(id)

      hold(isLed(world), 'the new voters elect nobody')
      hold(isAnswered(world, world.leader() as number), 'the new voters take no writes')
      world.advance(500)
      for (const id of [4, 5, 6]) hold(texts(world, id).length === 11, `member ${id} lacks entries`)
    },
  },
  {
    name: 'members: senseless changes are refused, and change nothing',
    run(subject) {
      const world = loadedWorld(subject, { learners: 1, outside: 1 })
      const { index } = world.strategy(world.elect()).status().last
      const senseless = [
        {},
        { add: [1] },
        { add: [4] },
        { remove: [5] },
        { promote: [5] },
        { promote: [1] },
        { add: [5, 5] },
        { remove: [4], promote: [4] },
        { remove: [1, 2, 3] },
      ]
      for (const asked of senseless)
        hold(isRefused(world, asked) === 'invalid', `taken: ${JSON.stringify(asked)}`)
      world.advance(500)
      hold(world.strategy(world.elect()).status().last.index === index, 'a refusal is logged')
    },
  },
  {
    name: 'members: one change at a time, at the leader, once its own term is decided',
    run(subject) {
      const world = loadedWorld(subject, { outside: 2 })
      const leader = world.elect()
      const other = world.ids.find((id) => id !== leader) as number
      world.members.ask(other, { add: [4] })
      const { refusal } = world.members
      hold(refusal?.reason === 'not-leader' && refusal.leader === leader, 'taken by a follower')
      hold(world.members.ask(leader, { add: [4] }) !== null, 'a change is refused')
      world.members.ask(leader, { add: [5] })
      hold(world.members.refusal?.reason === 'busy', 'a second change is taken meanwhile')
      world.advance(500)
      hold(world.members.ask(leader, { add: [5] }) !== null, 'the next change is refused')
    },
  },
  {
    name: 'members: they outlive restarts, with and without a checkpoint',
    run(subject) {
      for (const isCheckpointed of [false, true]) {
        const world = loadedWorld(subject, { outside: 1 })
        hold(change(world, { add: [4] }), 'a learner is not added')
        world.advance(500)
        hold(change(world, { promote: [4] }), 'a learner is not promoted')
        world.advance(500)
        if (isCheckpointed) for (const id of world.ids) world.takeCheckpoint(id)
        world.advance(100)
        for (const id of world.ids) world.crash(id)
        for (const id of world.ids) world.start(id)
        hold(isLed(world), 'nobody leads after a restart')
        const { voters } = membersAt(world, world.leader() as number)
        hold(voters.length === 4, 'a restart forgets the members')
      }
    },
  },
  {
    name: 'members: who comes by a snapshot knows them',
    run(subject) {
      const world = loadedWorld(subject, { outside: 2, options: { keepBytes: 0 } })
      world.isolate(5)
      hold(change(world, { add: [4, 5] }), 'learners are not added')
      world.advance(500)
      hold(change(world, { promote: [4] }), 'a learner is not promoted')
      world.advance(500)
      for (const id of [1, 2, 3, 4]) world.takeCheckpoint(id)
      world.heal()
      world.advance(3_000)
      hold(texts(world, 5).length === 10, 'the learner lacks entries')
      const { voters, learners } = membersAt(world, 5)
      hold(voters.length === 4 && learners.join() === '5', 'the learner does not know the members')
    },
  },
  {
    name: 'members: random changes under faults: no rule breaks, and no change stays half done',
    run(subject) {
      const { plugin, options } = subject
      forSeeds(subject.seeds, (seed) => {
        runMemberSchedule(seed, { plugin, parsed: plugin.parseOptions(options) })
      })
    },
  },
]
