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
/** Milliseconds in which a member that starts links to those that are there. */
const linkMs = 2_000
const never = Number.MAX_SAFE_INTEGER

export interface LeadershipInit {
  readonly self: MemberId
  readonly clocks: Clocks
  readonly skewMs: number
  readonly rota: Pick<Rota<MemberGroup>, 'all' | 'stirAll' | 'stir'>
  readonly state: () => Pick<RouterState, 'maintenance' | 'cluster'>
  /** This member stops. */
  readonly isEnding: () => boolean
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
  /** Monotonic ms of the first link. */
  #startedAt: number | null = null
  /** Members that came: who comes back itself finds the others there. */
  readonly #came = new Set<MemberId>()
  /** Those of them that did not take what they were given. */
  readonly #unfit = new Set<MemberId>()

  constructor(init: LeadershipInit) {
    this.#init = init
  }

  peerUp(peer: MemberId, { mono }: Now): void {
    this.#since.set(peer, mono)
    this.#unfit.delete(peer)
    this.#startedAt ??= mono
    const isNew = mono - this.#startedAt < linkMs
    if (isNew && !this.#led().some(({ leader }) => leader === this.#init.self)) return
    this.#came.add(peer)
    this.#shareAt = Math.min(this.#shareAt, mono + settleMs)
    this.#shareUntil = mono + settleMs + sharingMs
  }

  peerDown(peer: MemberId): void {
    this.#since.delete(peer)
    this.#came.delete(peer)
  }

  wakeAt(): number {
    return this.#shareAt
  }

  turn(now: Now, out: Output[]): void {
    this.#watchSkew(now, out)
    const { mono } = now
    if (mono < this.#shareAt) return
    this.#shareAt = this.#share(now) && mono < this.#shareUntil ? mono + lookMs : never
    if (this.#shareAt === never) this.#came.clear()
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
   * One group goes to a member that came, of those that both have, while it leads fewer of them by two at least. Nobody
   * gives to who was there, so nothing goes to and fro. Whether there may be more to do; once there is not, what an
   * operator hands over stays where it is.
   */
  #share({ mono }: Now): boolean {
    const { self, state, clocks, skewMs, isEnding } = this.#init
    if (isEnding()) return false
    const isMoving = (state().cluster.topology.moves ?? []).length > 0
    if (isMoving || Math.abs(clocks.offset()) > skewMs) return this.#wait(mono)
    const given = this.#given
    this.#given = null
    const led = this.#led()
    const isBack = led.some(({ shard, leader }) => shard === given?.shard && leader === self)
    if (given !== null && isBack) this.#unfit.add(given.to)
    let most = 1
    let best: (Led & { readonly to: MemberId }) | null = null
    let isAwaited = led.some(({ leader }) => leader === null)
    for (const to of this.#came) {
      if (this.#unfit.has(to)) continue
      const common = led.filter(({ shard }) => shard.membership.members.voters.includes(to))
      const own = common.filter(({ leader }) => leader === self)
      const more = own.length - common.filter(({ leader }) => leader === to).length
      if (more <= most) continue
      const ready = this.#isSettled(to, mono) ? own.find((each) => isReady(each, to)) : undefined
      if (ready === undefined) {
        isAwaited = true
        continue
      }
      most = more
      best = { ...ready, to }
    }
    if (best === null) return isAwaited && this.#wait(mono)
    this.#given = best
    this.#init.rota.stir(best.index)
    state().maintenance.handOver(mono, best.shard.id)
    best.shard.handOver(best.to, true)
    return true
  }

  /** There will be something to do: that does not count as looking. */
  #wait(mono: number): true {
    this.#shareUntil = mono + sharingMs
    return true
  }

  #led(): readonly Led[] {
    return this.#init.rota.all.flatMap((shard, index) => {
      if (!(shard instanceof Shard) || shard.id === topologyGroupId) return []
      return shard.sight.supports.transfers ? [{ shard, index, leader: shard.lead.leader }] : []
    })
  }

  #isSettled(member: MemberId, mono: number): boolean {
    const since = this.#since.get(member)
    const isRight = Math.abs(this.#init.clocks.deviationOf(member)) <= this.#init.skewMs
    return isRight && since !== undefined && mono - since >= settleMs
  }
}

/** It has what the leader has: asked earlier, the group would stand still until it does, or until that is given up. */
function isReady({ shard }: Led, member: MemberId): boolean {
  const peer = shard.status()?.peers.find((each) => each.member === member)
  return peer !== undefined && !peer.recovering && peer.state === 'replicate'
}
