// What the router may see of the member that it runs in, and the few things it may ask for. The core
// implements it; nothing here blocks or throws.

import type { GroupId, MemberId } from '../api/ids.js'

export interface MemberView {
  readonly id: MemberId
  readonly name: string
  /** Where clients reach it, as `127.0.0.1:7001`. */
  readonly address: string
  /** Where peers reach it. */
  readonly peer: string
  /** True for this member itself. */
  readonly connected: boolean
  /** Wall milliseconds since when it is so. */
  readonly since: number
}

export interface ClusterView {
  readonly clusterId: string
  readonly self: MemberId
  /** Sorted by id. */
  readonly members: readonly MemberView[]
  /** The member still loads its data: commands that need it are refused with LOADING. */
  readonly isLoading: boolean
  /** Free disk space is below the reserve. */
  readonly diskShort: boolean
  /** Asks for a clean stop (SHUTDOWN): leadership is handed over, replies in flight are sent. */
  requestStop(): void
  /** Asks every group for a checkpoint of its state; one that writes one begins another behind it. */
  requestCheckpoint(): void
  /** Gives the leadership of every group that it leads to `to`, or to whoever is fit. */
  handOver(to: MemberId | null): void
  /** `QUORATE RECOVER ACCEPT-LOSS` for one group, or all with null. Null when taken, else why not. */
  acceptLoss(group: GroupId | null): string | null
}
