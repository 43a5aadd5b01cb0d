// What a strategy has to hand to its shard. Roles put results in, `takeReady` (ready.ts) empties it.
// Messages that a write must precede wait here until that write and all before it are on disk.

import type { MemberId, Token } from '../api/ids.js'
import type { Position } from '../api/position.js'
import type { Dropped, LogRange, Outgoing, ReadGrant, Ready } from '../api/strategy.js'
import type { TraceEvent, TraceLevel } from '../api/trace.js'

/** What a Ready has of an outbox. */
type Drained = Pick<Ready, 'sendNow' | 'grants' | 'dropped' | 'trace' | 'snapshotTo' | 'fetch'>

export type TraceFields = TraceEvent['fields']

export class Outbox<Message> {
  /** May leave while the disk works. */
  now: Outgoing[] = []
  /** Votes and acknowledgements: they leave with the next write, or once no write is under way. */
  after: Outgoing[] = []
  grants: ReadGrant[] = []
  dropped: Dropped[] = []
  trace: TraceEvent[] = []
  snapshotTo: MemberId[] = []
  fetch: LogRange | null = null
  readonly #encode: (message: Message) => Uint8Array

  constructor(encode: (message: Message) => Uint8Array) {
    this.#encode = encode
  }

  /** Nothing waits but what a write must precede. */
  get isEmpty(): boolean {
    const { now, grants, dropped, trace, snapshotTo, fetch } = this
    const lists = [now, grants, dropped, trace, snapshotTo]
    return fetch === null && lists.every((list) => list.length === 0)
  }

  /** Takes everything out, save what a write must precede. */
  drain(): Drained {
    const { now: sendNow, grants, dropped, trace, snapshotTo, fetch } = this
    if (sendNow.length > 0) this.now = []
    if (grants.length > 0) this.grants = []
    if (dropped.length > 0) this.dropped = []
    if (trace.length > 0) this.trace = []
    if (snapshotTo.length > 0) this.snapshotTo = []
    this.fetch = null
    return { sendNow, grants, dropped, trace, snapshotTo, fetch }
  }

  send(to: MemberId, message: Message): void {
    this.now.push({ to, message: this.#encode(message) })
  }

  sendBytes(to: MemberId, message: Uint8Array): void {
    this.now.push({ to, message })
  }

  sendAfterWrite(to: MemberId, message: Message): void {
    this.after.push({ to, message: this.#encode(message) })
  }

  grant(token: Token, at: Position): void {
    this.grants.push({ token, at })
  }

  drop(token: Token, reason: Dropped['reason'], definite: boolean): void {
    this.dropped.push({ token, reason, definite })
  }

  note(level: TraceLevel, event: string, fields: TraceFields): void {
    this.trace.push({ level, event, fields })
  }

  askSnapshot(peer: MemberId): void {
    if (!this.snapshotTo.includes(peer)) this.snapshotTo.push(peer)
  }

  /** It leads no more: what it asked for in this turn would be sent in another term. */
  askNoSnapshots(): void {
    this.snapshotTo = []
  }
}
