// What a world whose members merge has in place of the one order: an oracle for each group, the load that can be
// judged, and the comparison of what members show. The world tells it what happens.

import type { MemberId } from '../../../src/api/ids.js'
import type { MergeView, StrategyPlugin } from '../../../src/api/strategy.js'
import { Random } from '../../../src/base/random.js'
import { keySlot, slotCount } from '../../../src/base/keyslot.js'
import type { FleetWorld } from '../fleet.js'
import type { Judge } from '../judge.js'
import type { SimMember } from '../member.js'
import { holdersOf, isGuest } from '../placement.js'
import type { Profile } from '../profile.js'
import type { Request, Sender } from '../request.js'
import { SurfaceLoad } from '../surface.js'
import type { Span } from './elements.js'
import { MergingLoad } from './load.js'
import { LoadJudge } from './load-judge.js'
import { type ListWatch, watchLists } from './members.js'
import { SessionLoad } from './sessions.js'
import type { MergingSeat } from './seat.js'
import { hasLost, keeps, sees } from './spans.js'
import { MergingOracle } from './oracle.js'
import { probedMerging } from './probe.js'
import { Visible } from './visible.js'

export interface MergingOptions {
  readonly seed: number
  readonly judge: Judge
  readonly profile: Profile
  readonly members: () => readonly SimMember[]
  /** Where whole members come and go. */
  readonly fleet?: () => Pick<FleetWorld, 'present' | 'holdersOf'> | null
}

/** Digests are compared at one of so many states. */
const comparedShare = 4

export class Merging {
  readonly load: MergingLoad
  readonly sessions: SessionLoad
  /** Where members change. */
  readonly lists: ListWatch | null
  readonly #options: MergingOptions
  readonly #random: Random
  readonly #surface: SurfaceLoad
  readonly #oracles = new Map<number, MergingOracle>()
  /** What each member lets its strategy see of its data. */
  readonly #views = new Map<string, MergeView>()
  readonly #compared = new Map<string, string>()
  /** By the first group of a keyspace. */
  readonly #visible = new Map<number, Visible>()

  constructor(options: MergingOptions) {
    const { judge, profile } = options
    const { prefixes, reads, surface = 0 } = profile.workload
    // Where databases are emptied and keys evicted nobody can judge what a session sees.
    const hasSessions = profile.sessions > 0 && surface < 100
    this.#options = options
    this.lists = watchLists(profile, judge)
    this.#random = new Random(options.seed, 0x4d657267)
    this.#surface = new SurfaceLoad({
      random: this.#random.fork(),
      judge,
      isAlone: surface === 100,
      isTagged: false,
      prefixes,
    })
    this.load = new MergingLoad({
      random: this.#random.fork(),
      judge,
      judgeOf: (group, keys) =>
        new LoadJudge(judge, () => keys.some((key) => this.oracle(group).muddle.has(key))),
      members: profile.members,
      prefixes,
      shards: profile.shards,
      hasSessions,
      reads,
      isScripted: (profile.workload.scripts ?? 0) > 50,
      begin: (member, group) => this.#begin(member, group),
      ahead: (member, group) => this.#ahead(member, group),
    })
    this.sessions = new SessionLoad({
      random: new Random(options.seed, 0x53657373),
      judge,
      keys: this.load.sessionKeys,
      sessions: hasSessions ? profile.sessions : 0,
    })
  }

  plugin(plugin: StrategyPlugin): StrategyPlugin {
    return probedMerging(plugin, {
      judge: this.#options.judge,
      oracle: (group) => this.oracle(group),
      visible: (group) => this.#visibleOf(group),
      lists: this.lists,
      made: (keys, ops, isLost) => this.sessions.made(keys, ops, isLost),
      started: (group, member, view) => {
        if (view !== undefined) this.#views.set(`${group}:${member}`, view)
      },
    })
  }

  /** The groups of one keyspace share one; null where a group goes for itself. */
  #visibleOf(group: number): Visible | null {
    const { judge, profile } = this.#options
    const { shards, level, workload } = profile
    if (level !== 'causal' || shards === 1) return null
    const count = workload.prefixes.length
    const first = group % count
    const groups = Array.from({ length: shards }, (_, at) => this.oracle(first + at * count))
    const visible = this.#visible.get(first) ?? new Visible(judge, groups)
    this.#visible.set(first, visible)
    return visible
  }

  /** A member's turn is over. */
  turned(member: MemberId): void {
    for (const visible of this.#visible.values()) visible.turned(member)
  }

  oracle(group: number): MergingOracle {
    let oracle = this.#oracles.get(group)
    if (oracle === undefined) {
      const { judge, profile } = this.#options
      const { members, durability, options } = profile
      const skewMs = Number(options['skewMs'] ?? 30 * 60_000)
      oracle = new MergingOracle(`group ${group}`, {
        judge,
        members,
        durability,
        skewMs,
        all: () => this.oracles(),
        isPresent: (member) => this.#isHolder(member, group),
        keysOf: (ops) => keysIn(ops, this.load.keys(group)),
      })
      this.#oracles.set(group, oracle)
    }
    return oracle
  }

  oracles(): readonly MergingOracle[] {
    return [...this.#oracles.values()]
  }

  /** Index of the member that wrote last, -1 for none. */
  get writer(): number {
    return this.oracle(0).latest - 1
  }

  /** What a connection sends next. */
  next(from: Sender): readonly Request[] {
    const { surface = 0 } = this.#options.profile.workload
    const isSurface = surface > 0 && this.#random.chance(surface, 100)
    return isSurface ? this.#surface.next() : this.load.next(from)
  }

  /** Those that hold and show the same in the end. */
  present(): readonly SimMember[] {
    const fleet = this.#fleet
    if (fleet !== null) return fleet.present
    return this.#options.members().filter(({ id }) => this.lists?.isOn(id) !== false)
  }

  ended(member: MemberId, power: boolean): void {
    this.lists?.ended(member)
    for (const oracle of this.#oracles.values()) oracle.ended(member, power)
  }

  damaged(member: MemberId): void {
    for (const oracle of this.#oracles.values()) oracle.damaged(member)
  }

  /** EV1, for the keys of the load: times to live end by each member's own clock. */
  look(member: MemberId): void {
    for (const [group, oracle] of this.#oracles) {
      const { held, isUp, isAhead } = oracle.seat(member)
      const seat = `${group}:${member}`
      if (
        !isUp ||
        isAhead ||
        held.hash % comparedShare !== 0 ||
        this.#compared.get(seat) === held.key
      )
        continue
      this.#compared.set(seat, held.key)
      const digests = this.#digests(seat, this.load.keys(group))
      if (digests !== null) oracle.shows(member, digests)
    }
  }

  /** It is a member, and holds a replica of the group. */
  #isHolder(member: MemberId, group: number): boolean {
    return this.lists?.isOn(member) !== false && this.holdersOf(group).includes(member)
  }

  get #fleet(): Pick<FleetWorld, 'present' | 'holdersOf'> | null {
    return this.#options.fleet?.() ?? null
  }

  /** Members with a replica of a group now. */
  holdersOf(group: number): readonly number[] {
    return this.#fleet?.holdersOf(group) ?? holdersOf(this.#options.profile, group)
  }

  /** Whether a member takes writes again in all its groups. */
  isWhole({ id, reactor }: SimMember): boolean {
    const views = reactor?.views() ?? []
    const isAnywhere = this.#fleet !== null
    // It may have lost its disk, and wait for who tells it of the groups.
    if (isGuest(this.#options.profile, id) && !isAnywhere)
      return reactor !== null && reactor.isServing?.() !== false
    return (
      reactor !== null &&
      (views.length > 0 || isAnywhere) &&
      views.every(({ status }) => status?.role === 'leader' && status.recovering === null)
    )
  }

  /** Null where members hold different entries, else what all hold. */
  heldByAll(): string | null {
    const keys: string[] = []
    for (const { present } of this.#oracles.values()) {
      const key = present[0]?.held.key as string
      if (present.some(({ held, isUp }) => !isUp || held.key !== key)) return null
      keys.push(key)
    }
    return keys.join(' ')
  }

  /** Whether nobody has an entry any more that was made, or nobody can say that there was none. */
  get hasLost(): boolean {
    return this.oracles().some(hasLost)
  }

  /** Whether everything that is held is stable at all members. */
  isStable(): boolean {
    return this.oracles().every(({ present }) => present.every(({ stable, top }) => stable >= top))
  }

  /** By group: the slots in which members show different things; null while an entry is half executed. */
  differing(): readonly number[] | null {
    const found: number[] = []
    for (const group of this.#oracles.keys()) {
      for (let slot = this.#next(group, 0); slot < slotCount; slot = this.#next(group, slot + 1)) {
        const digests = new Set<string>()
        for (const { id } of this.present()) {
          if (!this.#isHolder(id, group)) continue
          const view = this.#views.get(`${group}:${id}`)
          const holds = view?.holdsSlot(slot) ?? null
          const digest = holds === true ? view?.slotDigest(slot) : { high: 0, low: 0 }
          if (holds === null || digest == null) return null
          digests.add(`${digest.high}-${digest.low}`)
        }
        if (digests.size > 1) found.push(slot)
      }
    }
    return found
  }

  /** The most slots with data of a group: what a round of anti-entropy walks. */
  slotsHeld(): number {
    let most = 0
    for (const view of this.#views.values()) {
      let count = -1
      for (let slot = 0; slot <= slotCount; count++) slot = (view.nextSlot(slot) ?? slotCount) + 1
      most = Math.max(most, count)
    }
    return most
  }

  /** All that is to be read at one member in the end. */
  finals(member: number): readonly Request[] {
    for (const oracle of this.#oracles.values()) oracle.forgetGone()
    const held = new Map(
      [...this.#oracles].map(([group, { present }]) => [group, present[0]?.held]),
    )
    return this.load.finals(member, {
      isKept: (span) => {
        const all = held.get(span.group)
        return all === undefined || keeps(this.oracle(span.group), all, span)
      },
      hasSeen: (key, later, earlier) => sees(this.oracle(later.group), key, later, earlier),
    })
  }

  /** The first slot from `from` on that some member has anything of. */
  #next(group: number, from: number): number {
    let next: number = slotCount
    for (const { id } of this.present())
      next = Math.min(next, this.#views.get(`${group}:${id}`)?.nextSlot(from) ?? slotCount)
    return next
  }

  /** By key, as each has a slot of its own; null while an entry is half executed. */
  #digests(seat: string, keys: readonly string[]): ReadonlyMap<string, string> | null {
    const view = this.#views.get(seat)
    const found = new Map<string, string>()
    for (const key of keys) {
      const digest = view?.slotDigest(keySlot(key)) ?? null
      if (digest === null) return null
      found.set(key, `${digest.high}-${digest.low}`)
    }
    return found
  }

  /** At level causal nothing is read while it is so. */
  #ahead(member: number, group: number): () => boolean {
    const seats = this.#answering(member, group).map((id) => this.oracle(group).seat(id))
    const before = seats.map(({ isAhead, aheadSteps }) => ({ isAhead, aheadSteps }))
    const mayBe = this.#options.profile.level !== 'causal'
    const isAhead = ({ aheadSteps }: MergingSeat, at: number): boolean =>
      before[at]?.isAhead === true || aheadSteps > (before[at]?.aheadSteps ?? 0)
    return () => mayBe && seats.some(isAhead)
  }

  #begin(member: number, group: number): () => Span {
    // Keys are with any group, and nothing that was answered is lost.
    if (this.#options.profile.moves) return () => ({ ...nowhere, member, group })
    const holders = this.#answering(member, group)
    const isElsewhere = this.#fleet !== null || !holders.includes((member + 1) as MemberId)
    if (isElsewhere) return this.#beginAt(holders, member, group)
    const { made } = this.oracle(group).seat((member + 1) as MemberId)
    const sim = this.#options.members()[member] as SimMember
    const from = made.length
    const life = sim.life
    return () => ({ member, group, from, to: made.length, life: sim.life === life ? life : 0 })
  }
  /** As `#begin`, where any of these may carry it out. */
  #beginAt(holders: readonly MemberId[], member: number, group: number): () => Span {
    const begun = holders.map((id) => {
      const { made } = this.oracle(group).seat(id)
      return { made, member: id - 1, from: made.length }
    })
    return () => {
      const anyOf = begun.map(({ made, ...each }) => ({ ...each, to: made.length }))
      return { member, group, from: 0, to: 0, life: 0, anyOf }
    }
  }

  /** Who may answer what a member is asked of a group. */
  #answering(member: number, group: number): readonly MemberId[] {
    // Who will hold it by then is not known.
    if (this.#fleet !== null) return this.#options.members().map(({ id }) => id)
    const holders = holdersOf(this.#options.profile, group) as readonly MemberId[]
    const id = (member + 1) as MemberId
    return holders.includes(id) ? [id] : holders
  }
}

const nowhere = { from: 0, to: 0, life: 0, anyOf: [] } as const

/** Those whose names operations carry. */
function keysIn(ops: Uint8Array, keys: readonly string[]): readonly string[] {
  const text = Buffer.from(ops).toString('latin1')
  return keys.filter((key) => text.includes(key))
}
