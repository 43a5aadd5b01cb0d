// Options of the raft strategy beside those of the log: names, defaults and checks. `parseOptions` is the only
// place of this plugin that throws.

import {
  logDefaults,
  type LogOptions,
  logRanges,
  optionsOf,
  type Ranges,
  refuse,
} from 'quorate/plugin'

export interface RaftOptions extends LogOptions {
  /** Milliseconds between two heartbeats of a leader. */
  readonly heartbeatMs: number
  /** Least silence after which a follower campaigns, milliseconds; its length is drawn anew each time. */
  readonly electionMinMs: number
  /** Longest silence after which a follower campaigns, milliseconds. */
  readonly electionMaxMs: number
  /** Linearizable reads without a round while the lease lasts. Trusts clocks to run at like rates. */
  readonly lease: boolean
  /** How much faster one member's clock may run than another's, parts per million, plus pauses. */
  readonly leaseDriftPpm: number
}

export const raftDefaults = {
  heartbeatMs: 50,
  electionMinMs: 300,
  electionMaxMs: 600,
  lease: false,
  leaseDriftPpm: 100_000,
  ...logDefaults,
} as const satisfies RaftOptions

/** Allowed values, both included. */
export const raftRanges: Ranges<typeof raftDefaults> = {
  heartbeatMs: [5, 10_000],
  electionMinMs: [20, 60_000],
  electionMaxMs: [20, 120_000],
  leaseDriftPpm: [1_000, 900_000],
  ...logRanges,
}

export function parseOptions(raw: Readonly<Record<string, unknown>>): RaftOptions {
  const options = optionsOf(raw, raftDefaults, raftRanges)
  if (options.electionMinMs < options.heartbeatMs * 3) {
    throw refuse(
      'electionMinMs',
      options.electionMinMs,
      `${options.heartbeatMs * 3} (three heartbeatMs) or more`,
    )
  }
  if (options.electionMaxMs <= options.electionMinMs) {
    throw refuse(
      'electionMaxMs',
      options.electionMaxMs,
      `more than ${options.electionMinMs} (electionMinMs)`,
    )
  }
  return options
}
