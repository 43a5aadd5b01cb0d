// What a member has to hand to its shard, beside what every strategy has; `takeReady` (ready.ts) empties it.

import {
  type Delivery,
  type Hash64,
  type MemberId,
  Outbox,
  type Position,
  type Token,
} from 'quorate/plugin'
import { encodeMessage, type Message } from './messages.js'

export class EventualOutbox extends Outbox<Message> {
  deliveries: Delivery[] = []
  settled: Token[] = []
  stable: number | null = null
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null
  /** Messages that show what the log may not have on disk yet, with the last index that they show. */
  #later: { readonly index: number; readonly to: MemberId; readonly message: Message }[] = []

  constructor() {
    super(encodeMessage)
  }

  /** Sends a message once the log is settled up to `index`. Its parts must not change meanwhile. */
  sendBehind(index: number, to: MemberId, message: Message): void {
    this.#later.push({ index, to, message })
  }

  /** The log is settled up to `index`. */
  settledTo(index: number): void {
    while (this.#later.length > 0 && (this.#later[0] as { index: number }).index <= index) {
      const next = this.#later.shift()
      if (next !== undefined) this.send(next.to, next.message)
    }
  }

  /** What waits shows what is not here any more. */
  forgetLater(): void {
    this.#later = []
  }
}
