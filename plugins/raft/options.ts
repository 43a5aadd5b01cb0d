// Options of the raft strategy: names, defaults and checks. `parseOptions` is the only place of this
// plugin that throws.

import { limits, optionsOf, type Ranges, refuse } from 'quorate/plugin'

export interface RaftOptions {
  /** Milliseconds between two heartbeats of a leader. */
  readonly heartbeatMs: number
  /** A follower campaigns after a random silence between these two, milliseconds. */
  readonly electionMinMs: number
  readonly electionMaxMs: number
  /** Linearizable reads without a round while the lease lasts. Trusts clocks to run at like rates. */
  readonly lease: boolean
  /** How much faster one member's clock may run than another's, parts per million, plus pauses. */
  readonly leaseDriftPpm: number
  /** Append messages in flight to one follower, and their bytes. */
  readonly windowMessages: number
  readonly windowBytes: number
  /** Bytes of entries in one append message; a larger single entry goes alone. */
  readonly appendBytes: number
  /** Bytes of own proposals that are not committed yet; above, proposals are refused as busy. */
  readonly uncommittedBytes: number
  /** Bytes of entries handed out for execution and not applied yet. */
  readonly applyBytes: number
  /** Bytes of payloads kept in memory; older durable ones are read back from the disk on demand. */
  readonly tailBytes: number
  /** Bytes of entries kept behind a checkpoint for followers that lag a little. */
  readonly keepBytes: number
  /** Milliseconds after which a follower's read request without an answer is given back. */
  readonly readTimeoutMs: number
}

export const raftDefaults = {
  heartbeatMs: 50,
  electionMinMs: 300,
  electionMaxMs: 600,
  lease: false,
  leaseDriftPpm: 100_000,
  windowMessages: 64,
  windowBytes: 8 * 1024 * 1024,
  appendBytes: limits.batchBytesMax,
  uncommittedBytes: 32 * 1024 * 1024,
  applyBytes: 16 * 1024 * 1024,
  tailBytes: limits.tailBytesMax,
  keepBytes: 8 * 1024 * 1024,
  readTimeoutMs: 200,
} as const satisfies RaftOptions

/** Allowed values, both included. */
const ranges: Ranges<typeof raftDefaults> = {
  heartbeatMs: [5, 10_000],
  electionMinMs: [20, 60_000],
  electionMaxMs: [20, 120_000],
  leaseDriftPpm: [1_000, 900_000],
  windowMessages: [1, 4_096],
  windowBytes: [1_024, 1024 * 1024 * 1024],
  appendBytes: [1_024, limits.frameBytesMax / 2],
  uncommittedBytes: [1_024, 1024 * 1024 * 1024],
  applyBytes: [1_024, 1024 * 1024 * 1024],
  tailBytes: [1_024, 1024 * 1024 * 1024],
  keepBytes: [0, 1024 * 1024 * 1024],
  readTimeoutMs: [10, 60_000],
}

export function parseOptions(raw: Readonly<Record<string, unknown>>): RaftOptions {
  const options = optionsOf(raw, raftDefaults, ranges)
  if (options.electionMinMs < options.heartbeatMs * 3) {
    throw refuse('electionMinMs', options.electionMinMs, 'three heartbeats at least')
  }
  if (options.electionMaxMs <= options.electionMinMs) {
    throw refuse('electionMaxMs', options.electionMaxMs, 'more than electionMinMs')
  }
  return options
}
