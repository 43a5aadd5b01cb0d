// Faults at the steps of a move of slots: as soon as any member shows a step that nobody showed before, a leader of
// either side ends, is cut off or stands still, all members end, both sides lose touch, or the operator gives it up.

import type { SlotState } from '../../src/api/slot-moves.js'
import type { Random } from '../../src/base/random.js'
import { keyspaceCount } from './placement.js'
import type { GroupView } from './reactor.js'
import { holdersOf } from './placement.js'
import type { World } from './world.js'

const kinds = [
  'crash',
  'crash-power',
  'crash-other',
  'crash-all',
  'cut-sides',
  'cut-off',
  'cut-follower',
  'pause',
  'cancel',
] as const

export class MoveFaults {
  readonly #world: World
  readonly #random: Random
  /** Of a hundred steps so many are met by a fault. */
  readonly #share: number
  readonly #met = new Set<string>()
  #active = true

  constructor(world: World, random: Random) {
    this.#world = world
    this.#random = random
    this.#share = random.pick([0, 5, 15, 30])
  }

  stop(): void {
    this.#active = false
  }

  /** Behind a turn of a member. */
  look(views: readonly GroupView[]): void {
    if (!this.#active || this.#share === 0) return
    for (const { id, slots } of views) {
      if (slots === undefined) continue
      const step = `${id} ${stepOf(slots)}`
      if (this.#met.has(step)) continue
      this.#met.add(step)
      if (!this.#random.chance(this.#share, 100)) continue
      // Where members merge a step takes several rounds of notes.
      const most = this.#world.merging === null ? 3_000 : 400_000
      this.#world.schedule.after(this.#random.below(most), () => {
        if (this.#active) this.#strike(id)
      })
    }
  }

  #strike(group: number): void {
    const { members, judge } = this.#world
    const keyspaces = keyspaceCount(this.#world.profile)
    const other = group < keyspaces ? group + keyspaces : group - keyspaces
    const [own, far] = [this.#leaderOf(group), this.#leaderOf(other)]
    const kind = this.#random.pick(kinds)
    judge.fault(`move-${kind}`)
    switch (kind) {
      case 'crash':
      case 'crash-power':
        return this.#crash(own, kind === 'crash-power')
      case 'crash-other':
        return this.#crash(far, false)
      case 'crash-all': {
        const power = this.#random.chance(1, 2)
        for (const { index } of members) this.#crash(index, power)
        return
      }
      case 'cut-sides':
        return this.#cut([[own, far]])
      case 'cut-off':
        return this.#cut(members.map(({ index }) => [own, index] as const))
      case 'cut-follower':
        // It hears one side and not the other.
        return this.#cut([[this.#random.pick([own, far]), this.#random.below(members.length)]])
      case 'pause':
        members[own]?.pause(this.#time(2_000_000))
        return
      case 'cancel':
        return this.#world.topology.cancelMove()
      default:
        kind satisfies never
    }
  }

  #leaderOf(group: number): number {
    const { profile, merging } = this.#world
    if (merging !== null) return this.#random.pick(holdersOf(profile, group)) - 1
    return this.#world.oracle(group).leader() - 1
  }

  #crash(index: number, power: boolean): void {
    const member = this.#world.members[index]
    if (member?.isUp !== true) return
    this.#world.crash(member, { power, downUs: this.#time(1_500_000) })
  }

  #cut(pairs: readonly (readonly [number, number])[]): void {
    const network = this.#world.network()
    const paths = pairs
      .flatMap(([a, b]) => [[a, b] as const, [b, a] as const])
      .filter(([a, b]) => a >= 0 && b >= 0 && a !== b && !network.isBlocked(a, b))
    for (const [a, b] of paths) network.block(a, b)
    this.#world.schedule.after(this.#time(2_000_000), () => {
      if (this.#active) for (const [a, b] of paths) network.unblock(a, b)
    })
  }

  #time(mostUs: number): number {
    return 10_000 + this.#random.below(Math.floor(mostUs / this.#random.pick([10, 4, 2, 1])))
  }
}

function stepOf({ leaving, importing, went, came }: SlotState): string {
  const counts = [...went, ...came].map(({ count }) => count).join('/')
  const out = leaving === null ? '' : `${leaving.attempt} ${leaving.isFrozen}`
  const into = importing === null ? '' : `${importing.attempt} ${Math.min(importing.copies, 2)}`
  return `${out}; ${into}; ${counts}`
}
