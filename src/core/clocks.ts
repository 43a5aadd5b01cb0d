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
/** Milliseconds between the two clocks' paces over one turn that count as a jump. */
const jumpMs = 50

export class Clocks {
  readonly #peers = new Map<MemberId, Estimate>()
  /** Time of the last turn. */
  #last: Now | null = null

  /** Once per turn: where our own clock jumps, all estimates jump the other way. */
  turn(now: Now): void {
    const last = this.#last
    this.#last = now
    if (last === null) return
    const jump = now.wall - last.wall - (now.mono - last.mono)
    if (Math.abs(jump) < jumpMs) return
    for (const each of this.#peers.values()) each.offset -= jump
  }

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

  /**
   * Milliseconds from this member's clock to the median of all members that it hears, itself included; of
   * two in the middle the earlier one: keys rather live longer.
   */
  offset(): number {
    const offsets = [0]
    for (const each of this.#peers.values()) offsets.push(each.offset)
    offsets.sort((a, b) => a - b)
    return offsets[(offsets.length - 1) >> 1] as number
  }

  /** Milliseconds from the median to a peer's clock; 0 where nothing is known of that. */
  deviationOf(peer: MemberId): number {
    const known = this.#peers.get(peer)
    return known === undefined ? 0 : known.offset - this.offset()
  }

  /** The median, or 0 while it is within `bound`. */
  offsetBeyond(bound: number): number {
    const offset = this.offset()
    return Math.abs(offset) > bound ? offset : 0
  }

  /** The peer whose clock is nearest the median, or null without peers. */
  nearest(): MemberId | null {
    const median = this.offset()
    let nearest: MemberId | null = null
    let least = Number.MAX_SAFE_INTEGER
    for (const [peer, { offset }] of this.#peers) {
      const away = Math.abs(offset - median)
      if (away >= least) continue
      least = away
      nearest = peer
    }
    return nearest
  }
}
