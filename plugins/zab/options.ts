// Options of the zab strategy: names, defaults and checks. `parseOptions` is the only place of this
// plugin that throws.

import { limits, optionsOf, type Ranges, refuse } from 'quorate/plugin'

export interface ZabOptions {
  /** Milliseconds between two pings of a leader, and between two notifications of who looks for one. */
  readonly heartbeatMs: number
  /** A follower gives its leader up after such a silence, a leader itself without an active quorum. */
  readonly silenceMs: number
  /** A leader whose quorum makes no step of discovery or synchronisation for so long looks again. */
  readonly initMs: number
  /** Milliseconds that an election waits for a better vote once a quorum agrees. */
  readonly finalizeMs: number
  /** Messages with entries in flight to one follower, and their bytes. */
  readonly windowMessages: number
  readonly windowBytes: number
  /** Bytes of entries in one message; a larger single entry goes alone. */
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

export const zabDefaults = {
  heartbeatMs: 50,
  silenceMs: 400,
  initMs: 4_000,
  finalizeMs: 20,
  windowMessages: 64,
  windowBytes: 8 * 1024 * 1024,
  appendBytes: limits.batchBytesMax,
  uncommittedBytes: 32 * 1024 * 1024,
  applyBytes: 16 * 1024 * 1024,
  tailBytes: limits.tailBytesMax,
  keepBytes: 8 * 1024 * 1024,
  readTimeoutMs: 200,
} as const satisfies ZabOptions

/** Allowed values, both included. */
const ranges: Ranges<typeof zabDefaults> = {
  heartbeatMs: [5, 10_000],
  silenceMs: [20, 60_000],
  initMs: [100, 600_000],
  finalizeMs: [0, 5_000],
  windowMessages: [1, 4_096],
  windowBytes: [1_024, 1024 * 1024 * 1024],
  appendBytes: [1_024, limits.frameBytesMax / 2],
  uncommittedBytes: [1_024, 1024 * 1024 * 1024],
  applyBytes: [1_024, 1024 * 1024 * 1024],
  tailBytes: [1_024, 1024 * 1024 * 1024],
  keepBytes: [0, 1024 * 1024 * 1024],
  readTimeoutMs: [10, 60_000],
}

export function parseOptions(raw: Readonly<Record<string, unknown>>): ZabOptions {
  const options = optionsOf(raw, zabDefaults, ranges)
  if (options.silenceMs < options.heartbeatMs * 3)
    throw refuse('silenceMs', options.silenceMs, 'three heartbeats at least')
  if (options.initMs < options.silenceMs)
    throw refuse('initMs', options.initMs, 'silenceMs at least')
  return options
}
