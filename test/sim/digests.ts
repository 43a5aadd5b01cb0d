// Equal positions, equal digests: every member's engine is compared at the positions that several of
// them pass. Applied positions never go back within one life of a member.

import type { GroupView } from './reactor.js'
import type { Judge } from './judge.js'

/** A digest walks all data, so only every so many positions. */
const everyPositions = 4

export class Digests {
  readonly #judge: Judge
  /** By group and position: digest, and the member that had it first. */
  readonly #known = new Map<string, { readonly digest: string; readonly member: number }>()
  readonly #applied = new Map<string, number>()
  /** Seats that were recovering when they were last looked at: they may take an older snapshot. */
  readonly #recovering = new Set<string>()
  readonly #clocks = new Map<string, number>()
  /** By group: the newest era that any member said. */
  readonly #eras = new Map<number, number>()

  constructor(judge: Judge) {
    this.#judge = judge
  }

  look(member: number, views: readonly GroupView[], always = false): void {
    for (const view of views) {
      const { index } = view.applied
      // In another era the engine may go back to what is left.
      const era = view.status?.era ?? 0
      const newest = Math.max(this.#eras.get(view.id) ?? 0, era)
      this.#eras.set(view.id, newest)
      const seat = `${view.id}:${era}:${member}`
      const before = this.#applied.get(seat) ?? 0
      if (index === before && !always) continue
      this.#applied.set(seat, index)
      const clock = this.#clocks.get(seat) ?? 0
      this.#clocks.set(seat, view.clock)
      const isRecovering = view.status !== null && view.status.recovering !== null
      // Who missed the beginning of an era takes what is in it before it says that it joined.
      const isJoining = isRecovering || this.#recovering.has(seat) || era < newest
      if (isRecovering) this.#recovering.add(seat)
      else this.#recovering.delete(seat)
      this.#judge.hold(
        index >= before || isJoining,
        'monotone',
        () => `group ${view.id}, member ${member}: applied ${index} after ${before}`,
      )
      this.#judge.hold(
        view.clock >= clock || isJoining,
        'monotone',
        () => `group ${view.id}, member ${member}: the clock is ${view.clock} after ${clock}`,
      )
      if (index > 0 && (always || index % everyPositions === 0)) this.#compare(member, view)
    }
  }

  /** The process ended: what it applied since its checkpoint is applied again. */
  ended(member: number): void {
    for (const seat of this.#applied.keys()) {
      if (!seat.endsWith(`:${member}`)) continue
      this.#applied.delete(seat)
      this.#clocks.delete(seat)
      this.#recovering.delete(seat)
    }
  }

  damaged(member: number): void {
    this.ended(member)
  }

  #compare(member: number, view: GroupView): void {
    const found = view.digest()
    if (found === null) return
    const { high, low } = found
    // What is counted decides which commands are refused for want of memory.
    const digest = `${high.toString(16)}-${low.toString(16)}-${view.memory}`
    const { term, index } = view.applied
    const key = `${view.id}:${term}/${index}`
    const known = this.#known.get(key)
    if (known === undefined) {
      this.#known.set(key, { digest, member })
      return
    }
    if (known.member !== member) this.#judge.mark('digests-compared')
    this.#judge.hold(
      known.digest === digest,
      'digest',
      () =>
        `group ${view.id} at ${term}/${index}: member ${member} has ${digest}, member ${known.member} had ${known.digest}`,
    )
  }
}
