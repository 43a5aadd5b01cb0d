// What must hold of every delivery in a world of causal order: once, behind all that its origin had seen,
// and nothing behind what was called stable.

import type { Delivery, Strategy, Token } from 'quorate/plugin'
import { decodeMerged, type Node } from './node.js'

export class Rules {
  readonly faults: string[] = []
  /** By stamp: what its origin had merged when it made it. */
  readonly made = new Map<number, ReadonlySet<number>>()
  /**
   * Made by a member that lost something and took up its work when nobody had told it for too long: what others had
   * forgotten the stamps of by then it may not have seen.
   */
  readonly #blind = new Set<number>()
  /** Where all of the toy's data is. */
  readonly #slot: number

  /** Crashes may take away what was answered, with all who had it: what hangs on it may still be on its way. */
  readonly #mayLose: boolean

  constructor(slot: number, mayLose: boolean) {
    this.#slot = slot
    this.#mayLose = mayLose
  }

  /** `all`: up or not; `near`: the members that this one reaches. */
  execute(
    node: Node,
    { payload, token, merge, slot }: Delivery,
    { all, near }: { readonly all: readonly Node[]; readonly near: readonly Node[] },
  ): void {
    if (slot !== undefined) {
      for (const stamp of decodeMerged(slot.exported)) {
        if (!node.merged.has(stamp)) node.partly.add(stamp)
        node.merged.add(stamp)
      }
    }
    if (merge === undefined) return
    const { stamp, seen } = merge
    if (merge.ops === null) {
      const causes = new Set(node.merged)
      for (const each of node.merged) {
        if (each >= stamp) this.faults.push(`own ${stamp} is not above ${each}`)
        if (seen.covers(each)) continue
        // It came with slots of a member that is gone, and nobody who is there has the whole of it.
        const isWhole = (other: Node): boolean =>
          other !== node && other.merged.has(each) && !other.partly.has(each)
        if (!near.some(isWhole)) causes.delete(each)
        else this.faults.push(`own ${stamp} has not seen ${each}`)
      }
      const isEmpty = payload.bytes()[0] === 0
      if (!isEmpty) {
        if (this.made.has(stamp)) this.faults.push(`${stamp} is made twice`)
        this.made.set(stamp, causes)
        if (node.isLate && all.some((other) => hasForgotten(other, node))) this.#blind.add(stamp)
        node.merged.add(stamp)
        if (token !== null) node.waiting.set(token, stamp)
      }
      const strategy = node.strategy as Strategy
      strategy.prepared?.(token as Token, isEmpty ? null : payload.bytes())
      return
    }
    if (merge.holds?.(this.#slot) === true) {
      if (!node.merged.has(stamp)) this.faults.push(`member ${node.id} does not hold ${stamp}`)
      node.partly.delete(stamp)
      return
    }
    if (node.merged.has(stamp)) this.faults.push(`member ${node.id} merges ${stamp} again`)
    const causes = this.made.get(stamp)
    if (causes === undefined) {
      this.faults.push(`${stamp} was never made`)
      return
    }
    for (const cause of causes) {
      const isLost = this.#mayLose && all.every(({ merged }) => !merged.has(cause))
      if (!node.merged.has(cause) && !isLost) this.faults.push(`${stamp} is merged before ${cause}`)
      if (!seen.covers(cause)) this.faults.push(`${stamp} says that it has not seen ${cause}`)
    }
    for (const each of node.merged) {
      if (node.partly.has(each)) continue
      if (seen.covers(each) && !causes.has(each)) this.faults.push(`${stamp} had not seen ${each}`)
      if (each <= node.stable && !causes.has(each) && !this.#blind.has(stamp)) {
        this.faults.push(`${stamp} comes behind ${each}, which is stable, and has not seen it`)
      }
    }
    node.merged.add(stamp)
  }

  /**
   * A member says that everything up to a stamp is with all members. Of entries of members that are gone, or that lost
   * them, slots that were taken may show what nobody has as an entry any more.
   */
  stable(
    node: Node,
    upTo: number,
    live: readonly Node[],
    isKept: (stamp: number) => boolean,
  ): void {
    if (upTo < node.stable) this.faults.push(`member ${node.id}: stable goes back`)
    node.stable = upTo
    for (const other of live) {
      if (other.isRecovering) continue
      for (const each of node.merged) {
        const isShown = node.partly.has(each) && !isKept(each)
        if (each <= upTo && !other.merged.has(each) && !isShown) {
          this.faults.push(`${each} is stable for ${node.id}, and member ${other.id} lacks it`)
        }
      }
      for (const each of other.merged) {
        const isShown = other.partly.has(each) && !isKept(each)
        if (each <= upTo && !node.merged.has(each) && !isShown) {
          this.faults.push(`${each} is below what is stable for ${node.id}, who lacks it`)
        }
      }
    }
  }
}

/** What is stable for it, and another one lost. */
function hasForgotten({ merged, stable }: Node, other: Node): boolean {
  return [...merged].some((each) => each <= stable && !other.merged.has(each))
}
