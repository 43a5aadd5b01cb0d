// What is compared: servers that run, where they are reached, and how one speaks to them.

import type { Wire } from './wire.js'

export interface Running {
  /** Where the load goes. */
  readonly port: number
  /** All processes that serve it, for their processor time. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

export interface System {
  readonly name: string
  /** How to get it, or null where it is here. */
  readonly missing: string | null
  /** How drivers of ours speak to it. */
  readonly wire: Wire
  readonly start: () => Promise<Running>
}
