// A test world with a leader and some entries that every member executed.

import { World } from './world.js'
import type { GivenOptions } from './world-options.js'

export function loaded(options: GivenOptions, count = 10): World {
  const world = new World(options)
  const leader = world.elect()
  for (let i = 0; i < count; i++) world.propose(leader, `v${i}`)
  world.advance(200)
  return world
}
