// What a shard may ask of the core: store writes, scans, peer messages and traces. The core numbers
// them, gathers them per turn and calls back inside a later turn.

import type { MemberId } from '../api/ids.js'
import type { Row, RowRange, StoreName, WitnessNote } from '../api/store.js'
import type { TraceEvent } from '../api/trace.js'

/** What travels between the shards of one group on different members. Numbers are a format. */
export const channels = {
  strategy: 0,
  /** A batch of commands from its origin to the leader. */
  forward: 1,
  /** Replies from the leader to the member that handed it reads. */
  answer: 2,
  /** The leader tells an origin which sequence it expects next. */
  expect: 3,
  snapshotOffer: 4,
  snapshotChunk: 5,
  snapshotAck: 6,
  /** Reads that a member hands to the leader; their replies come back as `answer`. */
  read: 7,
  /** The leader tells that a script runs for long, or no more. */
  busy: 8,
  /** A member asks the leader to end it. */
  kill: 9,
  /** A member without a replica asks how things stand. */
  guest: 10,
  /** What a replica tells it: who leads, answers to its batches. */
  host: 11,
} as const

export type Channel = (typeof channels)[keyof typeof channels]

export interface SinkWrite {
  readonly store: StoreName
  readonly puts: readonly Row[]
  readonly deletes: readonly string[]
  readonly ranges: readonly RowRange[]
  readonly sync: boolean
  readonly witness: readonly WitnessNote[]
}

export interface ShardSink {
  /** `done` gets null, or why it failed; the store is poisoned then and takes no more. */
  write(write: SinkWrite, done: (error: string | null) => void): void
  /** Rows of a range, at most about `bytesMax`; `done` is called once. */
  scan(
    store: StoreName,
    range: RowRange,
    options: {
      readonly bytesMax: number
      readonly done: (rows: readonly Row[], end: boolean) => void
    },
  ): void
  /** False when there is no link or its queue is full: the message is dropped. */
  send(to: MemberId, channel: Channel, body: Uint8Array): boolean
  trace(event: TraceEvent): void
  /** The group is asked for something: it takes part in this turn, whose time it has from now on. */
  stir(): void
  /** There is unfinished work: turn again soon even without input. */
  wake(): void
}
