// Changes of members as the paper (section 6) and the thesis (chapter 4) have them, and what others got wrong.

import test from 'ava'
import { type Members, membersOf } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { memberCases, membersAt, others } from '../total-order/member-cases.js'
import { answers, last, send } from './letters.js'
import { loadedRaft } from './raft-world.js'
import type { World } from '../../conformance/total/world.js'

test.afterEach(() => plantBug(''))

memberCases(test, {
  name: 'raft 6',
  load: loadedRaft,
  bugs: {
    stay: 'raft-members-stay',
    commits: 'raft-joint-commits-by-one',
    elects: 'raft-joint-elects-by-one',
    reads: 'raft-joint-reads-by-one',
  },
})

test.serial(
  'thesis 4.2.2: the leader is taken out: it leads until the new set is committed',
  (t) => {
    const leadsAlone = (bug: string): boolean => {
      plantBug(bug)
      const world = loadedRaft({ voters: 3 })
      const leader = world.elect()
      let isEarly = false
      world.storyteller = {
        sent: () => undefined,
        traced: (_id, { event, fields }) => {
          if (event !== 'raft.resigned' || fields['member'] !== leader) return
          const { commit } = world.strategy(leader).status()
          const list = world.node(leader).entryAt(commit.index)
          const members = list === null ? null : membersOf(list.payload)
          isEarly = members === null || members.outgoing !== undefined
        },
      }
      world.members.ask(leader, { remove: [leader] })
      world.advance(2_000)
      return isEarly
    }

    t.false(leadsAlone(''))
    t.true(leadsAlone('raft-leaves-early'))
  },
)

test.serial(
  'etcd campaign_learner_must_vote: a learner votes, as the candidate may know that it was promoted',
  (t) => {
    const world = loadedRaft({ voters: 2, learners: 1 })
    const { last: end, term } = world.strategy(3).status()
    world.advance(1)
    world.crash(1)
    world.crash(2)
    world.advance(1_000)

    send(world, 2, 3, {
      kind: 'vote',
      era: 1,
      term: term + 1,
      pre: false,
      transfer: false,
      force: false,
      last: end,
    })

    t.like(
      answers(world, 3).find((message) => message.kind === 'voted'),
      { granted: true },
    )
  },
)

test.serial(
  'thesis 4.2.3: a vote under force from a stranger: moves nobody that hears a leader',
  (t) => {
    const world = loadedRaft({ voters: 3, outside: 1 })
    const leader = world.elect()
    const voter = others(world, leader)[0] as number
    const { term } = world.strategy(voter).status()
    send(world, 4, voter, {
      kind: 'vote',
      era: 1,
      term: term + 5,
      pre: false,
      transfer: true,
      force: true,
      last: { ...last, term: term + 4 },
    })

    t.like(
      answers(world, voter).find((message) => message.kind === 'voted'),
      { granted: false },
    )
    t.is(world.strategy(voter).status().term, term)
  },
)

test.serial(
  'single-server bug of 2015: no change before an entry of the own term is committed',
  (t) => {
    const world = loadedRaft({ outside: 1 })
    const leader = world.elect()
    world.crash(leader)
    world.filter = (_from, _to, message) => message[1] !== 3
    world.until(() => world.leader() !== null, 10_000)
    const next = world.leader() as number
    t.not(world.strategy(next).status().commit.term, world.strategy(next).status().term)

    world.members.ask(next, { add: [4] })

    t.is(world.members.refusal?.reason, 'busy')
  },
)

/** From the moment on at which the leader has the new set alone, nobody but `to` hears of it. */
function tellOnly(world: World, leader: number, to: readonly number[]): void {
  world.filter = (from, id) => {
    const { last: end, members } = world.strategy(leader).status()
    const isAlone = members.outgoing === undefined && end.index > 1 && members.voters.length < 3
    return from !== leader || !isAlone || to.includes(id)
  }
}

for (const [bug, isBegun] of [
  ['', true],
  ['raft-strangers-report-nothing', false],
] as const) {
  test.serial(
    `raft: a loss that only a voter of the list before had, ${bug || 'as it should be'}: who knows of the newest list begins an era: ${isBegun}`,
    (t) => {
      plantBug(bug)
      const world = loadedRaft({ durability: 'everysec', recoverWaitMs: 500 })
      const leader = world.elect()
      const [stays, gone] = others(world, leader) as [number, number]
      world.crash(gone)
      tellOnly(world, leader, [])
      world.members.ask(leader, { remove: [leader, gone] })
      world.advance(100)
      // The new set alone stands in the leader's log only, and both sets need a majority of the old one.
      t.deepEqual(membersAt(world, leader).outgoing, undefined)
      t.is(membersAt(world, stays).outgoing?.length, 3)
      world.filter = () => true
      world.crash(leader)
      for (const id of [leader, gone]) world.start(id, 'unclean-stop')

      const isLed = world.until(() => world.isSettled() && world.leader() === stays, 10_000)

      t.is(isLed, isBegun)
      if (isBegun) t.deepEqual(membersAt(world, stays), { voters: [stays], learners: [] } as never)
    },
  )
}

for (const [bug, isBegun] of [
  ['', true],
  ['raft-stranger-founds-nothing', false],
] as const) {
  test.serial(
    `raft: the longest log is that of a voter of the list before, ${bug || 'as it should be'}: intact voters of the newest let it begin an era: ${isBegun}`,
    (t) => {
      plantBug(bug)
      const world = loadedRaft({ durability: 'everysec', recoverWaitMs: 500 })
      const isLeading = (): boolean => world.leader() === 1 && world.isSettled()
      if (!isLeading()) world.strategy(world.elect()).transfer(1 as never)
      t.true(world.until(isLeading))
      tellOnly(world, 1, [2])
      world.members.ask(1, { remove: [1] })
      world.advance(100)
      const lists: Members[] = world.ids.map((id) => membersAt(world, id))
      t.deepEqual(
        lists.map(({ outgoing }) => outgoing?.length),
        [undefined, undefined, 3],
      )
      world.crash(3)
      world.filter = () => true
      world.start(3, 'unclean-stop')

      const isLed = world.until(() => world.isSettled() && world.leader() !== 1, 10_000)

      t.is(isLed, isBegun)
    },
  )
}

test('raft: a leader that forgot what a follower has: the snapshot is refused, and the leader told', (t) => {
  const world = loadedRaft()
  const leader = world.elect()
  const follower = others(world, leader)[0] as number
  const { term, commit } = world.strategy(leader).status()

  t.false(world.strategy(follower).acceptsSnapshot(leader as never, term, commit))

  t.like(
    answers(world, follower).find((message) => message.kind === 'appended'),
    { ok: true, index: commit.index },
  )
})
