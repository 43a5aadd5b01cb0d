// Members that lost what they had acknowledged (reliability.md LV8), in every strategy of one total order.

import type { TestFn } from 'ava'
import type { RecoveryCause, StrategyPlugin } from 'quorate/plugin'
import { loaded } from './loaded.js'
import { texts } from './texts.js'

export function recoveryCases(test: TestFn, plugin: StrategyPlugin): void {
  test(`${plugin.name}: one of three lost its disk: it is refilled, then intact, and votes again`, (t) => {
    const world = loaded({ plugin })
    const leader = world.leader() as number
    const victim = leader === 1 ? 2 : 1
    world.crash(victim)
    world.wipe(victim)

    world.start(victim, 'disk-lost')
    t.is(world.strategy(victim).status().role, 'recovering')
    const isRefilled = world.until(() => world.strategy(victim).status().recovering === null, 3_000)

    t.true(isRefilled)
    t.is(texts(world, victim).length, 10)
    world.advance(500)
    world.crash(leader)
    t.true(
      world.until(() => world.isSettled(), 3_000),
      'its vote is needed and given',
    )
  })

  test(`${plugin.name}: a recovering member and one intact: no leader, for its vote does not exist`, (t) => {
    const world = loaded({ plugin })
    const leader = world.leader() as number
    const victim = leader === 1 ? 2 : 1
    const third = world.ids.find((id) => id !== leader && id !== victim) as number
    for (const id of world.ids) world.crash(id)
    world.wipe(victim)

    world.start(victim, 'disk-lost')
    world.start(third)
    world.advance(3_000)

    t.is(world.leader(), null)
    world.start(leader)
    t.true(world.until(() => world.isSettled(), 3_000))
    t.true(world.until(() => texts(world, victim).length === 10, 3_000))
  })

  test(`${plugin.name}: still recovering at a restart: remembered; refilled: forgotten`, (t) => {
    const world = loaded({ plugin })
    const victim = world.leader() === 1 ? 2 : 1
    world.crash(victim)
    world.wipe(victim)
    world.isolate(victim)
    world.start(victim, 'disk-lost')
    world.advance(300)
    world.restart(victim)

    t.is(world.strategy(victim).status().role, 'recovering')
    world.heal()
    world.until(() => world.strategy(victim).status().recovering === null, 3_000)
    world.advance(100)
    world.restart(victim)
    t.is(world.strategy(victim).status().recovering, null)
  })

  test(`${plugin.name}: two of three lost their disks under always: halted, naming them, until the loss is accepted`, (t) => {
    const world = loaded({ plugin })
    for (const id of world.ids) world.crash(id)
    for (const id of [1, 2]) world.wipe(id)
    for (const id of [1, 2]) world.start(id, 'disk-lost')
    world.start(3)
    world.advance(3_000)

    t.is(world.leader(), null)
    for (const id of [1, 2]) {
      t.is(world.strategy(id).status().role, 'halted')
      t.regex(world.strategy(id).status().why, /members \d, \d lost/)
    }
    world.strategy(1).acceptLoss()
    t.true(world.until(() => world.isSettled(), 5_000))
    t.is(world.leader(), 3, 'the longest log wins')
    world.propose(3, 'new')
    world.until(() => world.ids.every((id) => texts(world, id).length === 11), 3_000)
    for (const id of world.ids) {
      t.is(texts(world, id).length, 11)
      t.not(world.strategy(id).status().loss, '')
      t.true(world.strategy(id).status().era > 1)
    }
  })

  const causes: readonly RecoveryCause[] = ['disk-lost', 'unclean-stop']
  for (const cause of causes) {
    test(`${plugin.name}: all three stopped without grace under everysec (${cause} at one): the longest log begins an era`, (t) => {
      const world = loaded({ plugin, durability: 'everysec' })
      for (const id of world.ids) world.crash(id)
      if (cause === 'disk-lost') world.wipe(1)
      world.start(1, cause)
      world.start(2, 'unclean-stop')
      world.advance(1_000)
      t.is(world.leader(), null, 'waits for the third')

      world.start(3, 'unclean-stop')
      t.true(world.until(() => world.isSettled(), 5_000))
      t.true(world.until(() => world.ids.every((id) => texts(world, id).length === 10), 5_000))
      t.true(
        world.until(
          () => world.ids.every((id) => world.strategy(id).status().recovering === null),
          5_000,
        ),
      )
    })
  }

  test(`${plugin.name}: a majority under none and the third stays away: they wait, then go on without it`, (t) => {
    const world = loaded({ plugin, durability: 'none', recoverWaitMs: 2_000 })
    for (const id of world.ids) world.crash(id)
    for (const id of [1, 2]) world.start(id, 'unclean-stop')

    world.advance(1_500)
    t.is(world.leader(), null)
    t.true(world.until(() => world.isSettled(), 4_000))
    const leader = world.leader() as number
    world.propose(leader, 'new')
    world.advance(100)
    world.start(3)
    t.true(world.until(() => texts(world, 3).includes('!new'), 5_000))
  })

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
    t.deepEqual([first % 3, second % 3], [0, 1], 'a term belongs to the founder')
  })

  test(`${plugin.name}: who missed an era of which the others lost all: may begin the next one`, (t) => {
    const world = loaded({ plugin, durability: 'none', recoverWaitMs: 500 })
    for (const id of world.ids) world.crash(id)
    for (const id of [2, 3]) world.start(id, 'unclean-stop')
    t.true(world.until(() => world.isSettled(), 5_000))
    for (const id of [2, 3]) world.crash(id)

    for (const id of world.ids) world.start(id, 'unclean-stop')

    t.true(world.until(() => world.isSettled(), 5_000))
    t.is(world.leader(), 1, 'all logs are equally long')
  })

  test(`${plugin.name}: one member alone under none: goes on at once in a new era`, (t) => {
    const world = loaded({ plugin, voters: 1, durability: 'none' })
    world.takeCheckpoint(1)
    world.crash(1)

    world.start(1, 'unclean-stop')

    t.true(world.until(() => world.isSettled(), 200))
    t.is(texts(world, 1).length, 10)
  })

  test(`${plugin.name}: a member whose log was damaged, started with accept-loss: takes what is there`, (t) => {
    const world = loaded({ plugin, voters: 1 })
    world.crash(1)
    world.start(1, 'log-damaged')
    world.advance(1_000)
    t.is(world.strategy(1).status().role, 'halted')

    world.restart(1, 'accept-loss')

    t.true(world.until(() => world.isSettled(), 1_000))
  })

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
