// The eventual strategy in small worlds, at random with faults of every kind.

import test from 'ava'
import { randomWorld } from './random-world.js'

const durabilities = ['always', 'everysec', 'none'] as const

for (const durability of durabilities) {
  test(`eventual: 60 random worlds, ${durability}: nothing is lost, doubled or out of order`, (t) => {
    const faults: string[] = []
    for (let seed = 1; seed <= 60; seed++) {
      const world = randomWorld(seed, durability)
      for (const fault of world.faults.slice(0, 2)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults.slice(0, 10), [])
  })
}
