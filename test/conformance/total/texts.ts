// What a member of a test world executed of what the test proposed.

import type { World } from './world.js'

export function texts(world: World, id: number): string[] {
  return world
    .node(id)
    .applied.map((entry) => entry.text)
    .filter((text) => text.startsWith('!'))
}
