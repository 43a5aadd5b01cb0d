// What a member has to hand to its shard, beside what every strategy has; `takeReady` (ready.ts) empties it.

import { type Delivery, type Hash64, Outbox, type Position, type Token } from 'quorate/plugin'
import { encodeMessage, type Message } from './messages.js'

export class EventualOutbox extends Outbox<Message> {
  deliveries: Delivery[] = []
  settled: Token[] = []
  stable: number | null = null
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null

  constructor() {
    super(encodeMessage)
  }
}
