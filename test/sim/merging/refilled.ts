// A member that lost something takes no writes before it holds what one intact member said that it holds, or what
// all others hold together.

import type { VectorNote } from '../../../plugins/eventual/messages.js'
import type { MemberId } from '../../../src/api/ids.js'
import type { Delivery } from '../../../src/api/strategy.js'
import type { Vector } from '../../../src/log/vector.js'
import type { Judge } from '../judge.js'
import { Held } from './held.js'
import type { MergingOracle } from './oracle.js'

export class Refilled {
  readonly #judge: Judge
  readonly #oracle: MergingOracle
  readonly #self: MemberId
  /** What intact members said that they hold while this one recovers: it has to hold one of these. */
  readonly #owed = new Map<MemberId, Held>()
  /** Who said last that it lost something. */
  readonly #lost = new Set<MemberId>()
  #isFree = false
  /** It took a write. */
  hasTaken = false
  /** What repairs brought, also of entries that nobody else has any more: their giver had them when it gave its slots. */
  readonly #brought = new Held()
  /** What was handed out when it did, and how many repairs end before it whose end is not executed. */
  #before: { readonly held: Held; joins: number } | null = null

  constructor(judge: Judge, oracle: MergingOracle, self: MemberId) {
    this.#judge = judge
    this.#oracle = oracle
    this.#self = self
  }

  /** It would open, and nobody told. */
  get isAlone(): boolean {
    return this.#owed.size === 0 && !this.#isFree
  }

  /** Who is on the list that it works by: of others it takes nothing, and owes nothing that they said. */
  follows(members: readonly MemberId[]): void {
    for (const from of this.#owed.keys()) if (!members.includes(from)) this.#owed.delete(from)
    for (const from of this.#lost) if (!members.includes(from)) this.#lost.delete(from)
  }

  /** While it recovers. */
  heard(from: MemberId, { recovering, vector }: VectorNote): void {
    // It lost something, too, since it said what it holds.
    if (recovering) this.#lost.add(from)
    else this.#lost.delete(from)
    if (recovering) this.#owed.delete(from)
    // Where nobody is intact, what all others hold together is enough.
    if (this.#lost.size >= this.#oracle.present.length - 1) this.#isFree = true
    if (recovering || this.#owed.has(from)) return
    const found = this.#oracle.coveredBy(vector)
    const owed = new Held()
    for (const number of this.#oracle.seat(from).held.numbers())
      if (found.has(number)) owed.add(number)
    this.#owed.set(from, owed)
  }

  /** `queue`: what was handed out up to the write and is not executed. What ends a repair says then what it brings. */
  takes(queue: readonly Delivery[], isJoin: (delivery: Delivery) => boolean): void {
    this.hasTaken = false
    if (this.#owed.size === 0 || this.#isFree || this.#before !== null) return
    const own = queue.findIndex(({ token }) => token !== null)
    const joins = queue.slice(0, Math.max(0, own)).filter(isJoin).length
    const held = this.#oracle.seat(this.#self).handed.copy()
    held.addAll(this.#brought)
    this.#before = { held, joins }
    this.#hold()
  }

  /** A repair is at its end: what it brought is what the member says that it holds now. */
  joined(vector: Vector): void {
    const found = this.#oracle.entries.coveredBy(vector)
    this.#brought.addAll(found)
    if (this.#before === null) return
    this.#before.held.addAll(found)
    this.#before.joins--
    this.#hold()
  }

  #hold(): void {
    if (this.#before === null || this.#before.joins > 0) return
    const { held } = this.#before
    this.#before = null
    this.#judge.hold(
      [...this.#owed.values()].some((owed) => held.firstLack(owed) < 0),
      'durable-kept',
      () =>
        `${this.#oracle.name}: member ${this.#self} takes writes before it holds what intact members said they hold`,
    )
    this.#owed.clear()
  }
}
