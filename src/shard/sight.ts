// What this member shows its clients of a group, for session tokens. Where order is total it is a place in
// the log; else the strategy knows.

import type { GroupSight } from '../api/group.js'
import { comparePositions, type Position } from '../api/position.js'
import type { SeenMark } from '../api/seen.js'
import type { Strategy, Supports } from '../api/strategy.js'
import { hasBug } from '../base/seeded-bug.js'

export class Sight implements GroupSight {
  readonly supports: Supports
  readonly #strategyOf: () => Strategy | null
  readonly #applied: () => Position
  readonly #stir: () => void

  constructor(
    supports: Supports,
    of: {
      readonly strategy: () => Strategy | null
      readonly applied: () => Position
      readonly stir: () => void
    },
  ) {
    this.supports = supports
    this.#strategyOf = of.strategy
    this.#applied = of.applied
    this.#stir = of.stir
  }

  /** As of now, where the group has no turn without being asked. */
  #strategy(): Strategy | null {
    this.#stir()
    return this.#strategyOf()
  }

  seen(): SeenMark | null {
    const strategy = this.#strategy()
    if (strategy === null) return null
    if (strategy.seen !== undefined) return strategy.seen()
    return { kind: 'position', era: strategy.status().era, at: this.#applied() }
  }

  /** What an earlier era lost is not told apart from what it kept: its places are never covered. */
  covers(mark: SeenMark): boolean {
    const strategy = this.#strategy()
    if (strategy === null) return false
    if (hasBug('shard-session-not-awaited')) return true
    if (mark.kind === 'stamps') return strategy.covers?.(mark) === true
    const { era, recovering } = strategy.status()
    if (recovering !== null || era !== mark.era) return false
    return comparePositions(this.#applied(), mark.at) >= 0
  }

  isLost(mark: SeenMark | null): boolean {
    const strategy = this.#strategy()
    return mark?.kind === 'position' && strategy !== null && strategy.status().era > mark.era
  }

  hurry(mark: SeenMark): void {
    if (mark.kind === 'stamps') this.#strategy()?.hurry?.(mark)
  }

  spread(): void {
    this.#strategy()?.spread?.()
  }
}
