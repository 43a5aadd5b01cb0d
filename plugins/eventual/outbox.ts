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
import { partsOf } from './parts.js'

/** Parts that a link's queue takes at least. */
const partsTaken = 3

export class EventualOutbox extends Outbox<Message> {
  deliveries: Delivery[] = []
  settled: Token[] = []
  stable: number | null = null
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null
  /** Messages that show what the log may not have on disk yet, with the last index that they show. */
  #later: { readonly index: number; readonly to: MemberId; readonly message: Message }[] = []

  readonly #partBytes: number
  /** Messages that were sent in parts. */
  #long = 0

  /** `partBytes`: longer messages are sent in parts. */
  constructor(partBytes: number) {
    super(encodeMessage)
    this.#partBytes = partBytes
  }

  override send(to: MemberId, message: Message): void {
    const bytes = encodeMessage(message)
    if (bytes.length <= this.#partBytes) {
      this.sendBytes(to, bytes)
      return
    }
    // Who sends it again begins elsewhere: a link's queue may take the first ones only.
    const parts = partsOf(bytes, this.#partBytes)
    const first = (this.#long++ * partsTaken) % parts.length
    for (const part of [...parts.slice(first), ...parts.slice(0, first)])
      this.sendBytes(to, encodeMessage(part))
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
