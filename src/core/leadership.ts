// Who of the members leads which groups, as far as this one may change it: it hands over what it leads where its clock
// is far from the others', and a group at a time to a member that came back. Who stayed while the others were
// restarted leads everything then, and clients that go by slots all ask that one.

import type { MemberId, Now } from '../api/ids.js'
import type { Output } from '../api/io.js'
import type { RouterState } from '../router/state.js'
import { Shard } from '../shard/shard.js'
import type { Clocks } from './clocks.js'
import type { MemberGroup } from './make-groups.js'
import type { Rota } from './rota.js'
import { topologyGroupId } from './topology-group.js'

const lookMs = 1_000
/** Milliseconds that a member is there before it gets its share, and after which others do not look for that any more. */
const settleMs = 10_000
const sharingMs = 300_000
const never = Number.MAX_SAFE_INTEGER

export interface LeadershipInit {
  readonly self: MemberId
  readonly clocks: Clocks
  readonly skewMs: number
  readonly rota: Pick<Rota<MemberGroup>, 'all' | 'stirAll' | 'stir'>
  readonly state: () => Pick<RouterState, 'maintenance' | 'cluster'>
}

/** A group of data that has one leader at a time, and this member a replica. */
interface Led {
  readonly shard: Shard
  /** Its place in the rota. */
  readonly index: number
  readonly leader: MemberId | null
}

export class Leadership {
  readonly #init: LeadershipInit
  #skewAt = 0
  /** Monotonic ms of the next look at shares, and of the last one. */
  #shareAt = never
  #shareUntil = 0
  /** Monotonic ms since which members are linked. */
  readonly #since = new Map<MemberId, number>()
  /** What was given last, and to whom. */
  #given: { readonly shard: Shard; readonly to: MemberId } | null = null
  /** Members that did not take what they were given. */
  readonly #unfit = new Set<MemberId>()

  constructor(init: LeadershipInit) {
    this.#init = init
  }

  peerUp(peer: MemberId, { mono }: Now): void {
    this.#since.set(peer, mono)
    this.#unfit.delete(peer)
    this.#shareAt = Math.min(this.#shareAt, mono + settleMs)
    this.#shareUntil = mono + settleMs + sharingMs
  }

  peerDown(peer: MemberId): void {
    this.#since.delete(peer)
  }

  wakeAt(): number {
    return this.#shareAt
  }

  turn(now: Now, out: Output[]): void {
    this.#watchSkew(now, out)
    const { mono } = now
    if (mono < this.#shareAt) return
    this.#shareAt = this.#share(now) && mono < this.#shareUntil ? mono + lookMs : never
  }

  /** All that it leads, to `to` where that can take it. */
  handOver(to: MemberId | null, { mono }: Now): void {
    this.#init.state().maintenance.handOver(mono)
    for (const shard of this.#init.rota.stirAll()) shard.handOver(to)
  }

  #watchSkew(now: Now, out: Output[]): void {
    const { clocks, skewMs } = this.#init
    if (now.mono - this.#skewAt < lookMs) return
    this.#skewAt = now.mono
    const deviation = Math.abs(clocks.offset())
    if (deviation <= skewMs) return
    this.handOver(clocks.nearest(), now)
    const fields = { deviation, allowed: skewMs }
    out.push({ kind: 'trace', event: { level: 'warn', event: 'clock.skewed', fields } })
  }

  /**
   * One group goes to who leads the fewest, where that is fewer by two at least: else it would go to and fro. Whether
   * there may be more to do. Once there is not, what an operator hands over stays where it is.
   */
  #share({ mono }: Now): boolean {
    const { self, state } = this.#init
    if ((state().cluster.topology.moves ?? []).length > 0) return true
    const given = this.#given
    this.#given = null
    if (given?.shard.lead.leader === self) this.#unfit.add(given.to)
    const led = [...this.#led()]
    const counts = new Map<MemberId | null, number>()
    for (const { leader } of led) counts.set(leader, (counts.get(leader) ?? 0) + 1)
    let least = (counts.get(self) ?? 0) - 1
    let best: (Led & { readonly to: MemberId }) | null = null
    for (const each of led) {
      if (each.leader !== self) continue
      for (const to of each.shard.membership.members.voters) {
        const count = counts.get(to) ?? 0
        if (count >= least || !this.#isFit(to, mono)) continue
        least = count
        best = { ...each, to }
      }
    }
    if (best === null) {
      const isSettled = [...this.#since.values()].every((since) => mono - since >= settleMs)
      return !isSettled || counts.has(null)
    }
    this.#given = best
    state().maintenance.handOver(mono, best.shard.id)
    this.#init.rota.stir(best.index)
    best.shard.handOver(best.to, true)
    return true
  }

  *#led(): Iterable<Led> {
    const { all } = this.#init.rota
    for (let index = 0; index < all.length; index++) {
      const shard = all[index]
      if (!(shard instanceof Shard) || shard.id === topologyGroupId) continue
      const { leader } = shard.lead
      if (shard.sight.supports.transfers) yield { shard, index, leader }
    }
  }

  #isFit(member: MemberId, mono: number): boolean {
    const since = this.#since.get(member)
    return since !== undefined && mono - since >= settleMs && !this.#unfit.has(member)
  }
}
