// What a member has to hand to its shard, beside what every strategy has; `takeReady` (ready.ts) empties it.

import {
  type Delivery,
  type Hash64,
  limits,
  type MemberId,
  Outbox,
  type Position,
  type Token,
} from 'quorate/plugin'
import { type Part, encodeMessage, type Message } from './messages.js'
import { partsOf, Sending } from './parts.js'

export class EventualOutbox extends Outbox<Message> {
  deliveries: Delivery[] = []
  settled: Token[] = []
  stable: number | null = null
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null
  /** Messages that show what the log may not have on disk yet, with the last index that they show. */
  #later: { readonly index: number; readonly to: MemberId; readonly message: Message }[] = []
  /** Some of an earlier turn still do. */
  isLate = false

  /** Monotonic milliseconds of the turn. */
  mono = 0
  readonly #options: { readonly partBytes: number; readonly resendMs: number }
  /** What goes in parts, by member. */
  readonly #sending = new Map<MemberId, Sending>()

  /** Messages above `partBytes` are sent in parts. */
  constructor(options: { readonly partBytes: number; readonly resendMs: number }) {
    super(encodeMessage)
    this.#options = options
  }

  override send(to: MemberId, message: Message): void {
    this.#send(to, encodeMessage(message))
  }

  /** The same to several. */
  sendAll(members: Iterable<MemberId>, message: Message): void {
    const bytes = encodeMessage(message)
    for (const to of members) this.#send(to, bytes)
  }

  #send(to: MemberId, bytes: Uint8Array): void {
    const { partBytes } = this.#options
    if (bytes.length <= partBytes) {
      this.sendBytes(to, bytes)
      return
    }
    const sending = this.#sending.get(to) ?? new Sending()
    this.#sending.set(to, sending)
    this.#go(to, sending.add(partsOf(bytes, partBytes), this.mono, !this.isSending(to)))
  }

  /** A member got a part. */
  took(by: MemberId): void {
    this.#go(by, this.#sending.get(by)?.took(this.mono) ?? [])
  }

  /** A long message is on its way to a member: nothing of what it asks for is to be sent again. */
  isSending(to: MemberId): boolean {
    const { partBytes, resendMs } = this.#options
    const patience = resendMs + partBytes / limits.resendBytesPerMs
    return this.#sending.get(to)?.isMoving(this.mono, patience) === true
  }

  /** The link to a member is gone, with what was on it. */
  stopSending(to: MemberId): void {
    this.#sending.delete(to)
  }

  #go(to: MemberId, parts: readonly Part[]): void {
    for (const part of parts) this.sendBytes(to, encodeMessage(part))
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
    this.isLate = this.#later.length > 0
  }

  /** What waits shows what is not here any more. */
  forgetLater(): void {
    this.#later = []
    this.isLate = false
  }
}
