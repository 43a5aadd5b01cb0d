// Test worlds of the plugin that is tried, with the options that it is tried with.

import type { Subject } from '../case.js'
import { World } from './world.js'
import type { WorldOptions } from './world-options.js'

/** Milliseconds of the world within which a healthy group comes to a leader, and to rest. */
export const patienceMs = 20_000

export function worldOf(subject: Subject, options: Partial<WorldOptions> = {}): World {
  const { plugin } = subject
  return new World({ plugin, parsed: plugin.parseOptions(subject.options), ...options })
}

/** With a leader and ten entries that every member executed. */
export function loadedWorld(subject: Subject, options: Partial<WorldOptions> = {}): World {
  const world = worldOf(subject, options)
  const leader = world.elect()
  for (let i = 0; i < 10; i++) world.propose(leader, `v${i}`)
  world.advance(200)
  return world
}

export function otherThan(world: World, ...ids: readonly number[]): number {
  return world.ids.find((id) => !ids.includes(id)) as number
}

/** Somebody leads, and committed an entry of its own term. */
export function isLed(world: World, ms: number = patienceMs): boolean {
  return world.until(() => world.leader() !== null && world.isSettled(), ms)
}

/** Whether a proposal at a member is answered within this time. */
export function isAnswered(world: World, id: number, { text = 'a', ms = 2_000 } = {}): boolean {
  const token = world.propose(id, text)
  return token !== null && world.until(() => world.fates.committed.has(token), ms)
}
