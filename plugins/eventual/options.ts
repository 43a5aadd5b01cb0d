// Options of the eventual strategy: names, defaults and checks. `parseOptions` is the only place of this
// plugin that throws.

import { limits, optionsOf, type Ranges, refuse } from 'quorate/plugin'

export interface EventualOptions {
  /** Milliseconds between two notes of what a member holds, while something changes. */
  readonly noteMs: number
  /** Milliseconds between two notes while nothing changes. */
  readonly idleMs: number
  /** Milliseconds between two messages of own entries to a member: what is made meanwhile goes with the next one. */
  readonly shipMs: number
  /** Milliseconds after which entries that were not acknowledged are sent again. */
  readonly resendMs: number
  /** Milliseconds between two messages of digests. */
  readonly compareMs: number
  /** Milliseconds for which a member waits for an entry's own origin before it asks others for it. */
  readonly relayMs: number
  /** How far ahead of the own clock another member's may be, milliseconds; entries beyond are refused. */
  readonly skewMs: number
  /** Bytes of entries in one message. */
  readonly batchBytes: number
  /** Bytes of a message; a longer one, which is one of a single large entry or slot, is sent in parts. */
  readonly partBytes: number
  /** Bytes of entries on their way to one member. */
  readonly windowBytes: number
  /** Bytes of entries that wait for others that they hang on. */
  readonly pendingBytes: number
  /** Bytes of others' entries that wait for the engine; what comes then is not acknowledged, and its sender waits. */
  readonly backlogBytes: number
  /** Bytes of own writes that are not on disk yet; above, proposals are refused as busy. */
  readonly unsavedBytes: number
  /** Bytes of payloads that the groups of a member share in memory, 4 MB each at least; older ones are read back from disk. */
  readonly tailBytes: number
  /** Bytes of entries kept for members that have not got them; beyond, they are repaired slot by slot. */
  readonly keepBytes: number
  /** Milliseconds after which a member that is not heard counts as away: it will take slots, and no writes meanwhile. */
  readonly awayMs: number
  /** Bytes of memory for the log of members that are away: a part of the data's, and at least so much. */
  readonly awayBytes: number
}

export const eventualDefaults = {
  noteMs: 50,
  idleMs: 1_000,
  shipMs: 5,
  resendMs: 400,
  compareMs: 250,
  relayMs: 500,
  skewMs: 30 * 60_000,
  batchBytes: limits.batchBytesMax,
  partBytes: 16 * 1024 * 1024,
  windowBytes: 8 * 1024 * 1024,
  pendingBytes: 16 * 1024 * 1024,
  backlogBytes: 2 * 1024 * 1024,
  unsavedBytes: 32 * 1024 * 1024,
  tailBytes: limits.tailBytesMax,
  keepBytes: 256 * 1024 * 1024,
  awayMs: 300_000,
  awayBytes: 1024 * 1024,
} as const satisfies EventualOptions

/** Allowed values, both included. */
export const eventualRanges: Ranges<typeof eventualDefaults> = {
  noteMs: [5, 10_000],
  idleMs: [10, 60_000],
  shipMs: [0, 10_000],
  resendMs: [10, 60_000],
  compareMs: [10, 3_600_000],
  relayMs: [10, 60_000],
  skewMs: [100, 24 * 3_600_000],
  batchBytes: [1_024, limits.frameBytesMax / 2],
  partBytes: [1_024, limits.frameBytesMax / 2],
  windowBytes: [1_024, 1024 * 1024 * 1024],
  pendingBytes: [1_024, 1024 * 1024 * 1024],
  backlogBytes: [1_024, 1024 * 1024 * 1024],
  unsavedBytes: [1_024, 1024 * 1024 * 1024],
  tailBytes: [1_024, 1024 * 1024 * 1024],
  keepBytes: [1_024, 1024 * 1024 * 1024 * 1024],
  awayMs: [100, 24 * 3_600_000],
  awayBytes: [1_024, 1024 * 1024 * 1024],
}

export function parseOptions(raw: Readonly<Record<string, unknown>>): EventualOptions {
  const options = optionsOf(raw, eventualDefaults, eventualRanges)
  if (options.idleMs < options.noteMs)
    throw refuse('idleMs', options.idleMs, `${options.noteMs} (noteMs) or more`)
  return options
}
