// Known wrong forms of the eventual strategy: each is seen by a random world.

import test from 'ava'
import type { Durability } from '../../../src/api/config.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import type { StrategyPlugin } from '../../../src/api/strategy.js'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'
import { randomWorld } from '../../conformance/causal/random-world.js'

const bugs: readonly (readonly [
  name: string,
  durability: Durability,
  last: number,
  first?: number,
])[] = [
  ['eventual-answer-before-sync', 'always', 10],
  ['eventual-seen-ignored', 'always', 10],
  ['eventual-stable-too-early', 'always', 10],
  ['eventual-repair-not-joined', 'always', 20],
  ['eventual-cut-before-everywhere', 'everysec', 40],
  ['eventual-slots-before-sync', 'always', 115, 115],
  ['eventual-gap-not-filled', 'everysec', 10],
  ['eventual-incarnation-reused', 'everysec', 40],
]

/** Every fifth keeps so little that its members are repaired slot by slot. */
function eventualWorld(seed: number, durability: Durability): CausalWorld {
  const keep = seed % 5 === 0 ? { keepBytes: 1024 } : {}
  const options = { idleMs: 100, tailBytes: 1024, shipMs: 0, ...keep }
  return randomWorld(seed, durability, { plugin: plugin as StrategyPlugin, options })
}

for (const [name, durability, last, first = 1] of bugs) {
  test.serial(`eventual: seeded bug ${name}: some world shows it`, (t) => {
    plantBug(name)
    try {
      const seeds = Array.from({ length: last - first + 1 }, (_, i) => i + first)
      t.true(seeds.some((seed) => eventualWorld(seed, durability).faults.length > 0))
    } finally {
      plantBug('')
    }
  })
}

/** One of two members has written three times. */
function afterWrites(durability: Durability) {
  const members = { plugin: plugin as StrategyPlugin, seed: 1, members: 2, durability }
  const world = new CausalWorld(members)
  const [one, two] = world.nodes as [Node, Node]
  for (let i = 0; i < 3; i++) {
    world.write(two)
    world.run(8)
  }
  return { world, one, two }
}

/** A member lost what all had called stable; entries do not reach it. Whether it takes a write. */
function writesBeforeRefilled(): boolean {
  const { world, one } = afterWrites('everysec')
  world.crash(one, true)
  world.filter = (_from, _to, message) => decodeMessage(message)?.kind !== 'entries'
  world.start(one, 'unclean-stop')
  world.run(8)
  return one.merged.size < 3 && world.write(one) !== null
}

test.serial('eventual: seeded bug eventual-writes-before-refilled: a write is taken', (t) => {
  t.false(writesBeforeRefilled())
  plantBug('eventual-writes-before-refilled')
  try {
    t.true(writesBeforeRefilled())
  } finally {
    plantBug('')
  }
})

/** Members hold the same entries, and one does not show them all. Whether they come to the same. */
function mendsWhatDiffers(): boolean {
  const { world, one, two } = afterWrites('always')
  world.comeToRest()
  one.merged.delete(Math.max(...one.merged))
  world.run(80)
  return one.merged.size === two.merged.size
}

test.serial('eventual: seeded bug eventual-digests-unheard: what differs stays', (t) => {
  t.true(mendsWhatDiffers())
  plantBug('eventual-digests-unheard')
  try {
    t.false(mendsWhatDiffers())
  } finally {
    plantBug('')
  }
})
