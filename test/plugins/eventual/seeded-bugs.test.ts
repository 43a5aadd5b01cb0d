// Known wrong forms of the eventual strategy: each is seen by a random world.

import test from 'ava'
import type { Durability } from '../../../src/api/config.js'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { randomWorld } from './random-world.js'

const bugs: readonly (readonly [name: string, durability: Durability, seedsMax: number])[] = [
  ['eventual-answer-before-sync', 'always', 10],
  ['eventual-seen-ignored', 'always', 10],
  ['eventual-stable-too-early', 'always', 10],
  ['eventual-repair-not-joined', 'always', 20],
  ['eventual-cut-before-everywhere', 'always', 60],
  ['eventual-gap-not-filled', 'everysec', 10],
  ['eventual-writes-before-refilled', 'everysec', 20],
  ['eventual-incarnation-reused', 'everysec', 40],
]

for (const [name, durability, seedsMax] of bugs) {
  test.serial(`eventual: seeded bug ${name}: some world shows it`, (t) => {
    plantBug(name)
    try {
      const seeds = Array.from({ length: seedsMax }, (_, i) => i + 1)
      t.true(seeds.some((seed) => randomWorld(seed, durability).faults.length > 0))
    } finally {
      plantBug('')
    }
  })
}
