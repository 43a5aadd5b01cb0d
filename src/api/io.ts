// The border between the core and its host: everything that comes in and goes out of a turn. The
// shipped host is Node.js; the simulator is the other one. Nothing else crosses.

import type { MemberConfig } from './config.js'
import type { ConnectionId, LinkId, MemberId } from './ids.js'
import type { Row, StoreName, StoreWrite, Witness } from './store.js'
import type { TraceEvent } from './trace.js'

export type Input =
  /** A client connected. `remote` is printable, as `127.0.0.1:50412`; `identity` what TLS proved, or null. */
  | {
      readonly kind: 'connected'
      readonly connection: ConnectionId
      readonly listener: string
      readonly remote: string
      readonly local: string
      readonly loopback: boolean
      readonly identity: string | null
    }
  /** The bytes stand until the turn ends: what waits for longer is copied. */
  | { readonly kind: 'bytes'; readonly connection: ConnectionId; readonly bytes: Uint8Array }
  /** The client sends nothing more, and is closed once all that it sent is answered. */
  | { readonly kind: 'ended'; readonly connection: ConnectionId }
  | { readonly kind: 'closed'; readonly connection: ConnectionId }
  /** Bytes that the host still holds for this connection after a write could not be sent at once; 0 when drained. */
  | { readonly kind: 'unsent'; readonly connection: ConnectionId; readonly bytes: number }
  /** A link opened: dialled by us to `to`, or accepted (`to` is null until its hello says who it is). */
  | { readonly kind: 'link-opened'; readonly link: LinkId; readonly to: MemberId | null }
  /** One whole frame, its length prefix removed and its CRC checked. */
  | { readonly kind: 'frame'; readonly link: LinkId; readonly bytes: Uint8Array }
  | { readonly kind: 'link-closed'; readonly link: LinkId }
  /** A store write finished. `error` is null, or why it failed: the store is poisoned then. */
  | {
      readonly kind: 'stored'
      readonly store: StoreName
      readonly id: number
      readonly error: string | null
    }
  /** Rows of a scan, in key order. `done` when the range is exhausted. */
  | {
      readonly kind: 'scanned'
      readonly id: number
      readonly rows: readonly Row[]
      readonly done: boolean
    }
  /** Free disk space crossed the reserve: `short` when below it. */
  | { readonly kind: 'disk'; readonly short: boolean }
  /** A file task is done, or failed with a reason; `text` is what was read. */
  | {
      readonly kind: 'filed'
      readonly id: number
      readonly error: string | null
      readonly text: string
    }
  /** Keys were sent to another server, or not. */
  | { readonly kind: 'migrated'; readonly id: number; readonly sent: Sent }
  /** The operator asks to stop: hand leadership over, answer what is in flight, then `stopped` comes out. */
  | { readonly kind: 'stop' }

/** What may be written into the configuration file. */
export type FileValue =
  | string
  | number
  | boolean
  | null
  | readonly Readonly<Record<string, string>>[]

export type FileTask =
  | { readonly name: 'read-users' }
  /** Takes the place of the file at once, or not at all. */
  | { readonly name: 'write-users'; readonly text: string }
  /** Sets values by their path, as `['clients', 'max']`; everything else of the file stays, comments too. */
  | {
      readonly name: 'rewrite-config'
      readonly values: readonly (readonly [path: readonly string[], value: FileValue])[]
    }

/** Commands for another Redis server. Arguments are one-byte text. */
export interface Sending {
  readonly host: string
  readonly port: number
  /** AUTH and SELECT: an error of one of them ends it. A connection that is kept serves the same `login` only. */
  readonly login: readonly string[]
  readonly head: readonly (readonly string[])[]
  readonly body: readonly (readonly string[])[]
  /** Milliseconds without any progress after which it is given up. */
  readonly idleMs: number
}

export interface Sent {
  /** Where it failed, or null when each command is answered: before, while or after the commands left. */
  readonly fault: 'connect' | 'write' | 'read' | null
  /** Replies to `head` and `body`, as far as they came: the text of an error, or null for anything else. */
  readonly head: readonly (string | null)[]
  readonly body: readonly (string | null)[]
}

/** A turn without inputs is a tick. */
export type Output =
  /** Latin-1 text to send. One per connection and turn. */
  | { readonly kind: 'write'; readonly connection: ConnectionId; readonly text: string }
  /** Close after what was written; `abort`: at once. */
  | { readonly kind: 'close'; readonly connection: ConnectionId; readonly abort: boolean }
  /** Stop or go on reading from a connection. */
  | { readonly kind: 'pause'; readonly connection: ConnectionId; readonly paused: boolean }
  /** One frame for one peer; sent before the stores of this turn are written. */
  | { readonly kind: 'frame'; readonly link: LinkId; readonly bytes: Uint8Array }
  | { readonly kind: 'link-close'; readonly link: LinkId }
  /** All members, this one too: links are kept to these from now on, and to nobody else. */
  | { readonly kind: 'members'; readonly members: readonly MemberConfig[] }
  | { readonly kind: 'store'; readonly write: StoreWrite }
  /** Asks for rows with from <= key < to, at most about `bytesMax` at a time; answered once by `scanned`. */
  | {
      readonly kind: 'scan'
      readonly id: number
      readonly store: StoreName
      readonly from: string
      readonly to: string
      readonly bytesMax: number
    }
  /** Work on one of the files that the configuration names; answered once by `filed`. */
  | { readonly kind: 'file'; readonly id: number; readonly task: FileTask }
  /** Commands for a server that a client names; answered once by `migrated`. */
  | { readonly kind: 'migrate'; readonly id: number; readonly sending: Sending }
  | { readonly kind: 'trace'; readonly event: TraceEvent }
  /**
   * The member has handed over and flushed, or must stop: `code` is the exit code, `why` for the log.
   * `clean`: every group's state reached the disk, so the witness may say so.
   */
  | {
      readonly kind: 'stopped'
      readonly code: number
      readonly why: string
      readonly clean: boolean
    }

/** What the host read from disk before the first turn. */
export interface Boot {
  /** All rows of the log store, in key order. The core takes records out of it, which may be larger than all its data. */
  readonly logRows: Row[]
  /** Null where there is no witness file, or none that is whole. */
  readonly witness: Witness | null
  /** The witness file is there but damaged. */
  readonly witnessDamaged: boolean
}
