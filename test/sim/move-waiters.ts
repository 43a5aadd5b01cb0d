// Clients that wait for elements without an end while the slots of their keys move, each for a key of its own. When the
// faults are over each gets one.

import type { SimClient } from './client.js'
import type { World } from './world.js'

/** Keys that are waited for: their slots move. */
export const waitedFor = ['{y1}', '{y2}', '{y3}'] as const
const pollUs = 50_000
const againUs = 500_000

interface Waiter {
  readonly key: string
  readonly client: SimClient
  /** Elements that were pushed at the end and are to be got. */
  owed: boolean
}

export class MoveWaiters {
  readonly #world: World
  readonly #waiters: readonly Waiter[]
  readonly #operator: SimClient
  #isLast = false

  constructor(world: World) {
    this.#world = world
    this.#waiters = waitedFor.map((key, at) => {
      const client = world.newClient(world.fleet === null ? at % world.members.length : null)
      client.stop()
      client.isPatient = true
      return { key, client, owed: false }
    })
    this.#operator = world.newClient(null)
    this.#operator.stop()
    this.#poll()
  }

  get keys(): readonly string[] {
    return waitedFor
  }

  /** Nobody waits in vain. */
  get isSettled(): boolean {
    return this.#isLast && this.#waiters.every(({ owed }) => !owed)
  }

  /** The faults are over. */
  stop(): void {
    this.#isLast = true
    for (const waiter of this.#waiters) waiter.owed = true
    // One group may have got more than a client's bound allows, and then takes nothing.
    const args = ['CONFIG', 'SET', 'maxmemory', '0']
    if (this.#world.profile.grows)
      this.#operator.enqueue([{ args, data: false, told: () => undefined }])
    this.#push()
  }

  /** Again until all have one: one that went with a connection that broke is made up for. */
  #push(): void {
    const owed = this.#waiters.filter((waiter) => waiter.owed)
    if (owed.length === 0) return
    if (this.#operator.pendingCount === 0) {
      const pushes = owed.map(({ key }) => ['RPUSH', key, 'z'])
      const told = (): void => undefined
      this.#operator.enqueue(pushes.map((args) => ({ args, data: false, told })))
    }
    this.#world.schedule.after(againUs, () => this.#push())
  }

  #poll(): void {
    this.#world.schedule.after(pollUs, () => {
      for (const waiter of this.#waiters) {
        // A connection that broke.
        if (waiter.client.pendingCount === 0 && (!this.#isLast || waiter.owed)) this.#wait(waiter)
      }
      if (!this.isSettled) this.#poll()
    })
  }

  #wait(waiter: Waiter): void {
    const told = (reply: string): void => {
      if (!reply.startsWith('*')) return
      this.#world.judge.mark('waited-over-moves')
      waiter.owed = false
    }
    waiter.client.enqueue([{ args: ['BLPOP', waiter.key, '0'], data: false, told }])
  }
}
