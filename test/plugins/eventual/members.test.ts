// Members that come and go: random worlds in which lists change under all other faults.

import test from 'ava'
import type { MemberList, StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import type { Durability } from '../../../src/api/config.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import type { Node } from '../../conformance/causal/node.js'
import { randomWorld } from '../../conformance/causal/random-world.js'
import { CausalWorld } from '../../conformance/causal/world.js'

const seeds = Number(process.env['SEEDS'] ?? 60)
const from = Number(process.env['FROM'] ?? 1)

function faultsOf(seed: number, durability: Durability): readonly string[] {
  const keep = seed % 5 === 0 ? { keepBytes: 1024 } : {}
  const options = { idleMs: 100, tailBytes: 1024, shipMs: 0, ...keep }
  const given = { plugin: plugin as StrategyPlugin, options, first: 2 + (seed % 3) }
  return randomWorld(seed, durability, given).faults
}

for (const durability of ['always', 'everysec', 'none'] satisfies Durability[]) {
  test.serial(
    `eventual: members come and go under ${durability}: who stays holds the same, loses nothing, and goes on`,
    (t) => {
      const broken: string[] = []
      for (let seed = from; seed < from + seeds; seed++) {
        const faults = faultsOf(seed, durability)
        if (faults.length > 0) broken.push(`seed ${seed}: ${faults.slice(0, 3).join('; ')}`)
      }
      t.deepEqual(broken, [])
    },
  )
}

test.serial(
  'eventual: members come and go under none: who opened late writes blind, and slots show what nobody has any more: no faults of who stays (seeds 1170, 1458)',
  (t) => {
    for (const seed of [1170, 1458]) t.deepEqual(faultsOf(seed, 'none'), [])
  },
)

const first = Array.from({ length: 200 }, (_, i) => i + 1)
const bugs: readonly (readonly [name: string, durability: Durability, seeds: readonly number[]])[] =
  [
    ['eventual-added-writes-at-once', 'always', first],
    ['eventual-removed-forgotten', 'always', first],
    ['eventual-removed-slots-kept', 'none', [125, 1375, 4365, 10625]],
  ]

for (const [name, durability, seeds] of bugs) {
  test.serial(`eventual: seeded bug ${name}: some world with members that change shows it`, (t) => {
    plantBug(name)
    try {
      const found = seeds.find((seed) => faultsOf(seed, durability).length > 0)
      t.not(found, undefined)
    } finally {
      plantBug('')
    }
  })
}

/**
 * One hears that the third one is removed, tells the second, and crashes before that is on its disk: it works with the
 * third one again, which has not seen what the second one calls stable.
 */
function forgetsList(): readonly string[] {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 3,
    durability: 'always',
    options: { idleMs: 100, shipMs: 0 },
  })
  const [one, two, three] = world.nodes as [Node, Node, Node]
  world.run(40)
  world.partition(two, three)
  world.write(two)
  for (let i = 0; i < 4; i++) {
    while (world.persistOne(two));
    world.tick(1)
    world.partition(one, three)
    while (world.deliverOne());
    while (world.persistOne(one));
    world.tick(1)
  }
  world.change({ remove: [three.id] })
  world.tell(two)
  one.strategy?.follow?.(world.lists.current as MemberList)
  world.settle(one)
  for (let i = 0; i < 40; i++) {
    world.tick(25)
    while (world.persistOne(two));
    while (world.deliverOne());
  }
  world.partition(one, two)
  world.crash(one)
  world.start(one, null)
  world.heal(one, three)
  world.write(three)
  world.run(8)
  world.heal(one, two)
  world.run(200)
  return world.faults
}

test.serial(
  'eventual: a crash takes away a list that was not told yet: nothing of who was removed comes late',
  (t) => {
    t.deepEqual(forgetsList(), [])
    plantBug('eventual-list-told-early')
    try {
      t.not(forgetsList().length, 0)
    } finally {
      plantBug('')
    }
  },
)

test('eventual: a learner that is to go has what nobody else has of a third one: it is drained once somebody holds that', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 3,
    durability: 'always',
    options: { idleMs: 100 },
  })
  const [one, two, three] = world.nodes as [Node, Node, Node]
  world.run(10)
  world.partition(one, two)
  world.partition(one, three)
  world.write(two)
  world.run(8)
  t.is(three.merged.size, 1)
  world.crash(two)
  world.change({ demote: [three.id] })
  let isOpen = false
  world.filter = (from, _to, message) =>
    from !== three || isOpen || decodeMessage(message)?.kind !== 'entries'
  world.heal(one, three)
  world.tell(one)
  world.tell(three)
  world.run(40)
  const isDrained = () =>
    one.strategy?.status().peers.find(({ member }) => member === three.id)?.isDrained
  t.false(isDrained())

  isOpen = true
  world.run(80)

  t.is(one.merged.size, 1)
  t.true(isDrained())
})
