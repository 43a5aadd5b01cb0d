// Compares this member's wall clock with its peers' by the time in their frames. A leader whose clock
// is too far from the median hands over, because its stamps move every key's expiry.

import type { MemberId, Now } from '../api/ids.js'

interface Estimate {
  /** Largest of (peer's wall - ours) seen in the window: the frame that waited least. */
  offset: number
  since: number
}

/** Milliseconds after which an estimate starts anew. */
const windowMs = 5_000

export class Clocks {
  readonly #peers = new Map<MemberId, Estimate>()

  seen(peer: MemberId, wall: number, now: Now): void {
    const offset = wall - now.wall
    const known = this.#peers.get(peer)
    if (known === undefined || now.mono - known.since > windowMs) {
      this.#peers.set(peer, { offset, since: now.mono })
    } else if (offset > known.offset) known.offset = offset
  }

  lost(peer: MemberId): void {
    this.#peers.delete(peer)
  }

  /** Milliseconds that this member's clock is away from the median of all members it hears. */
  deviation(): number {
    const offsets = [0]
    for (const each of this.#peers.values()) offsets.push(each.offset)
    offsets.sort((a, b) => a - b)
    return Math.abs(offsets[offsets.length >> 1] as number)
  }
}
