// A member of the test world: its strategy, its disk and its engine, which is a list.

import {
  type Hash64,
  hashZero,
  type LogEntry,
  type Members,
  type Outgoing,
  type Position,
  positionZero,
  type ReadLevel,
  type StoreBatch,
  type Strategy,
} from 'quorate/plugin'
import { ReadyCheck } from '../ready-check.js'
import { emptyImage, type Image } from './disk.js'

export interface AppliedEntry {
  readonly at: Position
  readonly text: string
}

export interface Checkpoint {
  readonly at: Position
  readonly chain: Hash64
  readonly applied: readonly AppliedEntry[]
  /** Null while no entry changed those that the group began with. */
  readonly members: Members | null
}

export interface Write {
  readonly batch: number
  readonly write: StoreBatch
  readonly sync: boolean
  readonly after: readonly Outgoing[]
  readonly doneAt: number
}

export interface ReadRecord {
  readonly member: number
  readonly level: ReadLevel
  readonly floor: number
  readonly era: number
  grantedAt: number | null
  dropped: string | null
}

/** A message on its way. */
export interface Letter {
  readonly from: number
  readonly to: number
  readonly message: Uint8Array
  readonly at: number
  readonly order: number
  readonly life: number
}

const emptyCheckpoint: Checkpoint = {
  at: positionZero,
  chain: hashZero,
  applied: [],
  members: null,
}

/** One member: a strategy, its disk and its engine. */
export class Node {
  readonly id: number
  strategy: Strategy | null = null
  /** What the operating system has, and what a loss of power leaves. */
  disk: Image = emptyImage()
  synced: Image = emptyImage()
  checkpoint: Checkpoint = emptyCheckpoint
  /** Of what was executed, as in a checkpoint. */
  members: Members | null = null
  applied: AppliedEntry[] = []
  appliedAt: Position = positionZero
  writes: Write[] = []
  diskStopped = false
  /** Grows with each start: messages to an earlier life are lost. */
  life = 0
  clockMs = 0
  isPaused = false
  /** Greatest term, and greatest commit within an era, ever seen, across restarts. */
  term = 0
  /** Of the last hard state on disk. */
  durableTerm = 0
  era = 1
  /** Greatest index that a client of this life saw: of an own write, or of a sequential read. */
  seenIndex = 0
  readies: ReadyCheck
  /** It lost its disk, and was not seen intact since. */
  isDamaged = false
  /** One that it accepted is on its way to the disk. */
  isInstalling = false
  /** Snapshots that this member took. */
  snapshots = 0

  constructor(id: number) {
    this.id = id
    this.readies = new ReadyCheck(id, 0)
  }

  /** Starts from its checkpoint. */
  begin(): void {
    this.life++
    this.seenIndex = 0
    this.isInstalling = false
    this.applied = [...this.checkpoint.applied]
    this.appliedAt = this.checkpoint.at
    this.members = this.checkpoint.members
    this.readies = new ReadyCheck(this.id, this.checkpoint.at.index)
  }

  /** From the disk, or on its way there; null where the log has none. */
  entryAt(index: number): LogEntry | null {
    const { entries } = this.disk
    let found = entries.find((entry) => entry.index === index) ?? null
    for (const { write } of this.writes) {
      const [first] = write.entries
      if (write.reset === null && (first === undefined || first.index > index)) continue
      found = write.entries.find((entry) => entry.index === index) ?? null
    }
    return found
  }

  /** Index below which no read at this level may be granted. */
  floorOf(level: ReadLevel): number {
    return level === 'sequential' ? this.seenIndex : 0
  }

  /** An empty directory. */
  forget(): void {
    this.disk = emptyImage()
    this.synced = emptyImage()
    this.checkpoint = emptyCheckpoint
    this.term = 0
    this.durableTerm = 0
    this.era = 1
  }
}
