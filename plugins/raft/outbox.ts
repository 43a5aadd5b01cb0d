// What a raft member has to hand to its shard. Roles put results in, `takeReady` (ready.ts) empties it.
// Messages that a write must precede wait here until that write and all before it are on disk.

import type {
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
import { encodeMessage, type RaftMessage } from './messages.js'

export type TraceFields = TraceEvent['fields']

export class Outbox {
  /** May leave while the disk works. */
  now: Outgoing[] = []
  /** Votes and acknowledgements: they leave with the next write, or once no write is under way. */
  after: Outgoing[] = []
  grants: ReadGrant[] = []
  dropped: Dropped[] = []
  trace: TraceEvent[] = []
  snapshotTo: MemberId[] = []
  fetch: LogRange | null = null
  /** For the next write. */
  cutTo: number | null = null
  reset: { readonly at: Position; readonly chain: Hash64 } | null = null

  send(to: MemberId, message: RaftMessage): void {
    this.now.push({ to, message: encodeMessage(message) })
  }

  sendBytes(to: MemberId, message: Uint8Array): void {
    this.now.push({ to, message })
  }

  sendAfterWrite(to: MemberId, message: RaftMessage): void {
    this.after.push({ to, message: encodeMessage(message) })
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
}
