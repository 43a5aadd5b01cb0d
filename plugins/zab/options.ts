// Options of the zab strategy beside those of the log: names, defaults and checks. `parseOptions` is the only
// place of this plugin that throws.

import {
  logDefaults,
  type LogOptions,
  logRanges,
  optionsOf,
  type Ranges,
  refuse,
} from 'quorate/plugin'

export interface ZabOptions extends LogOptions {
  /** Milliseconds between two pings of a leader, and between two notifications of who looks for one. */
  readonly heartbeatMs: number
  /** Milliseconds of silence after which a follower gives its leader up, and a leader itself without a quorum. */
  readonly silenceMs: number
  /** Milliseconds without a step of its quorum in discovery or synchronisation after which a leader looks again. */
  readonly initMs: number
  /** Milliseconds that an election waits for a better vote once a quorum agrees. */
  readonly finalizeMs: number
}

export const zabDefaults = {
  heartbeatMs: 50,
  silenceMs: 400,
  initMs: 4_000,
  finalizeMs: 20,
  ...logDefaults,
} as const satisfies ZabOptions

/** Allowed values, both included. */
export const zabRanges: Ranges<typeof zabDefaults> = {
  heartbeatMs: [5, 10_000],
  silenceMs: [20, 60_000],
  initMs: [100, 600_000],
  finalizeMs: [0, 5_000],
  ...logRanges,
}

export function parseOptions(raw: Readonly<Record<string, unknown>>): ZabOptions {
  const options = optionsOf(raw, zabDefaults, zabRanges)
  if (options.silenceMs < options.heartbeatMs * 3)
    throw refuse(
      'silenceMs',
      options.silenceMs,
      `${options.heartbeatMs * 3} (three heartbeatMs) or more`,
    )
  if (options.initMs < options.silenceMs)
    throw refuse('initMs', options.initMs, `${options.silenceMs} (silenceMs) or more`)
  return options
}
