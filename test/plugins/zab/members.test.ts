// Changes of members: the two sets of a change through election, discovery, synchronisation and broadcast.

import test from 'ava'
import type { StrategyPlugin } from 'quorate/plugin'
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
