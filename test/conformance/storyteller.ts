// Hears what members of a test world say to each other, and of themselves.

import type { TraceEvent } from 'quorate/plugin'

export interface Storyteller {
  sent(from: number, to: number, message: Uint8Array): void
  traced(member: number, event: TraceEvent): void
}
