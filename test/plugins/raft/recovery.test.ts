// Members that lost what they had acknowledged (reliability.md LV8; the argument is in recovery.ts).

import test from 'ava'
import type { MemberId, StrategyStatus } from 'quorate/plugin'
import { decodeMessage } from '../../../plugins/raft/messages.js'
import { loadedRaft } from './raft-world.js'
import { texts } from '../../conformance/total/texts.js'

test('recovery: votes forgotten, and whoever may stand is in a later term: it takes that term and votes in the next', (t) => {
  const world = loadedRaft()
  const leader = world.leader() as number
  const [victim, third] = world.ids.filter((id) => id !== leader) as [number, number]
  world.crash(victim)
  world.wipe(victim)
  world.cut(third, victim)
  world.cut(victim, third)
  world.start(victim, 'disk-lost')
  t.true(world.until(() => world.strategy(victim).status().recovering === null, 3_000))
  world.filter = (_from, to, message) => to !== third || decodeMessage(message)?.kind !== 'voted'
  world.strategy(leader).transfer(third as MemberId)
  t.true(
    world.until(
      () => world.strategy(third).status().term > world.strategy(victim).status().term,
      100,
    ),
  )
  world.crash(leader)
  world.wipe(leader)
  // What the candidate says in its term is lost.
  world.advance(50)

  world.filter = () => true
  world.heal()
  world.start(leader, 'disk-lost')

  t.true(world.until(() => world.isSettled(), 5_000))
})

test('recovery: a member refilled too late to hear that others are intact: asks anew, and begins no era', (t) => {
  const world = loadedRaft({ durability: 'everysec' })
  for (const id of world.ids) world.crash(id)
  for (const id of world.ids) world.start(id, 'unclean-stop')
  t.true(world.until(() => world.leader() !== null, 5_000))
  const founder = world.leader() as number
  const [late, other] = world.ids.filter((id) => id !== founder) as [number, number]
  const status = (id: number): StrategyStatus => world.strategy(id).status()
  // Its log has grown in the new era, and it knows no more of the others than that they were lost.
  t.true(world.until(() => status(late).last.index > 11 && status(late).recovering !== null, 5_000))
  world.isolate(late)
  t.true(world.until(() => status(other).recovering === null, 5_000))
  const { era } = status(other)

  world.crash(founder)
  world.heal()
  world.advance(3_000)

  t.is(status(late).era, era)
  t.is(status(other).era, era)
  world.start(founder)
  t.true(world.until(() => world.isSettled(), 5_000))
})

test('recovery: a member with a longer tail of the old era returns: its tail goes, without an assertion', (t) => {
  const world = loadedRaft({ durability: 'everysec', recoverWaitMs: 500 })
  world.crash(1)
  world.crash(2)
  world.wipe(1)
  world.wipe(2)
  world.isolate(3)
  world.start(1, 'unclean-stop')
  world.start(2, 'unclean-stop')
  t.true(world.until(() => world.leader() !== 3 && world.isSettled(), 5_000))
  world.propose(world.leader() as number, 'other')
  world.advance(100)
  t.is(texts(world, 3).length, 10)

  world.heal()
  // The leader does not hear that a snapshot is needed.
  world.filter = (from, _to, message) => {
    const read = decodeMessage(message)
    return from !== 3 || read?.kind !== 'appended' || !read.needsSnapshot
  }
  for (let i = 0; i < 20; i++) {
    world.read(3)
    world.advance(50)
  }
  const granted = [...world.reads.values()].filter((read) => read.grantedAt !== null).length
  world.filter = () => true

  t.is(texts(world, 3).length, 10)
  t.is(granted, 0, 'it reads nothing of the era that ended')
  t.true(world.until(() => texts(world, 3).length === 1, 5_000))
  t.deepEqual(texts(world, 3), ['!other'])
  t.true(world.until(() => world.strategy(3).status().recovering === null, 5_000))
})

test('recovery: under a lease, rounds that only recovering members answered: reads go on once these are intact', (t) => {
  const options = { lease: true, heartbeatMs: 5 }
  for (let seed = 1; seed <= 10; seed++) {
    const world = loadedRaft({ seed, durability: 'none', options, delayMaxMs: 40 })
    for (const id of world.ids) world.crash(id)
    for (const id of world.ids) world.start(id, 'unclean-stop')
    const isIntact = (id: number): boolean => world.strategy(id).status().recovering === null
    t.true(
      world.until(() => world.ids.every(isIntact), 8_000),
      `seed ${seed}`,
    )

    const token = world.read(world.leader() as number)
    world.advance(1_000)

    t.not(token === null ? null : (world.reads.get(token)?.grantedAt ?? null), null)
  }
})
