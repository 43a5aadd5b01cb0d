// The leader's watch over origins whose commands wait: elements must not go to callers of a member that
// is gone. An origin that was cancelled and lives queues its callers again.

import type { MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import type { Guests } from './guests.js'
import type { Waiters } from './waiters.js'

/** Milliseconds between two looks. */
const lookMs = 500

export class WaiterGuard {
  readonly #waiters: Waiters
  readonly #guests: Pick<Guests, 'isSilent'> | null
  /** Members with a link, this one among them. */
  readonly #up: Set<number>
  /** Origins without a link, and since when that is known, monotonic ms. */
  readonly #down = new Map<number, number>()
  #lookAt = 0

  constructor(waiters: Waiters, self: MemberId, guests?: Pick<Guests, 'isSilent'> | null) {
    this.#waiters = waiters
    this.#guests = guests ?? null
    this.#up = new Set([self])
  }

  up(peer: MemberId): void {
    this.#up.add(peer)
    this.#down.delete(peer)
  }

  down(peer: MemberId): void {
    this.#up.delete(peer)
    this.#lookAt = 0
  }

  /** Origins to cancel, asked as leader; the same again later where nothing comes of it. */
  gone(now: Now): readonly { readonly origin: number; readonly incarnation: number }[] {
    if (now.mono < this.#lookAt || this.#waiters.size === 0) return []
    this.#lookAt = now.mono + lookMs
    const found: { origin: number; incarnation: number }[] = []
    for (const [origin, incarnation] of this.#waiters.origins()) {
      if (this.#up.has(origin) && this.#guests?.isSilent(origin, now) !== true) {
        this.#down.delete(origin)
        continue
      }
      const since = this.#down.get(origin)
      if (since === undefined) this.#down.set(origin, now.mono)
      else if (now.mono - since >= limits.waiterOriginMs) {
        found.push({ origin, incarnation })
        this.#lookAt = now.mono + limits.waiterOriginMs
      }
    }
    return found
  }

  wakeAt(now: Now): number {
    if (this.#waiters.size === 0) return Number.MAX_SAFE_INTEGER
    return Math.max(now.mono + 1, this.#lookAt)
  }
}
