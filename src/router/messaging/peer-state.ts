// What this member knows of one other member's part in messaging, in both directions.

import type { Change } from './packets.js'

export interface PeerState {
  isConnected: boolean
  /** Of its process: a later life counts everything anew. */
  life: number

  // What we tell it.
  /** Version of our subscriptions that it knows, -1 for nothing. */
  acked: number
  /** Version that was sent to it, -1 for none; monotonic ms of the last sending. */
  told: number
  toldAt: number
  /** When the whole state was last sent. */
  wholeAt: number
  /** Bytes of messages sent to it, and how many of them it has told us to have heard. */
  sent: number
  heardThere: number

  // What it tells us.
  /** Version of its subscriptions that we know, -1 for nothing. */
  known: number
  /** Parts of a whole state that is not complete. */
  staged: Change[]
  stagedTo: number
  nextPart: number
  owesAck: boolean
  hasGap: boolean
  /** Bytes of its messages that came, as it counts them, and as it was last told. */
  heard: number
  heardTold: number
}

export function makePeerState(): PeerState {
  return {
    isConnected: false,
    life: 0,
    acked: -1,
    told: -1,
    toldAt: 0,
    wholeAt: Number.NEGATIVE_INFINITY,
    sent: 0,
    heardThere: 0,
    known: -1,
    staged: [],
    stagedTo: -1,
    nextPart: 0,
    owesAck: false,
    hasGap: false,
    heard: 0,
    heardTold: 0,
  }
}
