// Which replica serves a member that holds none, where each takes writes: the one that was first to say that it does,
// until it is gone, says otherwise, or is silent. What it was sent counts within one life of it only.

import type { MemberId, Now } from '../api/ids.js'
import { hasBug } from '../base/seeded-bug.js'

/** Milliseconds without a word from a replica that was asked, after which another one serves. */
const silentMs = 1_500

export class ServingReplica {
  #member: MemberId | null = null
  #life = 0
  /** Monotonic ms of the first question since it was last heard; null where none is open. */
  #askedAt: number | null = null

  /** Whether what goes to this one is no more what went to the one before. */
  moves(member: MemberId, life: number): boolean {
    const isOther = member !== this.#member
    const isKept = hasBug(isOther ? 'remote-move-unnoticed' : 'remote-life-ignored')
    const isSame = !isOther && life === this.#life
    if (isSame || (isKept && this.#member !== null)) return false
    this.#member = member
    this.#life = life
    this.#askedAt = null
    return true
  }

  asked(member: MemberId, { mono }: Now): void {
    if (member === this.#member) this.#askedAt ??= mono
  }

  heard(member: MemberId): void {
    if (member === this.#member) this.#askedAt = null
  }

  /** Another one should be asked. */
  isSilent({ mono }: Now): boolean {
    if (this.#askedAt === null || mono - this.#askedAt < silentMs) return false
    this.#askedAt = null
    return true
  }
}
