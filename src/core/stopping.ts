// A clean stop of the member, step by step: leadership goes over and clients that can go elsewhere do (those that go by
// slots once it has gone over), the others get their answers, the state reaches the disk.

import type { Now } from '../api/ids.js'
import { movingSeconds } from '../router/maintenance.js'
import type { Router } from '../router/router.js'
import type { MemberGroup } from './make-groups.js'
import type { Rota } from './rota.js'

/** Milliseconds that it may take in all. */
const stopMsMax = 15_000
/** Milliseconds for replies that are owed: less than commands wait for a leader, so that no stop makes an error. */
const drainMs = 900
/** Milliseconds for which clients that go by slots are sent to who leads now, before their connections are closed. */
const leaveMs = 1_000
/** Milliseconds behind the hand-over for which clients hold a stop up: who stops at the same time waits as long. */
export const clientsMsMax = leaveMs + drainMs
/** Milliseconds between two looks. */
const lookMs = 20

export interface StoppingInit {
  readonly rota: Rota<MemberGroup>
  readonly router: () => Router
  /** Tells the other members that this one stops. */
  readonly tell: () => void
}

export class Stopping {
  readonly #init: StoppingInit
  /** Monotonic milliseconds at which it ends, whatever is left to do; null until it begins. */
  #until: number | null = null
  /** Until when clients may go elsewhere first. */
  #moveUntil = 0
  #leaveUntil = 0
  #drainUntil = 0
  #phase: 'moving' | 'handing-over' | 'leaving' | 'draining' | 'settling' = 'moving'

  constructor(init: StoppingInit) {
    this.#init = init
  }

  get isBegun(): boolean {
    return this.#until !== null
  }

  /** What it led is led by others, and it still answers. */
  get isLeaving(): boolean {
    return this.#phase === 'leaving'
  }

  begin({ mono }: Now): void {
    if (this.#until !== null) return
    this.#until = mono + stopMsMax
    const { maintenance } = this.#init.router().state
    const isLeft = maintenance.leave()
    maintenance.handOver(mono)
    if (!isLeft) return
    this.#moveUntil = mono + movingSeconds * 1_000
    for (const shard of this.#init.rota.stirAll()) shard.handOver()
  }

  /** Null while there is something to do; then whether every group is whole on disk. */
  turn(now: Now): boolean | null {
    if (this.#until === null) return null
    const { rota } = this.#init
    const router = this.#init.router()
    const isLate = now.mono >= this.#until
    if (this.#phase === 'moving') {
      if (now.mono < this.#moveUntil && router.state.maintenance.isAwaited) return null
      for (const shard of rota.stirAll()) shard.stop(now)
      // Their maps would send clients that go by slots back here.
      if (router.state.maintenance.isAsked(now.mono)) this.#init.tell()
      this.#phase = 'handing-over'
    }
    if (this.#phase === 'handing-over') {
      // Clients are served meanwhile, through whoever leads.
      if (!isLate && rota.all.some((shard) => shard.isHandingOver(now))) return null
      this.#leaveUntil = now.mono + leaveMs
      this.#phase = 'leaving'
    }
    if (this.#phase === 'leaving') {
      const isAsked = router.state.maintenance.isAsked(now.mono)
      if (isAsked && !isLate && now.mono < this.#leaveUntil) return null
      this.#drainUntil = now.mono + drainMs
      this.#phase = 'draining'
    }
    if (this.#phase === 'draining') {
      if (!router.drain() && !isLate && now.mono < this.#drainUntil) return null
      // A closed connection says that the outcome is not known, and clients know what to do then.
      router.abandon()
      this.#phase = 'settling'
    }
    const states = rota.all.map((shard) => shard.stopped(now))
    if (!isLate && states.includes('working')) return null
    return states.every((state) => state === 'clean')
  }

  wakeAt({ mono }: Now): number {
    return this.#until === null ? Number.POSITIVE_INFINITY : mono + lookMs
  }
}
