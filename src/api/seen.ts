// What a client may have been shown of a group through one member: another member that covers it shows
// nothing older. Session tokens carry it.

import type { Position } from './position.js'

/** Stamps above `after` up to `upTo`, of one seat. */
export interface StampRange {
  readonly seat: number
  readonly after: number
  readonly upTo: number
}

/** Where order is total: all entries up to a place. */
export interface SeenPosition {
  readonly kind: 'position'
  /** A later one may have lost what was shown in it. */
  readonly era: number
  readonly at: Position
}

/** Where order is not total: entries by their stamps. */
export interface SeenStamps {
  readonly kind: 'stamps'
  readonly ranges: readonly StampRange[]
  /** Everything up to this stamp, of whatever member; 0 for nothing. */
  readonly upTo: number
}

export type SeenMark = SeenPosition | SeenStamps
