// Members that lost what they had acknowledged (reliability.md LV8), in every strategy of one total order.

import type { TestFn } from 'ava'
import type { MemberId, StrategyPlugin } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { copy } from '../../conformance/total/disk.js'
import { loaded } from '../../conformance/total/loaded.js'
import { beginSnapshot } from '../../conformance/total/snapshot.js'
import type { World } from '../../conformance/total/world.js'
import { texts } from '../../conformance/total/texts.js'

/**
 * The last leader's snapshot is still on its way to a member's disk when those that had what it holds lose it, and the
 * others go on in a new era without. Whether that member acknowledges only what it has, and they all end with the same.
 */
function endsEqual(plugin: StrategyPlugin): boolean {
  const world = loaded({ plugin, durability: 'everysec', recoverWaitMs: 500 })
  const first = world.leader() as number
  const [late, other] = world.ids.filter((id) => id !== first) as [number, number]
  const write = (id: number, count: number): void => {
    for (let i = 0; i < count; i++) world.propose(id, `w${i}`)
    world.advance(20)
  }
  world.isolate(late)
  write(first, 3)
  const image = copy(world.node(other).disk)
  write(first, 5)
  world.heal()
  const install = beginSnapshot(world, world.node(first), world.node(late))
  for (const id of [first, other]) world.crash(id)
  world.wipe(first)
  world.node(other).disk = image
  world.start(other, 'unclean-stop')
  world.start(first, 'disk-lost')
  if (!world.until(() => world.strategy(late).status().era > 1, 5_000)) throw new Error('no era')
  const isLost = texts(world, late).length < 18 && world.leader() !== late
  if (install === null || !isLost) throw new Error('there is nothing that the era lost')
  install()

  world.until(() => world.isSettled(), 5_000)
  world.advance(200)
  if (!holdsItsWord(world, late)) return false
  const isRefilled = (id: number): boolean => world.strategy(id).status().recovering === null
  world.until(() => world.ids.every(isRefilled), 5_000)
  write(world.leader() ?? late, 20)
  const all = (): string[] => world.ids.map((id) => texts(world, id).join(' '))
  return world.until(() => new Set(all()).size === 1, 5_000) && world.ids.every(isRefilled)
}

/**
 * The same, but all others lost their disks: that member has the longest log, and begins the era. What it has in the
 * end, once it was told that the snapshot is on its disk and all are refilled, and how many eras that took.
 */
function foundsWhileInstalling(plugin: StrategyPlugin) {
  const world = loaded({ plugin, durability: 'everysec', recoverWaitMs: 500 })
  const first = world.leader() as number
  const gone = world.ids.filter((id) => id !== first)
  const late = gone.shift() as number
  gone.push(first)
  world.isolate(late)
  for (let i = 0; i < 8; i++) world.propose(first, `w${i}`)
  world.advance(100)
  const { length } = texts(world, first)
  world.heal()
  const install = beginSnapshot(world, world.node(first), world.node(late))
  for (const id of gone) world.crash(id)
  for (const id of gone) world.wipe(id)
  for (const id of gone) world.start(id, 'disk-lost')
  const { era } = world.strategy(late).status()
  const isBegun = world.until(() => world.strategy(late).status().era > era, 5_000)
  world.until(() => world.isSettled(), 1_000)
  for (let i = 0; i < 3; i++) world.propose(late, `x${i}`)
  world.advance(50)

  install?.()
  world.advance(100)
  const isItsOwn = !isBegun || world.strategy(late).status().recovering === null
  const isWell = (): boolean =>
    world.isSettled() && world.ids.every((id) => world.strategy(id).status().recovering === null)
  world.until(isWell, 10_000)
  world.advance(500)
  const { eras } = world.strategy(late).status().counters
  const kept = texts(world, world.leader() ?? late).filter((text) => /[vw]\d/.test(text)).length
  return { isBegun, isItsOwn, isWell: isWell(), eras, isAllKept: kept === 18 && length >= 18 }
}

/** How many snapshots who joins an era takes that had been offered one before: of that nothing more came, or it goes to the disk. */
function snapshotsOfWhoJoins(plugin: StrategyPlugin, isInstalling: boolean): number {
  const world = loaded({ plugin, durability: 'everysec', recoverWaitMs: 500 })
  const first = world.leader() as number
  const [late, other] = world.ids.filter((id) => id !== first) as [number, number]
  world.isolate(late)
  for (let i = 0; i < 8; i++) world.propose(first, `w${i}`)
  world.advance(100)
  world.heal()
  const { appliedAt, strategy } = world.node(first)
  const { term = 0 } = strategy?.status() ?? {}
  const joins = world.strategy(late)
  if (!joins.acceptsSnapshot(first as MemberId, term, appliedAt)) throw new Error('not accepted')
  if (isInstalling) joins.snapshotInstalling?.()
  for (const id of [first, other]) world.crash(id)
  world.wipe(first)
  world.start(other, 'unclean-stop')
  world.start(first, 'disk-lost')
  world.until(() => joins.status().era > 1, 5_000)
  const isRefilled = (): boolean => texts(world, late).length === 18
  if (!world.until(isRefilled, 5_000)) throw new Error('not refilled')
  return world.node(late).snapshots
}

/** What the leader counts as acknowledged by a member is what that has. */
function holdsItsWord(world: World, id: number): boolean {
  const leader = world.strategy(world.leader() as number)
  const match = leader.status().peers.find(({ member }) => member === id)?.match ?? 0
  const chains = [leader, world.strategy(id)].map((each) => each.chainAt(match))
  return match === 0 || JSON.stringify(chains[0]) === JSON.stringify(chains[1])
}

export function recoveryCases(test: TestFn, plugin: StrategyPlugin): void {
  test(`${plugin.name}: a wiped member that led and one that missed its term: their era begins above that term`, (t) => {
    const world = loaded({ plugin, durability: 'everysec', recoverWaitMs: 500 })
    const first = world.leader() as number
    const [away, second] = world.ids.filter((id) => id !== first) as [number, number]
    world.isolate(away)
    world.crash(first)
    world.start(first)
    t.true(world.until(() => world.leader() !== null && world.leader() !== away, 5_000))
    const led = world.leader() as number
    const term = world.strategy(led).status().term
    t.true(term > world.strategy(away).status().term)
    for (const id of world.ids) world.crash(id)
    world.heal()

    world.wipe(led)
    world.start(led, 'disk-lost')
    world.start(away, 'unclean-stop')

    t.true(world.until(() => world.isSettled(), 5_000))
    t.true(world.strategy(away).status().term > term)
    world.start(led === first ? second : first, 'unclean-stop')
    t.true(
      world.until(
        () => world.ids.every((id) => world.strategy(id).status().recovering === null),
        5_000,
      ),
    )
  })

  test(`${plugin.name}: two members found one after the other, and the voter of both is wiped between: in different terms`, (t) => {
    const world = loaded({ plugin, durability: 'everysec', recoverWaitMs: 500 })
    for (const id of world.ids) world.crash(id)
    const foundBeside = (founder: number): number => {
      world.wipe(3)
      world.start(3, 'disk-lost')
      world.start(founder, 'unclean-stop')
      t.true(world.until(() => world.isSettled(), 5_000))
      const { era } = world.strategy(founder).status()
      for (const id of [3, founder]) world.crash(id)
      return era
    }

    const [first, second] = [foundBeside(1), foundBeside(2)]

    t.true(first > 2 && second > 2)
    t.deepEqual([first % 0x400, second % 0x400], [1, 2], 'a term belongs to the founder')
  })

  test(`${plugin.name}: a member that is refilled, cut off where its log names it alone: begins no era beside the others`, (t) => {
    const options = { appendBytes: 1, windowMessages: 1 }
    const world = loaded({ plugin, durability: 'none', voters: 1, outside: 2, options })
    const change = (asked: { readonly add?: number[]; readonly promote?: number[] }): boolean => {
      const token = world.members.ask(world.elect(), asked)
      return token !== null && world.until(() => world.members.done.has(token), 5_000)
    }
    t.true(change({ add: [2, 3] }))
    world.advance(1_500)
    t.true(change({ promote: [2, 3] }))
    world.strategy(1).transfer(2 as MemberId)
    t.true(world.until(() => world.leader() === 2))
    const voters = (): number => world.strategy(1).status().members.voters.length
    world.crash(1, true)
    world.start(1, 'unclean-stop')

    t.true(world.until(() => voters() === 1))
    world.isolate(1)
    world.advance(10_000)
    t.is(world.strategy(1).status().role, 'recovering')
    world.heal()
    world.advance(5_000)

    const eras = world.ids.map((id) => world.strategy(id).status().era)
    t.deepEqual(eras, [1, 1, 1])
    t.is(world.strategy(1).status().recovering, null)
    t.is(voters(), 3)
  })

  test(`${plugin.name}: an era that begins without a log: who takes a snapshot has the members of it, not the first ones`, (t) => {
    const world = loaded({ plugin, durability: 'none', options: { keepBytes: 0 } })
    const change = (asked: { readonly add?: number[]; readonly remove?: number[] }): boolean => {
      const token = world.members.ask(world.elect(), asked)
      return token !== null && world.until(() => world.members.done.has(token), 5_000)
    }
    const first = world.elect()
    const [learner, gone] = world.ids.filter((id) => id !== first) as [number, number]
    t.true(change({ remove: [learner, gone] }))
    t.true(change({ add: [learner] }))
    world.advance(1_500)

    world.crash(first, true)
    world.start(first, 'unclean-stop')
    t.true(world.until(() => world.leader() === first && world.isSettled(), 5_000))
    world.propose(first, 'x')
    world.advance(3_000)

    const { era, members } = world.strategy(learner).status()
    t.is(era, world.strategy(first).status().era)
    t.deepEqual(members.voters as readonly number[], [first])
    t.deepEqual(members.learners as readonly number[], [learner])
  })

  test.serial(
    `${plugin.name}: a snapshot of an era that ended is on the disk after the new one was joined: it is no state of that`,
    (t) => {
      t.teardown(() => plantBug(''))
      t.true(endsEqual(plugin))

      plantBug(plugin.name === 'zab' ? 'zab-snapshot-enters-era' : 'raft-snapshot-enters-era')
      t.false(holds(() => endsEqual(plugin)))
    },
  )

  test.serial(
    `${plugin.name}: a snapshot is on its way to the disk of who is to begin an era: it waits for that, and begins with it`,
    (t) => {
      t.teardown(() => plantBug(''))
      const well = { isBegun: false, isItsOwn: true, isWell: true, eras: 1, isAllKept: true }
      t.deepEqual(foundsWhileInstalling(plugin), well)

      plantBug('raft-founds-while-installing')
      t.like(foundsWhileInstalling(plugin), { isBegun: true, isItsOwn: false, isAllKept: false })
    },
  )

  test(`${plugin.name}: a snapshot was offered and given up before a new era is joined: no other one is needed`, (t) => {
    t.is(snapshotsOfWhoJoins(plugin, false), 0)
    t.is(snapshotsOfWhoJoins(plugin, true), 1)
  })

  test.serial(
    `${plugin.name}: an older copy of a disk, of the same leader's time: that tells it, and it is refilled before it votes`,
    (t) => {
      const world = loaded({ plugin })
      const leader = world.leader() as number
      const victim = world.ids.find((id) => id !== leader) as number
      t.teardown(() => plantBug(''))
      const put = (): void => {
        const image = copy(world.node(victim).disk)
        for (let i = 0; i < 5; i++) world.propose(leader, `w${i}`)
        world.advance(100)
        world.crash(victim)
        world.node(victim).disk = image
        world.start(victim)
      }
      const isTold = (): boolean => world.strategy(victim).status().recovering === 'log-damaged'
      const isRefilled = (): boolean =>
        world.strategy(victim).status().recovering === null &&
        texts(world, victim).length === texts(world, leader).length
      put()
      t.true(world.until(isTold, 1_000))
      t.true(world.until(isRefilled, 2_000))
      t.is(world.leader(), leader)
      world.advance(500)

      plantBug(plugin.name === 'zab' ? 'zab-forgotten-unseen' : 'raft-forgotten-unseen')
      put()
      t.false(world.until(isTold, 1_000))
    },
  )

  test(`${plugin.name}: answers that take longer than the time between two heartbeats: it is refilled`, (t) => {
    for (let seed = 1; seed <= 5; seed++) {
      const world = loaded({ plugin, seed, options: { heartbeatMs: 5 }, delayMaxMs: 80 })
      const victim = world.leader() === 1 ? 2 : 1
      world.crash(victim)
      world.wipe(victim)

      world.start(victim, 'disk-lost')
      const isIntact = (): boolean => world.strategy(victim).status().recovering === null
      t.true(world.until(isIntact, 1_000), `seed ${seed}`)
    }
  })
}

function holds(play: () => boolean): boolean {
  try {
    return play()
  } catch {
    return false
  }
}
