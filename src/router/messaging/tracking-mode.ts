// How one connection wants to hear of changes of keys that it may keep.

import type { ConnectionId } from '../../api/ids.js'

export interface TrackingMode {
  /** Hears of all keys with these prefixes, of none that it read; null for the other way round. */
  prefixes: Set<string> | null
  optIn: boolean
  optOut: boolean
  /** Hears nothing of its own changes. */
  noLoop: boolean
  /** The connection that is told instead, 0 for none. */
  redirect: ConnectionId | 0
  isRedirectBroken: boolean
  /** CLIENT CACHING was given for the command that comes. */
  isCachingGiven: boolean
}
