// Typed events that pure floors emit instead of logging. Only the host's logger turns them into lines.

export type TraceLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace'

/** Fields, not sentences. Never a key's value, never a password. */
export interface TraceEvent {
  readonly level: TraceLevel
  /** `area.what`, as `raft.elected`. */
  readonly event: string
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}
