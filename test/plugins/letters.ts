// Single messages to and from members of a test world, in a strategy's own words.

import type { World } from '../conformance/total/world.js'

export interface Codec<Message> {
  encodeMessage(message: Message): Uint8Array
  decodeMessage(bytes: Uint8Array): Message | null
}

export interface Letters<Message> {
  send(world: World, from: number, to: number, message: Message): void
  /** Drains a strategy and answers its messages, without delivering them. */
  answers(world: World, id: number): Message[]
}

export function lettersOf<Message>(codec: Codec<Message>): Letters<Message> {
  return {
    send(world, from, to, message) {
      const bytes = codec.encodeMessage(message)
      world.strategy(to).step(from as never, bytes, { wall: 0, mono: world.mono })
    },
    answers(world, id) {
      const found: Message[] = []
      const strategy = world.strategy(id)
      for (let ready = strategy.ready(); ready !== null; ready = strategy.ready()) {
        for (const { message } of [...ready.sendNow, ...ready.sendAfterWrite]) {
          const decoded = codec.decodeMessage(message)
          if (decoded !== null) found.push(decoded)
        }
        if (ready.write !== null) strategy.persisted(ready.batch)
      }
      return found
    },
  }
}
