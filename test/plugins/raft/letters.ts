// Single messages to and from members of a test world.

import { decodeMessage, encodeMessage, type RaftMessage } from '../../../plugins/raft/messages.js'
import type { World } from './network.js'

export function texts(world: World, id: number): string[] {
  return world
    .node(id)
    .applied.map((entry) => entry.text)
    .filter((text) => text.startsWith('!'))
}

export function send(world: World, from: number, to: number, message: RaftMessage): void {
  world.strategy(to).step(from as never, encodeMessage(message), { wall: 0, mono: world.mono })
}

/** Drains a strategy and answers its messages, without delivering them. */
export function answers(world: World, id: number): RaftMessage[] {
  const found: RaftMessage[] = []
  for (let ready = world.strategy(id).ready(); ready !== null; ready = world.strategy(id).ready()) {
    for (const { message } of [...ready.sendNow, ...ready.sendAfterWrite]) {
      const decoded = decodeMessage(message)
      if (decoded !== null) found.push(decoded)
    }
    if (ready.write !== null) world.strategy(id).persisted(ready.batch)
  }
  return found
}

export const last = { term: 0, index: 0 }
