// What the core tests of messages share: reading a client's replies and pushes, in both protocols.

import type { Client, CoreWorld } from './core-world.js'

/** Steps until the client has `count` replies and messages; all of them. */
export function read(world: CoreWorld, client: Client, count: number): readonly string[] {
  world.until(() => client.replies.length >= count, 5_000)
  return client.replies
}

/** Lets so many steps pass. */
export function pass(world: CoreWorld, steps: number): void {
  for (let i = 0; i < steps; i++) world.step()
}
