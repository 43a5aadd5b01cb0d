// Members whose disks lost something: they count again once they have refilled all that was committed before.

import type { SimMember } from './member.js'
import type { GroupOracle } from './oracle.js'
import { isGuest } from './placement.js'
import type { World } from './world.js'

export class Damage {
  readonly #world: World
  /** By group, what was committed at the damage. */
  readonly #floors = new Map<SimMember, ReadonlyMap<number, number>>()

  constructor(world: World) {
    this.#world = world
  }

  get size(): number {
    return this.#floors.size
  }

  has(member: SimMember): boolean {
    return this.#floors.has(member)
  }

  add(member: SimMember, oracles: ReadonlyMap<number, GroupOracle>): void {
    const floors = [...oracles].map(([group, oracle]) => [group, oracle.committedIndex] as const)
    this.#floors.set(member, new Map(floors))
  }

  /** Who is not refilled, or came later, has nothing of a group that comes now, and says so. */
  tell(oracle: GroupOracle): void {
    const { fleet } = this.#world.profile
    for (const member of this.#world.members)
      if (this.has(member) || member.id > (fleet ?? member.id)) oracle.damaged(member.id)
  }

  /** It will not come back. */
  forget(member: SimMember): void {
    this.#floors.delete(member)
  }

  look(member: SimMember): void {
    const world = this.#world
    const views = member.reactor?.views() ?? []
    const floors = this.#floors.get(member)
    if (floors === undefined || (views.length === 0 && !isGuest(world.profile, member.id))) return
    const { merging } = world
    const isOpen =
      world.topology.isWhole(member.id, member.reactor) && (merging?.isWhole(member) ?? true)
    const isWhole =
      isOpen &&
      (merging !== null ||
        views.every((view) => {
          const { status } = view
          if (status === null || status.recovering !== null || status.role === 'recovering')
            return false
          const oracle = world.oracle(view.id)
          // It may be refilled and still not know which votes it gave.
          if (status.why !== '' || !oracle.seat(member.id).isDurablyWhole) return false
          // As far as a new era did not lose it.
          return view.applied.index >= Math.min(floors.get(view.id) ?? 0, oracle.committedIndex)
        }))
    if (!isWhole) return
    this.#floors.delete(member)
    world.judge.mark('refilled-members')
  }
}
