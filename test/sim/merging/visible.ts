// CS5, through the plugin interface: where clients of a keyspace are served, a member that shows something in one
// of its groups shows in all of them what that hangs on.

import type { MemberId } from '../../../src/api/ids.js'
import type { Judge } from '../judge.js'
import type { Held } from './held.js'
import type { MergingOracle } from './oracle.js'

/** What the maker of an entry held in another group when it was proposed. */
export interface Cause {
  readonly oracle: MergingOracle
  readonly held: Held
}

/** An entry that is shown. */
interface Shown {
  readonly oracle: MergingOracle
  readonly number: number
}

export class Visible {
  readonly #judge: Judge
  /** All groups of the keyspace. */
  readonly #groups: readonly MergingOracle[]
  readonly #causes = new Map<MergingOracle, Map<number, readonly Cause[]>>()
  /** By member: shown since clients were last served, and what they were shown in this turn. */
  readonly #fresh = new Map<MemberId, Shown[]>()
  readonly #served = new Map<MemberId, Shown[]>()

  constructor(judge: Judge, groups: readonly MergingOracle[]) {
    this.#judge = judge
    this.#groups = groups
    for (const oracle of groups) this.#causes.set(oracle, new Map())
  }

  /** What whoever proposes something at a member now may have seen there in the other groups. */
  seen(oracle: MergingOracle, member: MemberId): readonly Cause[] {
    const others = this.#groups.filter((each) => each !== oracle)
    return others.map((each) => ({ oracle: each, held: each.seat(member).held.copy() }))
  }

  made(oracle: MergingOracle, number: number, causes: readonly Cause[]): void {
    this.#causes.get(oracle)?.set(number, causes)
  }

  /** A member has it now. */
  shows(oracle: MergingOracle, member: MemberId, number: number): void {
    const fresh = this.#fresh.get(member) ?? []
    fresh.push({ oracle, number })
    this.#fresh.set(member, fresh)
  }

  /** Of one group it has something else than before: all of it counts as new. */
  showsAll(oracle: MergingOracle, member: MemberId): void {
    for (const shown of [this.#fresh, this.#served]) {
      const others = shown.get(member)?.filter((each) => each.oracle !== oracle)
      if (others !== undefined) shown.set(member, others)
    }
    for (const number of oracle.seat(member).held.numbers()) this.shows(oracle, member, number)
  }

  /** A member takes a read or a write. */
  served(member: MemberId): void {
    const fresh = this.#fresh.get(member)
    if (fresh === undefined || fresh.length === 0) return
    this.#fresh.set(member, [])
    this.#served.set(member, [...(this.#served.get(member) ?? []), ...fresh])
  }

  /** Its turn is over: whatever was handed out in it is there. */
  turned(member: MemberId): void {
    const served = this.#served.get(member)
    if (served === undefined || this.#groups.some((each) => each.seat(member).isJoining)) return
    this.#served.delete(member)
    this.#judge.mark('served-with-causes', served.length)
    for (const { oracle, number } of served) {
      for (const cause of this.#causes.get(oracle)?.get(number) ?? [])
        this.#judgeCause(member, oracle.entries.describe(number), cause)
    }
  }

  #judgeCause(member: MemberId, shown: string, { oracle, held }: Cause): void {
    const { handed, isBlind, missing, isLate, follows } = oracle.seat(member)
    if (handed.firstLack(held) < 0) return
    // It lost what it held in memory only, and goes on alone with what its checkpoints kept of each group.
    if (isBlind) return this.#judge.mark('served-blind')
    for (const number of held.lackedBy(handed)) {
      // It lost it, and waited for somebody to tell.
      const isMissed = isLate && missing.has(number)
      if (isMissed) this.#judge.mark('served-blind')
      this.#judge.hold(
        isMissed || isLostTo(oracle, follows, number),
        'visible',
        () =>
          `member ${member} serves clients with ${shown} and without ${oracle.entries.describe(number)} of ${oracle.name}, which its maker had seen`,
      )
    }
  }
}

/**
 * Lost to a member, and so nothing that it waits for: a range that members closed, when none of them had it; or something
 * that nobody holds, in memory or on disk, who is on the list that this one works by: `members`. Of those who were removed
 * it takes nothing. Who does not know yet that they were may still get it of them, and bring it late.
 */
export function isLostTo(
  oracle: Pick<MergingOracle, 'closed' | 'seat'>,
  members: readonly MemberId[],
  number: number,
): boolean {
  if (oracle.closed.has(number)) return true
  return members.every((each) => {
    const { held, durable } = oracle.seat(each)
    return !held.has(number) && !durable.has(number)
  })
}
