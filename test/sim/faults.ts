// The injector: at moments drawn from the seed it strikes with one of the seed's faults, and takes it
// away again. It damages disks only while a majority stays intact, because no protocol survives more.

import type { Random } from '../../src/base/random.js'
import type { SimClient } from './client.js'
import type { Judge } from './judge.js'
import type { SimMember } from './member.js'
import type { SimNetwork } from './network.js'
import { aheadFaults, mergingFaults } from './merging/profile.js'
import { type EventFault, eventFaults, type Profile } from './profile.js'
import type { Schedule } from './schedule.js'

/** What the injector may do to the world. */
export interface FaultTarget {
  readonly schedule: Schedule
  readonly members: readonly SimMember[]
  readonly clients: readonly SimClient[]
  readonly judge: Judge
  network(): SimNetwork
  /** Index of a member that leads, or -1. */
  leader(): number
  /** Ends a process; `power`: its machine loses power. Restarts it after `downUs`. */
  crash(member: SimMember, how: { readonly power: boolean; readonly downUs: number }): void
  /** An empty disk in place of the member's own. */
  replace(member: SimMember): void
  /** Asks a leader for other members; false where that is refused. */
  changeMembers(random: Random): boolean
  /** Whether the disk of this member may be damaged now. */
  mayDamage(member: SimMember): boolean
  /** Empties the disks of a majority at once; false where that is not possible now. */
  loseMajority(): boolean
  /** The disk of this member was damaged: tell the oracle. */
  damaged(member: SimMember): void
}

export class FaultInjector {
  readonly #target: FaultTarget
  readonly #random: Random
  readonly #profile: Profile
  readonly #kinds: readonly EventFault[]
  #active = true
  /** Bumped by `stop`: what was to be taken away later is healed already. */
  #era = 0

  constructor(target: FaultTarget, random: Random, profile: Profile) {
    this.#target = target
    this.#random = random
    this.#profile = profile
    this.#kinds = [...eventFaults, ...mergingFaults, ...aheadFaults].filter((kind) =>
      profile.faults.has(kind),
    )
    this.#beginSteady()
    if (this.#kinds.length > 0) this.#next(1_000_000)
    if (profile.faults.has('members')) this.#changeMembers()
  }

  /** The safety phase is over: nothing strikes any more. */
  stop(): void {
    this.#active = false
    this.#era++
    const { members, judge, schedule, clients } = this.#target
    this.#network().heal()
    for (const client of clients) client.connection?.stall(false)
    for (const member of members) {
      member.clock.heal(schedule.now)
      member.slowness = 1
      member.disk.slowness = 1
      member.disk.failNext = false
      member.push({ kind: 'disk', short: false })
    }
    judge.mark('liveness-phases')
  }

  #beginSteady(): void {
    const { judge, members, schedule } = this.#target
    const { faults, network } = this.#profile
    for (const kind of ['net-drop', 'net-duplicate', 'net-reorder', 'net-delay'] as const) {
      if (faults.has(kind)) judge.fault(kind)
    }
    this.#network().rates = { ...network }
    for (const member of members) {
      if (faults.has('clock-skew')) member.clock.jump(this.#random.between(-600_000, 600_000))
      if (faults.has('clock-drift'))
        member.clock.drift(schedule.now, this.#random.between(-200, 200))
    }
    if (faults.has('clock-skew')) judge.fault('clock-skew')
    if (faults.has('clock-drift')) judge.fault('clock-drift')
  }

  #next(firstUs: number): void {
    const wait = firstUs + this.#random.below(this.#profile.faultMeanUs * 2)
    this.#target.schedule.after(wait, () => {
      if (!this.#active) return
      this.#strike(this.#random.pick(this.#kinds))
      this.#next(0)
    })
  }

  /** All the time, beside what strikes: most of it falls to a time without a leader, or to an open change. */
  #changeMembers(): void {
    this.#target.schedule.after(300_000 + this.#random.below(500_000), () => {
      if (!this.#active) return
      if (this.#target.changeMembers(this.#random)) this.#target.judge.fault('members')
      this.#changeMembers()
    })
  }

  #strike(kind: EventFault): void {
    const { members, judge } = this.#target
    const member = this.#random.pick(members)
    const done =
      this.#strikeNetwork(kind) ||
      this.#strikeProcess(kind, member) ||
      this.#strikeDisk(kind, member)
    if (done || this.#strikeRest(kind, member)) judge.fault(kind)
  }

  #strikeNetwork(kind: EventFault): boolean {
    const size = this.#target.members.length
    if (size < 2) return false
    const a = this.#random.below(size)
    const b = (a + 1 + this.#random.below(size - 1)) % size
    switch (kind) {
      case 'net-clog':
        this.#cut([[a, b]], this.#time(5_000_000))
        return true
      case 'net-reset':
        this.#network().reset(a, b)
        return true
      case 'net-half-open':
        this.#network().reset(a, b, this.#time(3_000_000))
        return true
      case 'partition-one':
        this.#cut(
          pairs(size, (x, y) => x === a || y === a),
          this.#time(3_000_000),
        )
        return true
      case 'partition-halves': {
        const sides = Array.from({ length: size }, () => this.#random.below(2))
        this.#cut(
          pairs(size, (x, y) => sides[x] !== sides[y]),
          this.#time(3_000_000),
        )
        return true
      }
      case 'partition-long': {
        // One alone, or everybody.
        const isRing = this.#random.chance(1, 3)
        this.#cut(
          pairs(size, (x, y) => isRing || x === a || y === a),
          this.#time(20_000_000),
        )
        return true
      }
      case 'partition-one-way':
        this.#cut(
          pairs(size, (x, _y) => x === a),
          this.#time(3_000_000),
        )
        return true
      case 'partition-bridge':
        // Everybody sees only `a`.
        this.#cut(
          pairs(size, (x, y) => x !== a && y !== a),
          this.#time(3_000_000),
        )
        return true
      case 'partition-ring':
        this.#cut(
          pairs(size, (x, y) => (x + 1) % size !== y && (y + 1) % size !== x),
          this.#time(3_000_000),
        )
        return true
      case 'partition-leader': {
        const leader = this.#target.leader()
        if (leader < 0) return false
        const oneWay = this.#random.chance(1, 3)
        this.#cut(
          pairs(size, (x, y) => x === leader || (!oneWay && y === leader)),
          this.#time(3_000_000),
        )
        return true
      }
      case 'partition-flapping':
        for (let i = 0; i < 6; i++) {
          this.#later(i * 300_000, () =>
            this.#cut(
              [
                [a, b],
                [b, a],
              ],
              150_000,
            ),
          )
        }
        return true
      default:
        return false
    }
  }

  #strikeProcess(kind: EventFault, member: SimMember): boolean {
    const { members } = this.#target
    switch (kind) {
      case 'crash-kill':
        return this.#crash(member, false)
      case 'crash-power':
        return this.#crash(member, true)
      case 'crash-leader': {
        const leader = members[this.#target.leader()]
        return leader !== undefined && this.#crash(leader, this.#random.chance(1, 2))
      }
      case 'crash-all': {
        const power = this.#random.chance(1, 2)
        for (const each of members) this.#crash(each, power)
        return true
      }
      case 'crash-loop':
        for (let i = 0; i < 4; i++)
          this.#later(i * 400_000, () => this.#crash(member, false, 100_000))
        return true
      case 'stop-clean':
        if (!member.isUp) return false
        member.stop()
        return true
      case 'pause':
        member.pause(this.#time(4_000_000))
        return true
      case 'pause-leader': {
        const leader = members[this.#target.leader()]
        leader?.pause(this.#time(4_000_000))
        return leader !== undefined
      }
      case 'slow-cpu':
        member.slowness = this.#random.pick([50, 300])
        this.#later(this.#time(2_000_000), () => (member.slowness = 1))
        return true
      default:
        return false
    }
  }

  #strikeDisk(kind: EventFault, member: SimMember): boolean {
    switch (kind) {
      case 'disk-slow':
        member.disk.slowness = this.#random.pick([10, 100, 1_000])
        this.#later(this.#time(2_000_000), () => (member.disk.slowness = 1))
        return true
      case 'disk-fail':
        if (!member.isUp) return false
        member.disk.failNext = true
        return true
      case 'disk-full':
        member.push({ kind: 'disk', short: true })
        this.#later(this.#time(3_000_000), () => member.push({ kind: 'disk', short: false }))
        return true
      case 'disk-wipe':
      case 'disk-stale':
      case 'disk-rot':
        return this.#damage(kind, member)
      default:
        return false
    }
  }

  #strikeRest(kind: EventFault, member: SimMember): boolean {
    switch (kind) {
      case 'clock-jump':
        member.clock.jump(this.#random.between(-100_000, 100_000))
        return true
      case 'clock-leap':
        member.clock.leap(this.#random.between(-600_000, 600_000))
        return true
      case 'clock-ahead':
        member.clock.leap(this.#random.between(2_000, 5_000))
        return true
      case 'clock-freeze':
        member.clock.freeze(this.#target.schedule.now)
        this.#later(this.#time(2_000_000), () => member.clock.thaw())
        return true
      case 'client-reset':
        this.#random.pick(this.#target.clients).breakConnection()
        return true
      case 'client-stall': {
        const { connection } = this.#random.pick(this.#target.clients)
        connection?.stall(true)
        this.#later(this.#time(2_000_000), () => connection?.stall(false))
        return connection !== null
      }
      default:
        return false
    }
  }

  /** A disk is damaged while its process is down, and is found so at the next start. */
  #damage(kind: 'disk-wipe' | 'disk-stale' | 'disk-rot', member: SimMember): boolean {
    if (!this.#target.mayDamage(member)) return false
    if (kind === 'disk-stale') member.disk.backUp()
    const wait = kind === 'disk-stale' ? this.#time(2_000_000) : 0
    this.#later(wait, () => {
      if (!this.#target.mayDamage(member)) return
      this.#crash(member, false, this.#time(500_000) + 1)
      if (kind === 'disk-wipe') this.#target.replace(member)
      if (kind === 'disk-stale') member.disk.restoreBackup()
      if (kind === 'disk-rot') member.disk.rot(this.#random.pick(['log', 'log', 'state']))
      this.#target.damaged(member)
    })
    return true
  }

  #crash(member: SimMember, power: boolean, downUs = this.#time(2_000_000)): boolean {
    if (!member.isUp) return false
    this.#target.crash(member, { power, downUs })
    return true
  }

  #cut(paths: readonly (readonly [number, number])[], us: number): void {
    const network = this.#network()
    const fresh = paths.filter(([from, to]) => !network.isBlocked(from, to))
    for (const [from, to] of fresh) network.block(from, to)
    // TCP gives up on some of the cut links before the path is back.
    for (const [from, to] of fresh) {
      if (this.#random.chance(1, 3))
        this.#later(this.#random.below(us), () => network.reset(from, to))
    }
    this.#later(us, () => {
      for (const [from, to] of fresh) network.unblock(from, to)
    })
  }

  #later(us: number, act: () => void): void {
    const era = this.#era
    this.#target.schedule.after(us, () => {
      if (era === this.#era) act()
    })
  }

  /** Short more often than long. */
  #time(mostUs: number): number {
    const share = this.#random.pick([10, 4, 2, 1])
    return 10_000 + this.#random.below(Math.floor(mostUs / share))
  }

  #network(): SimNetwork {
    return this.#target.network()
  }
}

function pairs(
  size: number,
  take: (x: number, y: number) => boolean,
): readonly (readonly [number, number])[] {
  const made: (readonly [number, number])[] = []
  for (let x = 0; x < size; x++) {
    for (let y = 0; y < size; y++) if (x !== y && take(x, y)) made.push([x, y])
  }
  return made
}
