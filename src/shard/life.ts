// Of one replica: what changes whenever it forgot what it had said. Where order is not total, batches that
// others sent it, and versions of slots, mean something within one life only.

import type { MemberId } from '../api/ids.js'

/** Versions, lives and members fit into a safe integer together. */
const versionSpan = 0x1_0000_0000
const livesMax = 16_384
const membersMax = 64

export class Life {
  /** Only grows; 0 before it began. */
  number = 0

  begin(incarnation: number): void {
    this.number = incarnation * 1024
  }

  /** A snapshot took the place of what it knew. */
  renew(): void {
    this.number++
  }

  /** What versions are counted from: a version of another life, or of another replica, is never met again. */
  versionBase(self: MemberId): number {
    // Lives that follow each other differ, and so do a start and a snapshot of the one before.
    const life = (Math.floor(this.number / 1024) * 8 + (this.number % 8)) % livesMax
    return ((self % membersMax) * livesMax + life) * versionSpan
  }
}
