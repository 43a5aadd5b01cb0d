// The committed logs of one replication group, one per era. An era that a forced recovery begins takes
// over what its founder's log shares with the history before it; the rest of that history is lost, and
// nothing else may be. Kept by the oracle.

import type { Durability } from '../../src/api/config.js'
import type { Position } from '../../src/api/position.js'
import type { Hash64 } from '../../src/base/hash.js'
import type { Judge } from './judge.js'
import type { Histories } from './member-lists.js'
import type { MemberWatch } from './members.js'
import { holds, type LogImage, type Mark, markAt, same, type Seat } from './seat.js'

export interface Era {
  readonly number: number
  /** committed[i] is index i + 1. */
  readonly committed: Mark[]
}

/** How a new era begins. */
export interface Founding {
  /** Whether those of whom this holds can decide in the era before, by all lists of members that may be in force. */
  readonly decide: (holds: (seat: Seat) => boolean) => boolean
  /** Those of whom an era is said to miss some. */
  readonly seats: readonly Seat[]
  readonly founder: Seat
  /** Number of the era before. */
  readonly before: number
  /** Hash of the founder's log up to an index, null where that is not known. */
  readonly chainAt: (index: number) => Hash64 | null
}

/** Every group is born into this one. */
export const firstEra = 1

/** What an oracle knows of its group from the beginning. */
export interface OracleOptions {
  readonly judge: Judge
  readonly members: number
  readonly voters: readonly number[]
  readonly durability: Durability
  readonly changing?: MemberWatch | null
}

export class Eras implements Histories {
  readonly #name: string
  readonly #judge: Judge
  readonly #durability: Durability
  /** The operator said so. */
  isLossAccepted = false
  readonly #eras = new Map<number, Era>([[firstEra, { number: firstEra, committed: [] }]])

  constructor(name: string, options: { readonly judge: Judge; readonly durability: Durability }) {
    this.#name = name
    this.#judge = options.judge
    this.#durability = options.durability
  }

  get newest(): number {
    return Math.max(...this.#eras.keys())
  }

  has(number: number): boolean {
    return this.#eras.has(number)
  }

  of(number: number): Era {
    return this.#eras.get(number) ?? (this.#eras.get(firstEra) as Era)
  }

  /** Whether some era has committed an entry at this position. */
  knows({ term, index }: Position): boolean {
    if (index === 0) return true
    for (const era of this.#eras.values()) {
      if (era.committed[index - 1]?.term === term) return true
    }
    return false
  }

  /** What some era had committed up to a position, or null. */
  historyTo({ term, index }: Position): Mark[] | null {
    for (const { committed } of this.#eras.values()) {
      if (committed[index - 1]?.term === term) return committed.slice(0, index)
    }
    return null
  }

  /**
   * A member begins a new era: only where no majority is intact in the one before, and the longest log of
   * a majority wins. Under `none` nobody keeps a log on a disk: its end is known, and hashes of prefixes.
   */
  found(number: number, by: Founding): void {
    const { committed } = this.of(by.before)
    const hasLogs = this.#durability !== 'none'
    const isAccepted = this.#durability !== 'always' || this.isLossAccepted
    const unjust = isAccepted ? unjustified(by) : 'nobody accepted a loss'
    if (unjust !== null)
      this.#judge.fail('era-justified', `${this.#name}: era ${number} begins, though ${unjust}`)
    const kept = hasLogs ? keptByLog(committed, by.founder.memory) : keptByChain(committed, by)
    const taken = committed.slice(0, kept)
    // The founder may have missed the era before, or be left with a checkpoint that outlived later ones.
    const end = hasLogs ? by.founder.memory.base : by.founder.last
    const older = kept >= end.index ? null : this.historyTo(end)
    this.#eras.set(number, { number, committed: older ?? taken })
    const lost = committed.slice(kept).map((mark, at) => ({ index: kept + at + 1, mark }))
    this.#judge.mark('eras')
    if (lost.length > 0) this.#judge.mark('eras-with-loss')
    this.#judge.mark('entries-lost', lost.length)
    const needless = hasLogs ? heldByMajority(by, lost) : null
    if (needless !== null)
      this.#judge.fail(
        'era-loss',
        `${this.#name}: era ${number} loses index ${needless}, which a majority of logs holds`,
      )
  }
}

interface Lost {
  readonly index: number
  readonly mark: Mark
}

function keptByLog(committed: readonly Mark[], log: LogImage): number {
  // What lies before the log was executed, so it was committed; digests hold it to that.
  let kept = Math.min(log.base.index, committed.length)
  while (kept > 0 && (committed[kept - 1] as Mark).term > log.base.term) kept--
  if (kept < log.base.index) return kept
  for (;;) {
    const truth = committed[kept]
    const mine = markAt(log, kept + 1)
    if (truth === undefined || mine === undefined || !same(truth, mine)) return kept
    kept++
  }
}

/** A founder of an older era may differ in terms that are not above its last one: only hashes tell. */
function keptByChain(committed: readonly Mark[], { founder, chainAt }: Founding): number {
  const { last } = founder
  let kept = Math.min(last.index, committed.length)
  for (; kept > 0; kept--) {
    const { term, chain = null } = committed[kept - 1] as Mark
    if (term > last.term) continue
    const mine = chainAt(kept)
    if (mine === null || chain === null) return kept
    if (mine.high === chain.high && mine.low === chain.low) return kept
  }
  return kept
}

/** Why no new era may begin behind the one before, as the end of a sentence; null where it may. */
function unjustified({ decide, seats, before }: Founding): string | null {
  const isIntact = (seat: Seat): boolean => !seat.recovering && !seat.damaged && seat.era === before
  if (!decide(isIntact)) return null
  return `${seats.filter(isIntact).length} of ${seats.length} are intact`
}

/**
 * Index of a lost entry that a majority of the logs of running members holds, or null. What lies before a
 * log is known to be that history only where the member follows the era before.
 */
function heldByMajority({ decide, before }: Founding, lost: readonly Lost[]): number | null {
  for (const { index, mark } of lost) {
    const isHolder = ({ role, era, memory }: Seat): boolean => {
      const isKnown = era === before || index > memory.base.index
      return role !== '' && isKnown && holds(memory, index, mark)
    }
    if (decide(isHolder)) return index
  }
  return null
}
