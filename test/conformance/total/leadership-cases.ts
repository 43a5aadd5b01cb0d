// Who leads, and what a leader hands over.

import type { Case } from '../case.js'
import { forSeeds, hold } from '../case.js'
import { isAnswered, isLed, loadedWorld, otherThan, worldOf } from './subject-world.js'
import { texts } from './texts.js'

export const leadershipCases: readonly Case[] = [
  {
    name: 'leadership: three members start: one leads, and the others name it',
    run(subject) {
      const world = worldOf(subject)
      hold(isLed(world), 'nobody leads')
      const leader = world.leader()
      world.advance(200)

      for (const node of world.up)
        hold(node.strategy?.status().leader === leader, `member ${node.id} names another leader`)
    },
  },
  {
    name: 'leadership: the leader is killed: another leads, has everything and goes on',
    run(subject) {
      const world = loadedWorld(subject)
      world.crash(world.leader() as number)

      hold(isLed(world), 'nobody leads after the leader was killed')
      const next = world.leader() as number
      hold(texts(world, next).length === 10, 'the new leader lacks entries that were answered')
      hold(isAnswered(world, next, { text: 'next' }), 'the new leader takes no writes')
    },
  },
  {
    name: 'leadership: every disk takes 2 seconds for a write: one is elected all the same, and stays',
    run(subject) {
      forSeeds(5, (seed) => {
        const world = worldOf(subject, { seed, diskMinMs: 2_000, diskMaxMs: 2_050 })
        hold(
          world.until(() => world.leader() !== null, 40_000),
          'nobody leads',
        )
        const leader = world.leader()
        world.advance(10_000)
        hold(world.leader() === leader, 'the leader did not stay')
      })
    },
  },
  {
    name: 'leadership: members that are only ticked when wakeAt says so: elect, answer and elect again',
    run(subject) {
      const world = worldOf(subject, { sleeps: true })
      hold(isLed(world), 'nobody leads: wakeAt lets an election pass')
      const leader = world.leader() as number
      hold(isAnswered(world, leader), 'a write is not answered')
      world.crash(leader)
      hold(isLed(world), 'nobody leads again: wakeAt lets an election pass')
    },
  },
  {
    name: 'leadership: transfer: the target leads soon, and nothing is lost',
    applies: (supports) => supports.transfers,
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number

      hold(world.strategy(leader).transfer(null) === null, 'the transfer is refused')
      hold(
        world.until(() => world.leader() !== leader && world.isSettled(), 2_000),
        'no other member leads',
      )
      hold(texts(world, world.leader() as number).length === 10, 'the new leader lacks entries')
    },
  },
  {
    name: 'leadership: a transfer where none is promised: refused as unsupported',
    applies: (supports) => !supports.transfers,
    run(subject) {
      const world = loadedWorld(subject)
      const refusal = world.strategy(world.leader() as number).transfer(null)
      hold(refusal?.reason === 'unsupported', 'transfer is not refused')
    },
  },
  {
    name: 'learners: have everything, are never asked and never lead',
    applies: (supports) => supports.learners,
    run(subject) {
      const world = worldOf(subject, { voters: 2, learners: 1 })
      const leader = world.elect()
      world.propose(leader, 'a')
      world.advance(200)
      hold(texts(world, 3).join() === '!a', 'the learner has no entries')

      world.crash(leader)
      world.advance(5_000)
      hold(world.leader() === null, 'one voter of two and a learner lead')
      hold(world.strategy(3).status().role === 'learner', 'the learner says that it is none')
    },
  },
  {
    name: 'membership: static: a change is refused as unsupported',
    applies: (supports) => supports.members === 'static',
    run(subject) {
      const world = worldOf(subject)
      const change = { add: [], remove: [], promote: [] }
      const refusal = world.strategy(world.elect()).reconfigure(1 as never, change)
      hold(refusal?.reason === 'unsupported', 'reconfigure is not refused')
    },
  },
  {
    name: 'disk short: the leader takes no writes; with space again it does',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const others = world.ids.filter((id) => id !== leader)
      for (const id of world.ids) world.strategy(id).diskShort(true)
      hold(world.propose(leader, 'x') === null, 'a leader without disk space takes a proposal')

      for (const id of world.ids) world.strategy(id).diskShort(false)
      world.advance(2_000)
      hold(isLed(world), 'nobody leads after space came back')
      hold(isAnswered(world, world.leader() as number, { text: 'y' }), 'no writes with space again')
      hold(others.length === 2, 'three members')
    },
  },
  {
    name: 'disk short: a follower acknowledges nothing that it has no space for',
    run(subject) {
      const world = loadedWorld(subject)
      const leader = world.leader() as number
      const short = otherThan(world, leader)
      world.crash(otherThan(world, leader, short))
      world.strategy(short).diskShort(true)

      const token = world.propose(leader, 'x')
      world.advance(2_000)
      hold(token === null || !world.fates.committed.has(token), 'it was counted for the majority')
      world.strategy(short).diskShort(false)
      hold(isLed(world), 'nobody leads after space came back')
      hold(isAnswered(world, world.leader() as number, { text: 'y' }), 'no writes with space again')
    },
  },
]
