// What one connection asks beyond its keyspaces: the level of its reads, and what the token that it set
// stands for, until this member has got it. Made for the first connection that asks; others have none.

import type { Level } from '../../api/config.js'
import type { ReadLevel } from '../../api/strategy.js'
import type { SeenMark } from '../../api/seen.js'
import type { ReadTerm } from './read-levels.js'

/** What a group has to show before the connection uses it. */
export interface Need {
  mark: SeenMark | null
  /** Everything that was there when the token came: a strong read tells when that is so. */
  barrier: 'none' | 'wanted' | 'passed'
  /** A strong read is under way. */
  isAsking: boolean
  /** Monotonic milliseconds until which it is not asked again. */
  askAt: number
}

export class Terms {
  /** Null for what the keyspaces promise. */
  asked: Level | null = null
  /** By index of the group. */
  reads: readonly ReadTerm[] = []
  /** By index of the group. */
  readonly needs = new Map<number, Need>()
  /** Groups that its tokens spoke of. */
  readonly carried = new Set<number>()
  /** Monotonic milliseconds at which the command that waits began to, and at which the last one was refused. */
  waitsSince: number | null = null
  refusedAt: number | null = null

  /** Commands have to be looked at. */
  get isActive(): boolean {
    return this.asked !== null || this.needs.size > 0
  }

  levelOf(group: number): ReadLevel | undefined {
    return this.reads[group]?.level
  }

  need(group: number): Need {
    const known = this.needs.get(group)
    return known ?? this.#make(group, { mark: null, barrier: 'none' })
  }

  /** A strong read that is under way began too early to tell. */
  needAnew(group: number): Need {
    return this.#make(group, { mark: this.needs.get(group)?.mark ?? null, barrier: 'wanted' })
  }

  #make(group: number, of: Pick<Need, 'mark' | 'barrier'>): Need {
    const made: Need = { ...of, isAsking: false, askAt: 0 }
    this.needs.set(group, made)
    return made
  }
}
