// The two ordered stores of a member, as the pure floors see them: `log` (identity, hard states, log
// records of all groups) and `state` (checkpoints). Row keys are one-byte strings in byte order.

import type { GroupId } from './ids.js'
import type { Position } from './position.js'

export type StoreName = 'log' | 'state'

export interface Row {
  readonly key: string
  readonly value: Uint8Array
}

/** All rows with from <= key < to. */
export interface RowRange {
  readonly from: string
  readonly to: string
}

/**
 * One atomic write. The host keeps the order of the writes of one store, merges what waits while one
 * is in flight, and answers each id with a `stored` input. `sync`: durable before it is answered.
 */
export interface StoreWrite {
  readonly store: StoreName
  readonly id: number
  /** Deletions come first, then puts. */
  readonly deletes: readonly string[]
  readonly ranges: readonly RowRange[]
  readonly puts: readonly Row[]
  readonly sync: boolean
  /** Noted in the witness file once this write is durable. */
  readonly witness: readonly WitnessNote[]
}

/** What the witness file knows of a group: a lower bound of what its log must hold. */
export interface WitnessNote {
  readonly group: GroupId
  /** Last durable position of the log. */
  readonly position: Position
  /** Term of the last vote or term change that was durable. */
  readonly voteTerm: number
  /** True where the witness itself must be synced (vote and term changes, a log that goes back). */
  readonly sync: boolean
  /** Number of the last durable hard state: shows one that is stale though its vote term is not. */
  readonly states?: number
  /** The log was replaced by a snapshot, or truncated: `position` holds even where it is not above the last one. */
  readonly reset?: boolean
}

/** The witness file's content. */
export interface Witness {
  readonly clusterId: string
  readonly member: number
  readonly incarnation: number
  /** True after a clean stop: the state of every group reached the disk. */
  readonly clean: boolean
  readonly groups: readonly WitnessNote[]
}
