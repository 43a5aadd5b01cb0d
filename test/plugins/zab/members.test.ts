// Changes of members: the two sets of a change through election, discovery, synchronisation and broadcast.

import test from 'ava'
import { membersOf, type StrategyPlugin } from 'quorate/plugin'
import zab from '../../../plugins/zab/index.js'
import { decodeMessage, encodeMessage } from '../../../plugins/zab/codec.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { loaded } from '../../conformance/total/loaded.js'
import type { World } from '../../conformance/total/world.js'
import type { WorldOptions } from '../../conformance/total/world-options.js'
import { lettersOf } from '../letters.js'
import { change, memberCases, membersAt, others, withLearner } from '../total-order/member-cases.js'

const plugin = zab as StrategyPlugin
const { send } = lettersOf({ encodeMessage, decodeMessage })

function loadedZab(options: Partial<WorldOptions> = {}): World {
  return loaded({ plugin, ...options })
}

test.afterEach(() => plantBug(''))

memberCases(test, {
  name: 'zab',
  load: loadedZab,
  bugs: {
    stay: 'zab-members-stay',
    commits: 'zab-joint-commits-by-new',
    elects: 'zab-joint-elects-by-new',
    reads: 'zab-joint-reads-by-new',
  },
})

test.serial('zab: who comes by SNAP has the members of the snapshot', (t) => {
  const seen = (bug: string): readonly number[] => {
    plantBug(bug)
    const world = loadedZab({ outside: 2, options: { keepBytes: 0 } })
    world.isolate(5)
    change(world, { add: [4, 5] })
    world.advance(500)
    for (const id of [1, 2, 3, 4]) world.takeCheckpoint(id)
    world.heal()
    world.advance(3_000)
    return membersAt(world, 5).learners
  }

  t.deepEqual(seen(''), [4, 5])
  t.deepEqual(seen('zab-snapshot-without-members'), [])
})

test.serial(
  'zab: a learner that does not know that it was promoted: promises all the same',
  (t) => {
    const world = loadedZab({ outside: 1 })
    const leader = withLearner(world)
    let isCut = false
    world.filter = (_from, to, message) => {
      const kind = decodeMessage(message)?.kind
      return !(isCut && to === 4 && (kind === 'propose' || kind === 'ping'))
    }
    isCut = true
    world.members.ask(leader, { promote: [4] })
    world.advance(100)
    t.deepEqual(membersAt(world, 4).learners as readonly number[], [4])
    world.crash(leader)
    isCut = false

    t.true(world.until(() => world.leader() !== null && world.isSettled(), 5_000))
    t.deepEqual(membersAt(world, world.elect()).voters as readonly number[], [1, 2, 3, 4])
  },
)

for (const [bug, isLed] of [
  ['', true],
  ['zab-outsider-never-votes', false],
] as const) {
  test.serial(
    `zab: a voter that never heard that it is a member, ${bug || 'as it should be'}: elects: ${isLed}`,
    (t) => {
      plantBug(bug)
      const world = loadedZab({ voters: 2, outside: 1, options: { appendBytes: 1 } })
      const leader = world.elect()
      // The newcomer gets nothing that names it.
      world.filter = (_from, to, message) => {
        const decoded = decodeMessage(message)
        const entries = decoded !== null && 'entries' in decoded ? decoded.entries : []
        return to !== 3 || !entries.some(({ payload }) => membersOf(payload) !== null)
      }
      change(world, { remove: others(world, leader).filter((id) => id < 3) })
      change(world, { add: [3] })
      world.advance(500)
      world.members.ask(leader, { promote: [3] })
      world.advance(200)
      t.deepEqual(membersAt(world, leader).voters as readonly number[], [leader, 3])
      t.deepEqual(membersAt(world, 3).voters as readonly number[], [1, 2])
      for (const id of others(world, leader)) if (id < 3) world.crash(id)
      world.restart(leader)
      world.filter = () => true

      t.is(
        world.until(() => world.leader() !== null && world.isSettled(), 10_000),
        isLed,
      )
    },
  )
}

for (const [bug, isLed] of [
  ['', true],
  ['zab-follows-who-looks', false],
] as const) {
  test.serial(
    `zab: a voter decides by a list that was left behind, ${bug || 'as it should be'}: its candidate and a better one agree: ${isLed}`,
    (t) => {
      plantBug(bug)
      const world = loadedZab({ voters: 2, outside: 1, delayMaxMs: 1 })
      change(world, { add: [3] })
      world.advance(500)
      const leader = world.elect()
      const voter = 3 - leader
      world.isolate(voter)
      world.members.ask(leader, { promote: [3], remove: [voter] })
      world.advance(100)
      t.deepEqual(membersAt(world, 3).outgoing as readonly number[], [1, 2])
      t.deepEqual(membersAt(world, voter).voters as readonly number[], [1, 2])
      world.advance(1_000)
      for (const id of [leader, 3]) world.restart(id)
      world.advance(20)
      world.heal()

      t.is(
        world.until(() => world.leader() !== null && world.isSettled(), 20_000),
        isLed,
      )
    },
  )
}

test.serial('zab: whose log holds the members begins an era without naming them again', (t) => {
  const world = loadedZab({ durability: 'none', recoverWaitMs: 20_000 })
  const leader = world.elect()
  const rest = others(world, leader)
  world.members.ask(leader, { remove: [leader] })
  t.true(
    world.until(
      () =>
        membersAt(world, leader).voters.length === 2 &&
        membersAt(world, leader).outgoing === undefined,
      500,
    ),
  )
  world.isolate(leader)
  for (const id of rest) world.restart(id, 'unclean-stop')
  world.advance(2_000)
  world.heal()
  let named = 0
  world.filter = (from, _to, message) => {
    const decoded = decodeMessage(message)
    if (from !== leader || decoded === null || !('entries' in decoded)) return true
    const { era } = world.strategy(leader).status()
    for (const { term, payload } of decoded.entries)
      if (era > 1 && term === era && membersOf(payload) !== null) named++
    return true
  }

  t.true(world.until(() => world.strategy(leader).status().era > 1, 10_000))
  world.advance(1_000)
  t.is(named, 0)
})

test.serial('zab: who was taken out, and knows it, says nothing until it is called', (t) => {
  const world = loadedZab({ voters: 3 })
  const leader = world.elect()
  const gone = others(world, leader)[0] as number
  t.true(change(world, { remove: [gone] }))
  world.advance(5_000)
  let said = 0
  world.filter = (from) => {
    if (from === gone) said++
    return true
  }
  world.advance(5_000)
  t.is(said, 0)

  t.true(change(world, { add: [gone] }))
  world.advance(1_000)

  t.is(world.strategy(gone).status().last.index, world.strategy(leader).status().last.index)
})

test.serial(
  'zab: a stranger that founds an era, or has a later one: moves nobody that hears a leader',
  (t) => {
    const world = loadedZab({ voters: 3, outside: 1 })
    const leader = world.elect()
    const voter = others(world, leader)[0] as number
    const { term } = world.strategy(voter).status()
    const vote = { id: 4 as never, era: 9, epoch: 9, last: { term: 9, index: 99 } }
    const notice = { kind: 'notification', era: 9, state: 'leading', round: 9, vote } as const
    const info = { kind: 'follower-info', acceptedEpoch: 50, recovering: false, life: 1 } as const

    for (const to of [leader, voter]) {
      send(world, 4, to, { ...notice, epoch: 0, handover: 0, founding: 50, counts: true })
      send(world, 4, to, { ...notice, epoch: 50, handover: 0, founding: 0, counts: true })
    }
    send(world, 4, leader, { ...info, era: 9 })
    send(world, 4, leader, { ...info, era: 1 })
    world.advance(1_000)

    t.is(world.leader(), leader)
    for (const id of [leader, voter]) t.is(world.strategy(id).status().term, term)
  },
)
