// Faults that strike where the protocol is tender: at the moment of an election, and at a leader whose
// answers are on their way. Chance alone rarely meets these moments. Only seeded bugs ask for them.

import type { MemberId } from '../../src/api/ids.js'
import type { Random } from '../../src/base/random.js'
import type { FaultTarget } from './faults.js'
import type { AimedFault, Profile } from './profile.js'

type Paths = readonly (readonly [number, number])[]

export class AimedFaults {
  readonly #target: FaultTarget
  readonly #random: Random
  readonly #profile: Profile
  #active = true

  constructor(target: FaultTarget, random: Random, profile: Profile) {
    this.#target = target
    this.#random = random
    this.#profile = profile
    if (this.#has('cut-answers')) this.#nextDeaf()
    if (this.#has('wipe-majority')) this.#wipeLater()
  }

  stop(): void {
    this.#active = false
  }

  /** A member was elected: this is its turn, and none of its messages as leader has left. */
  elected(member: MemberId): void {
    if (this.#active && this.#has('cut-elected')) this.#cutElected(member - 1)
  }

  /** A member began a term and asks for votes: none of the requests has left. */
  campaigned(member: MemberId): void {
    if (!this.#active || !this.#has('cut-campaign')) return
    // Everybody else is in touch again, so that the older leader goes on.
    this.#target.network().heal()
    const paths = this.#others(member - 1).flatMap((x) => [
      [member - 1, x] as const,
      [x, member - 1] as const,
    ])
    this.#cut(
      'cut-campaign',
      paths,
      this.#electionUs() + this.#random.below(this.#electionUs() * 2),
    )
  }

  /**
   * The new leader reaches only a minority, at once or after it could send a little: what it says last
   * stays with few, as in figure 8 of the Raft paper.
   */
  #cutElected(leader: number): void {
    const others = this.#others(leader)
    const kept = this.#random.below(others.length >> 1)
    while (others.length > 0 && others.length > this.#target.members.length - 1 - kept)
      others.splice(this.#random.below(others.length), 1)
    const paths = others.flatMap((x) => [[leader, x] as const, [x, leader] as const])
    const wait = this.#random.chance(1, 2) ? 0 : this.#random.below(this.#electionUs())
    const lasts = this.#electionUs() * 2 + this.#random.below(this.#electionUs() * 2)
    const cut = (): void => this.#cut('cut-elected', paths, lasts)
    if (wait === 0) cut()
    else this.#target.schedule.after(wait, cut)
    // Until somebody else leads.
    this.#target.schedule.after(wait + lasts + this.#electionUs(), () => {
      if (this.#active && this.#target.leader() === leader) this.#cutElected(leader)
    })
  }

  /** Once: a majority of the members loses its disks, one shortly after the other. */
  #wipeLater(): void {
    this.#target.schedule.after(300_000 + this.#random.below(2_500_000), () => {
      if (!this.#active) return
      if (this.#target.loseMajority()) this.#target.judge.fault('wipe-majority')
      else this.#wipeLater()
    })
  }

  #nextDeaf(): void {
    const wait = this.#electionUs() * 2 + this.#random.below(this.#electionUs() * 6)
    this.#target.schedule.after(wait, () => {
      if (!this.#active) return
      this.#deafen()
      this.#nextDeaf()
    })
  }

  /**
   * First the leader's followers are not heard any more, then it is not heard by them. When the cut ends,
   * answers of before it arrive at a leader that was replaced meanwhile.
   */
  #deafen(): void {
    const leader = this.#target.leader()
    if (leader < 0) return
    const others = this.#others(leader)
    const lasts = this.#electionUs() + this.#random.below(this.#electionUs() * 4)
    this.#cut(
      'cut-answers',
      others.map((x) => [x, leader] as const),
      lasts,
    )
    const outgoing = others.map((x) => [leader, x] as const)
    this.#target.schedule.after(1_000 + this.#random.below(30_000), () =>
      this.#cut('cut-answers', outgoing, lasts),
    )
  }

  #cut(kind: AimedFault, paths: Paths, us: number): void {
    if (!this.#active) return
    const network = this.#target.network()
    const fresh = paths.filter(([from, to]) => !network.isBlocked(from, to))
    for (const [from, to] of fresh) network.block(from, to)
    this.#target.judge.fault(kind)
    // TCP may have given up meanwhile; then nothing that was held back arrives.
    const isReset = kind === 'cut-elected' && this.#random.chance(1, 2)
    this.#target.schedule.after(us, () => {
      if (!this.#active) return
      if (isReset) for (const [from, to] of fresh) network.reset(from, to)
      for (const [from, to] of fresh) network.unblock(from, to)
    })
  }

  #others(member: number): number[] {
    return this.#target.members.map((_, at) => at).filter((at) => at !== member)
  }

  #electionUs(): number {
    return this.#profile.electionMs * 1_000
  }

  #has(kind: AimedFault): boolean {
    return this.#profile.faults.has(kind)
  }
}
