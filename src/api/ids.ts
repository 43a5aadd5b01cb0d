// Branded identifiers and the two clocks. Numbers on purpose: they index arrays and encode as varints.

/** A member of the cluster, 1 to 65535, stable over restarts and addresses; from the configuration. */
export type MemberId = number & { readonly __brand: 'MemberId' }
/** A replication group, one per (shard group, keyspace); the same number on every member. */
export type GroupId = number & { readonly __brand: 'GroupId' }
/** A client connection of this member; never reused within one process. */
export type ConnectionId = number & { readonly __brand: 'ConnectionId' }
/** A peer link of this member; never reused within one process. */
export type LinkId = number & { readonly __brand: 'LinkId' }
/** What a shard hands to a strategy to recognise its own proposal or read later. Unique within a member's run. */
export type Token = number & { readonly __brand: 'Token' }

/** The time of one turn, taken once by the host. Integers, milliseconds. */
export interface Now {
  /** Wall clock since the epoch: stamps entries, never measures an interval. */
  readonly wall: number
  /** Monotonic clock: timeouts and deadlines. */
  readonly mono: number
}
