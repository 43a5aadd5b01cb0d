// How the router reads a group out for `quorate backup`, without knowing the shard.

import type { Position } from './position.js'
import type { ErrorReply } from './reply.js'
import type { SlotRun } from './slot-moves.js'

/** What is read: a finished checkpoint, its rows held against deletion meanwhile. */
export interface OpenedBackup {
  readonly id: number
  readonly era: number
  readonly position: Position
  /** The engine's manifest, which says whether the rows are whole. */
  readonly manifest: Uint8Array
  /** Slots that are another group's: what is left of them is nobody's. */
  readonly hidden: readonly SlotRun[]
}

/** The next bytes of a row; `isFinal`: its last ones. */
export interface BackupFragment {
  readonly key: string
  readonly isFinal: boolean
  readonly bytes: Uint8Array
}

export interface BackupPage {
  readonly fragments: readonly BackupFragment[]
  readonly isLast: boolean
}

/** Each `done` is called once, at once or in a later turn. */
export interface GroupBackups {
  /** A checkpoint that has all that was acknowledged when it was asked for. */
  begin(done: (opened: OpenedBackup | ErrorReply) => void): void
  /** One at a time. A backup that nobody asks anything of for a minute is over. */
  next(id: number, done: (page: BackupPage | ErrorReply) => void): void
  /** False where there is none. */
  end(id: number): boolean
}
