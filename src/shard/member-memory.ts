// What the groups of one member take together, and how much of it one of them may take yet. Groups that
// this member leads go by it when they propose: the bound travels with the entry, so that all replicas refuse
// the same commands, whatever their own members are bound to.

import type { EntryBounds } from '../api/entry.js'
import { evictionSlack } from '../api/eviction.js'
import type { GroupSettings } from '../api/group-settings.js'
import { limits } from '../api/limits.js'

/** One group's part. */
export interface GroupMemory {
  /** Of its data. */
  readonly bytes: number
  /** Of commands on their way to it, less what is being evicted. */
  readonly coming: number
  readonly evicts: boolean
}

export class MemberMemory {
  readonly #maxMemory: number
  readonly #ceiling: number
  readonly #groups: GroupMemory[] = []

  /** `maxMemory` by the file, `ceiling` what the process can hold: bytes, 0 for no bound. */
  constructor({ maxMemory, ceiling }: { readonly maxMemory: number; readonly ceiling: number }) {
    this.#maxMemory = maxMemory
    this.#ceiling = ceiling
  }

  join(group: GroupMemory): void {
    this.#groups.push(group)
  }

  leave(group: GroupMemory): void {
    const at = this.#groups.indexOf(group)
    if (at >= 0) this.#groups.splice(at, 1)
  }

  /** The member's bound, 0 for none. */
  bound({ maxMemory }: GroupSettings): number {
    return least(maxMemory ?? this.#maxMemory, this.#ceiling)
  }

  /** Bytes that have to go, with what is coming; at most 0 where all is well. */
  excess(settings: GroupSettings): number {
    const bound = this.bound(settings)
    if (bound === 0) return Number.NEGATIVE_INFINITY
    let used = limits.memberBytes
    for (const { bytes, coming } of this.#groups) used += bytes + coming
    return used - bound
  }

  /**
   * How far `group` may grow. What was set at run time its engine knows itself, but not what other
   * groups take; of bounds that only this member has it knows nothing. Undefined where there is
   * nothing to tell, as long as the member is far from them.
   */
  bounds(group: GroupMemory, settings: GroupSettings): EntryBounds | undefined {
    const { maxMemory } = settings
    const own = least(maxMemory === null ? this.#maxMemory : 0, this.#ceiling)
    if (own === 0 && (maxMemory === null || maxMemory === 0)) return undefined
    let others = limits.memberBytes
    let evicts = false
    for (const each of this.#groups) {
      if (each === group) continue
      others += each.bytes
      evicts ||= each.evicts
    }
    const isNear = own > 0 && (others + group.bytes) * 2 > own
    const isAlone = this.#groups.length === 1 || maxMemory === null || maxMemory === 0
    if (!isNear && isAlone) return undefined
    // Whoever evicts keeps the bound; what is on its way may pass it for a moment.
    const slack = evicts || group.evicts ? evictionSlack(own) : 0
    const room = isNear ? Math.max(0, own + slack - others + 1) : Number.MAX_SAFE_INTEGER
    // The engine gives itself that moment only where it evicts itself.
    const patience = evicts && !group.evicts ? evictionSlack(maxMemory ?? 0) : 0
    return { others: Math.max(0, others - patience), room }
  }
}

/** 0 stands for no bound. */
function least(a: number, b: number): number {
  return a === 0 || b === 0 ? a + b : Math.min(a, b)
}
