// Changes of members of a total-order strategy, as section 6 of the Raft paper and chapter 4 of the thesis have them: by two
// sets of voters, in force with their entry in the log.

import type { TestFn } from 'ava'
import { type Members, membersOf } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import type { World } from '../../conformance/total/world.js'
import type { WorldOptions } from '../../conformance/total/world-options.js'

type Asked = Parameters<World['members']['ask']>[1]

export function change(world: World, asked: Asked): boolean {
  const token = world.members.ask(world.elect(), asked)
  return token !== null && world.until(() => world.members.done.has(token), 5_000)
}

export function membersAt(world: World, id: number): Members {
  return world.strategy(id).status().members
}

/** Four members, of which the last is a learner that has everything; the leader's id. */
export function withLearner(world: World): number {
  change(world, { add: [4] })
  world.advance(500)
  return world.elect()
}

export function others(world: World, leader: number): number[] {
  return world.ids.filter((id) => id !== leader)
}

/** Two of three go for three others; the old side is cut from the new one once both know of the change. */
export function split(world: World): { readonly old: number[]; readonly leader: number } {
  change(world, { add: [4, 5, 6] })
  world.advance(500)
  const leader = world.elect()
  const old = others(world, leader).filter((id) => id < 4)
  for (const id of old) world.isolate(id)
  world.members.ask(leader, { promote: [4, 5, 6], remove: old })
  world.advance(200)
  return { old, leader }
}

export interface MemberSubject {
  readonly name: string
  readonly load: (options: Partial<WorldOptions>) => World
  /** Seeded bugs: the list outlives its entry; the new set commits, elects, or grants reads alone. */
  readonly bugs: Readonly<Record<'stay' | 'commits' | 'elects' | 'reads', string>>
}

export function memberCases(test: TestFn, { name, load, bugs }: MemberSubject): void {
  test.serial(
    `${name}: a change of voters: one entry with both sets, then one with the new set alone`,
    (t) => {
      const world = load({ outside: 1 })
      const leader = withLearner(world)

      t.true(change(world, { promote: [4] }))

      const lists = world
        .node(leader)
        .disk.entries.map(({ payload }) => membersOf(payload))
        .filter((members) => members !== null)
        .map(({ voters, learners, outgoing = [] }) => [
          voters.join(),
          learners.join(),
          outgoing.join(),
        ])
      t.deepEqual(lists, [
        ['1,2,3', '4', ''],
        ['1,2,3,4', '', '1,2,3'],
        ['1,2,3,4', '', ''],
      ])
    },
  )

  test.serial(
    `${name}: members take effect with their entry in the log, before it is committed`,
    (t) => {
      const world = load({ outside: 1 })
      const leader = withLearner(world)
      world.isolate(leader)

      world.members.ask(leader, { promote: [4] })

      t.deepEqual(membersAt(world, leader).voters as readonly number[], [1, 2, 3, 4])
      t.deepEqual(membersAt(world, leader).outgoing as readonly number[], [1, 2, 3])
    },
  )

  test.serial(
    `${name}: the entry is truncated: the members before it are in force again (R14)`,
    (t) => {
      const after = (bug: string): Members => {
        plantBug(bug)
        const world = load({ outside: 1 })
        const leader = withLearner(world)
        world.isolate(leader)
        world.members.ask(leader, { promote: [4] })
        world.advance(3_000)
        world.propose(world.elect(), 'x')
        world.heal()
        world.advance(3_000)
        return membersAt(world, leader)
      }

      t.deepEqual(after('').voters as readonly number[], [1, 2, 3])
      t.deepEqual(after(bugs.stay).voters as readonly number[], [1, 2, 3, 4])
    },
  )

  for (const [bug, isBegun] of [
    ['', false],
    ['raft-founds-by-old-members', true],
  ] as const) {
    test.serial(
      `${name}: who missed a change and lost its log, ${bug || 'as it should be'}: begins an era without those who decide now: ${isBegun}`,
      (t) => {
        plantBug(bug)
        const world = load({ durability: 'none', recoverWaitMs: 500 })
        const leader = world.elect()
        const [stale, gone] = others(world, leader) as [number, number]
        world.isolate(stale)
        change(world, { remove: [stale, gone] })
        world.isolate(leader)
        for (const id of [stale, gone]) world.crash(id)
        world.heal()
        world.isolate(leader)
        for (const id of [stale, gone]) world.start(id, 'unclean-stop')

        world.advance(5_000)

        t.is(world.strategy(stale).status().role === 'leader', isBegun)
        t.is(world.strategy(leader).status().era, 1)
      },
    )
  }

  for (const [bug, isDone] of [
    ['', false],
    [bugs.commits, true],
  ] as const) {
    test.serial(
      `${name}: both sets in force, ${bug || 'as it should be'}: a majority of the new alone commits: ${isDone}`,
      (t) => {
        plantBug(bug)
        const world = load({ outside: 3 })
        try {
          const { leader } = split(world)

          t.is(membersAt(world, leader).outgoing === undefined, isDone)
        } catch (error) {
          // The rules of the world see it first.
          t.true(isDone)
          t.regex(String(error), /RF6/)
        }
      },
    )
  }

  test.serial(`${name}: both sets in force: nobody is elected by the new set alone`, (t) => {
    const elected = (bug: string): boolean => {
      plantBug('')
      const world = load({ outside: 3 })
      const { leader } = split(world)
      plantBug(bug)
      world.crash(leader)
      world.start(leader)
      return world.until(() => world.leader() !== null, 5_000)
    }

    t.false(elected(''))
    t.true(elected(bugs.elects))
  })

  test.serial(`${name}: both sets in force: no read is granted by the new set alone`, (t) => {
    const isGranted = (bug: string): boolean => {
      plantBug(bug)
      const world = load({ outside: 3 })
      const { leader } = split(world)
      const token = world.read(leader)
      world.advance(100)
      const read = token === null ? null : world.reads.get(token)
      return read?.grantedAt !== null && read !== null
    }

    t.false(isGranted(''))
    t.true(isGranted(bugs.reads))
  })

  test.serial(`${name}: a new leader that finds both sets brings the change to its end`, (t) => {
    const world = load({ outside: 3 })
    const { old, leader } = split(world)
    t.not(membersAt(world, leader).outgoing, undefined)

    world.crash(leader)
    world.heal()
    t.true(world.until(() => world.leader() !== null && world.isSettled(), 10_000))
    world.advance(1_000)

    const now = membersAt(world, world.elect())
    t.is(now.outgoing, undefined)
    // Whoever was elected knew of both sets, or of neither.
    t.is(now.voters.length === 4, !old.some((id) => now.voters.includes(id as never)))
  })

  test.serial(
    `${name}: the leader that is taken out hands over: the others hardly notice (thesis 4.2.2)`,
    (t) => {
      const world = load({ voters: 3 })
      const leader = world.elect()
      world.members.ask(leader, { remove: [leader] })

      t.true(world.until(() => world.leader() !== null && world.leader() !== leader, 200))
      world.advance(2_000)
      t.is(world.strategy(leader).status().role, 'learner')
    },
  )

  test.serial(
    `${name}: who is taken out by an entry that nobody else has stands all the same (thesis 4.2.2)`,
    (t) => {
      const world = load({ voters: 1, outside: 2 })
      change(world, { add: [2, 3] })
      world.advance(500)
      // All three know of both sets, only the old leader of the new one: it is the only one that may be elected.
      let isCut = false
      world.filter = (from) => {
        const last = world.node(1).entryAt(world.strategy(1).status().last.index)
        const list = last === null ? null : membersOf(last.payload)
        isCut ||= list !== null && list.outgoing === undefined && list.voters.length === 2
        return !(isCut && from === 1)
      }
      world.members.ask(1, { promote: [2, 3], remove: [1] })
      world.advance(200)
      world.crash(1)
      world.filter = () => true
      world.start(1)

      t.true(world.until(() => world.leader() !== null && world.leader() !== 1, 10_000))
      t.deepEqual(membersAt(world, world.elect()).voters as readonly number[], [2, 3])
    },
  )

  test.serial(
    `${name}: who was taken out and does not know asks for votes: no term is raised (thesis 4.2.3)`,
    (t) => {
      const world = load({ voters: 3, delayMaxMs: 1 })
      const leader = world.elect()
      const gone = others(world, leader)[0] as number
      world.isolate(gone)
      t.true(change(world, { remove: [gone] }))
      const { term } = world.strategy(leader).status()
      world.advance(5_000)
      world.heal()
      world.advance(5_000)

      t.is(world.strategy(leader).status().term, term)
      t.is(world.leader(), leader)
      // It asked the leader, which told it.
      t.false(membersAt(world, gone).voters.includes(gone as never))
    },
  )
}
