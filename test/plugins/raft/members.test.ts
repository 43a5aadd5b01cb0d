// Changes of members as the paper (section 6) and the thesis (chapter 4) have them, and what others got wrong.

import test from 'ava'
import { membersOf } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { memberCases, others } from '../total-order/member-cases.js'
import { answers, last, send } from './letters.js'
import { loadedRaft } from './raft-world.js'

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
