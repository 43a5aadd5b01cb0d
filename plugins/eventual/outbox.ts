// What a member has to hand to its shard; `takeReady` (ready.ts) empties it.

import type {
  Delivery,
  Dropped,
  Hash64,
  LogRange,
  MemberId,
  Outgoing,
  Position,
  ReadGrant,
  Token,
  TraceEvent,
  TraceLevel,
} from 'quorate/plugin'
import { encodeMessage, type Message } from './messages.js'

export class Outbox {
  now: Outgoing[] = []
  deliveries: Delivery[] = []
  grants: ReadGrant[] = []
  settled: Token[] = []
  dropped: Dropped[] = []
  stable: number | null = null
  trace: TraceEvent[] = []
  snapshotTo: MemberId[] = []
  fetch: LogRange | null = null
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null

  send(to: MemberId, message: Message): number {
    const bytes = encodeMessage(message)
    this.now.push({ to, message: bytes })
    return bytes.length
  }

  note(level: TraceLevel, event: string, fields: TraceEvent['fields']): void {
    this.trace.push({ level, event, fields })
  }
}
