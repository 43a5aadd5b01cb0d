// One simulated cluster from one seed: members, network, disks, clients and the checks around them. One
// step is one turn of one member's core. Everything that happens comes from the schedule, in an order
// that the seed decides.

import type { MemberId } from '../../src/api/ids.js'
import type { Input, Output } from '../../src/api/io.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'
import type { TraceEvent } from '../../src/api/trace.js'
import { AssertionError } from '../../src/base/assert.js'
import { Random } from '../../src/base/random.js'
import { coreGroup, readFrame } from '../../src/core/wire.js'
import { channels } from '../../src/shard/sink.js'
import { AimedFaults } from './aimed-faults.js'
import { type ClientProfile, SimClient } from './client.js'
import { SimClock } from './clock.js'
import { simConfig } from './cluster-config.js'
import { Counters } from './counters.js'
import { Damage } from './damage.js'
import { Digests } from './digests.js'
import { SimDisk } from './disk.js'
import { FaultInjector, type FaultTarget } from './faults.js'
import { type EraStamp, History } from './history.js'
import { FleetWorld } from './fleet.js'
import { Judge } from './judge.js'
import { SimMember, type MemberWorld } from './member.js'
import { watchMembers } from './members.js'
import { Merging } from './merging/merging.js'
import type { SessionClient } from './merging/sessions.js'
import { stampOfAll } from './moves.js'
import { SimNetwork } from './network.js'
import { GroupOracle } from './oracle.js'
import { firstGroup, groupOf, holdersOf } from './placement.js'
import { probed } from './probe.js'
import { TopologyWorld } from './topology.js'
import type { Profile } from './profile.js'
import type { Reactor, ReactorFactory } from './reactor.js'
import { Schedule } from './schedule.js'
import { TraceHash } from './trace.js'
import { type Eyes, eyesFor } from './watch.js'
import { Workload } from './workload.js'

export interface WorldOptions {
  readonly seed: number
  readonly profile: Profile
  readonly factory: ReactorFactory
  readonly strategies: readonly StrategyPlugin[]
  /** Called after every step, with what went in and came out: for the readable trace. */
  readonly watch?: (member: SimMember, inputs: readonly Input[], outputs: readonly Output[]) => void
}

/** Inputs that may wait at one member; more means that something grows without bound. */
const inboxMax = 20_000
const sessionThinkUs = 60_000

export class World implements MemberWorld, FaultTarget {
  readonly schedule = new Schedule()
  readonly judge = new Judge()
  readonly trace = new TraceHash()
  readonly history: History
  readonly workload: Workload
  readonly members: readonly SimMember[]
  readonly clients: SimClient[]
  readonly injector: FaultInjector
  readonly aimed: AimedFaults
  readonly profile: Profile
  readonly digests: Digests
  /** In place of the oracles of one order, where members merge. */
  readonly merging: Merging | null
  /** The group may not go on: its members must say why they stand still. */
  isMajorityLost = false
  readonly #options: WorldOptions
  readonly #network: SimNetwork
  readonly #oracles = new Map<number, GroupOracle>()
  readonly #eyes = new Map<number, Eyes | null>()
  readonly #strategies: ReadonlyMap<string, StrategyPlugin>
  readonly topology: TopologyWorld
  /** Where whole members come and go. */
  readonly fleet: FleetWorld | null
  readonly #cores: Random
  readonly #crashes: Random
  readonly #clientRandom: Random
  readonly #damage = new Damage(this)
  readonly #counters = new Counters(this.judge)
  #connections = 0

  constructor(options: WorldOptions) {
    const random = new Random(options.seed, 0x51554f52)
    const { profile } = options
    this.#options = options
    this.profile = profile
    this.#cores = random.fork()
    this.#crashes = random.fork()
    this.digests = new Digests(this.judge)
    const disks = random.fork()
    const starts = random.fork()
    this.members = Array.from({ length: profile.members }, (_, index) => {
      const disk = new SimDisk(this.schedule, disks.fork(), {
        min: 100,
        max: disks.pick([300, 2_000]),
      })
      const clock = new SimClock(starts.between(1_000, 1_000_000_000))
      return new SimMember(index, { world: this, clock, disk })
    })
    this.#network = new SimNetwork(this.schedule, random.fork(), {
      ends: this.members,
      rates: profile.network,
    })
    if (profile.laterEngine) this.judge.mark('later-engines')
    this.history = new History(this.judge, profile.level === 'sequential')
    this.history.stampOf = (member, key) => this.#stampOf(member, key)
    this.workload = new Workload(random.fork(), {
      history: this.history,
      judge: this.judge,
      profile: profile.workload,
    })
    const plugin = options.strategies.find((each) => each.name === profile.strategy)
    const merges = plugin !== undefined && plugin.supports.order !== 'total'
    const merging = merges ? this.#merging(options.seed) : null
    this.merging = merging
    this.topology = new TopologyWorld(this, new Random(options.seed, 0x546f706f))
    const comings = new Random(options.seed, 0x466c6565)
    this.fleet = profile.fleet === null ? null : new FleetWorld(this, comings)
    for (const member of this.members) member.isSeated = member.id <= (profile.fleet ?? member.id)
    this.#strategies = new Map(
      options.strategies.map((plugin) => {
        const { judge } = this
        const eyes = (group: number): Eyes | null => this.#eyes.get(group) ?? null
        const oracle = (group: number): GroupOracle => this.oracle(group)
        const { learners } = profile
        const isRooted = profile.rooted && plugin.supports.order !== 'total'
        const own = isRooted ? plugin : probed(plugin, { judge, oracle, eyes, learners })
        return [plugin.name, this.topology.plugin(merging?.plugin(plugin) ?? own, plugin)]
      }),
    )
    this.#clientRandom = random.fork()
    this.clients = Array.from({ length: profile.clients }, (_, at) =>
      this.newClient(at % 3 === 2 || this.fleet !== null ? null : at % profile.members),
    )
    for (const session of merging?.sessions.clients ?? [])
      this.clients.push(this.sessionClient(session, null))
    for (const member of this.members) member.start()
    this.topology.start()
    this.fleet?.start()
    this.#network.start()
    this.injector = new FaultInjector(this, random.fork(), profile)
    this.aimed = new AimedFaults(this, random.fork(), profile)
  }

  readonly network = (): SimNetwork => this.#network

  #merging(seed: number): Merging {
    const { judge, profile } = this
    const [members, fleet] = [() => this.members, () => this.fleet]
    return new Merging({ seed, judge, profile, members, fleet })
  }

  oracle(group: number): GroupOracle {
    let oracle = this.#oracles.get(group)
    if (oracle === undefined) {
      const { judge, profile } = this
      const { born, voters } = this.topology.startOf(group)
      const changing = watchMembers(profile, judge, born)
      oracle = new GroupOracle(`group ${group}`, { judge, ...profile, voters, changing })
      this.#damage.tell(oracle)
      oracle.onElected = (member) => this.aimed.elected(member)
      oracle.onCampaign = (member) => this.aimed.campaigned(member)
      this.#oracles.set(group, oracle)
      this.#eyes.set(group, eyesFor(this.profile.strategy, { judge: this.judge, oracle }))
    }
    return oracle
  }

  /** Members that are there: a process that is down comes back. */
  get present(): readonly SimMember[] {
    return this.members.filter(({ isSeated }) => isSeated)
  }

  readonly oracles = (): readonly GroupOracle[] => [...this.#oracles.values()]

  leader(): number {
    if (this.merging !== null) return this.merging.writer
    return (this.#oracles.get(firstGroup(this.profile))?.leader() ?? 0) - 1
  }

  get leaderChanges(): number {
    return this.oracles().reduce((sum, oracle) => sum + oracle.leaderChanges, 0)
  }

  /** A client beside the ones of the profile; `pinned` to a member or roaming. */
  newClient(pinned: number | null): SimClient {
    return this.#makeClient(this.merging ?? this.workload, { ...this.profile, pinned })
  }

  /** One operation at a time. */
  sessionClient(session: SessionClient, pinned: number | null): SimClient {
    const thinkMeanUs = Math.min(this.profile.thinkMeanUs, sessionThinkUs)
    return this.#makeClient(session, { ...this.profile, thinkMeanUs, pipelineMax: 1, pinned })
  }

  #makeClient(workload: Pick<Workload, 'next'>, profile: ClientProfile): SimClient {
    return new SimClient({
      schedule: this.schedule,
      random: this.#clientRandom.fork(),
      servers: this.members,
      workload,
      history: this.history,
      judge: this.judge,
      profile,
      nextConnection: () => ++this.#connections,
    })
  }

  build(member: SimMember): Reactor {
    const boot = member.disk.open((input) => member.push(input))
    member.disk.markClean(false)
    return this.#options.factory({
      config: simConfig(this.profile, member.id),
      boot,
      strategies: this.#strategies,
      random: this.#cores.fork(),
      now: member.clock.now(this.schedule.now),
      laterEngine: this.profile.laterEngine ? this.#cores.uint32() : null,
      unpackedMax: new Random(this.#options.seed, 0x5061636b + member.id).pick([0, 1, 256]),
    })
  }

  /** The operator's word, through the door that the CLI uses; `told` gets the reply. */
  acceptLoss(at: number, told: (reply: string) => void): void {
    for (const oracle of [this.topology.oracle, ...this.oracles()]) oracle.lossAccepted()
    this.isMajorityLost = false
    const client = this.newClient(at)
    client.stop()
    client.enqueue([{ args: ['QUORATE', 'RECOVER', 'ACCEPT-LOSS'], data: false, told }])
  }

  #stampOf(member: number, key: string): EraStamp {
    const { profile } = this
    const at = groupOf(profile, key)
    const id = (member + 1) as MemberId
    // The key may be with any group.
    if (profile.moves) return stampOfAll(this.oracles(), id)
    // Who holds no replica is in whatever era answers it.
    const isHeld = holdersOf(profile, at).includes(id)
    const now = (): number => (isHeld ? this.oracle(at).eraOf(id) : this.oracle(at).era)
    return { era: now(), now }
  }

  turned(member: SimMember, inputs: readonly Input[], outputs: readonly Output[]): void {
    const { judge, trace } = this
    judge.step++
    trace.number(member.id)
    trace.number(this.schedule.now)
    for (const input of inputs) trace.input(input)
    for (const output of outputs) {
      trace.output(output)
      if (output.kind === 'frame' && this.#eyes.size > 0) this.#listen(member, output.bytes)
    }
    this.merging?.turned(member.id)
    this.#options.watch?.(member, inputs, outputs)
    judge.hold(
      member.inboxCount < inboxMax,
      'bounded',
      () => `member ${member.id}: ${member.inboxCount} inputs wait`,
    )
    if ((judge.step & 3) === 0 && member.reactor !== null) {
      this.topology.look(member.index, member.reactor)
      if (this.merging === null) this.digests.look(member.id, member.reactor.views())
      else this.merging.look(member.id)
      if ((judge.step & 63) === 0)
        for (const view of member.reactor.views()) this.#counters.look(member.id, view)
      if (this.#damage.has(member)) this.#damage.look(member)
    }
  }

  traced(_member: SimMember, event: TraceEvent): void {
    this.judge.mark(event.event)
    if (event.event !== 'zab.halted' || this.isMajorityLost) return
    this.judge.fail('halted', `a member halts: ${String(event.fields['why'])}`)
  }

  stopped(
    member: SimMember,
    output: { readonly code: number; readonly why: string; readonly clean: boolean },
  ): void {
    const isDamaged = this.#damage.has(member)
    const isOut = this.fleet?.removed(member, output.why) === true
    const isLegal = output.code === 0 || member.disk.isPoisoned || isDamaged || isOut
    this.judge.hold(
      isLegal,
      'stopped',
      () => `member ${member.id} stops with ${output.code}: ${output.why}`,
    )
    this.judge.mark(output.code === 0 ? 'clean-stops' : 'stops')
    this.crash(member, { power: false, downUs: 50_000 + this.#crashes.below(500_000) })
    if (output.code === 0) member.disk.markClean(output.clean)
    // The operator's answer to a member that refuses its disk: an empty one, for the groups as well that it had refilled.
    else if (isDamaged && !output.why.includes('an older copy')) {
      this.replace(member)
      this.merging?.damaged(member.id)
    }
  }

  threw(member: SimMember, error: unknown): void {
    const kind = error instanceof AssertionError ? 'assertion' : 'exception'
    const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error)
    this.judge.fail('assertion', `member ${member.id}: ${kind}: ${text}`)
  }

  crash(member: SimMember, how: { readonly power: boolean; readonly downUs: number }): void {
    member.end()
    if (how.power) member.disk.losePower(this.profile.lossMode)
    else member.disk.kill()
    for (const oracle of this.oracles()) oracle.ended(member.id)
    this.topology.ended(member.id)
    this.merging?.ended(member.id, how.power)
    this.digests.ended(member.id)
    // A dead process is noticed at once, a dead machine only when somebody misses it.
    this.#network.gone(member.index, how.power ? 50_000 + this.#crashes.below(2_000_000) : 1_000)
    this.schedule.after(how.downUs, () => member.start())
  }

  /** A machine with an empty disk comes with a right clock: an incarnation is its time. */
  replace(member: SimMember): void {
    member.disk.wipe()
    member.clock.heal(this.schedule.now)
  }

  /** A member that never was sits down, with an empty disk. */
  seat(member: SimMember): void {
    for (const oracle of [this.topology.oracle, ...this.oracles()]) oracle.damaged(member.id)
    this.merging?.damaged(member.id)
  }

  /** It will never come back. */
  left(member: SimMember): void {
    this.#damage.forget(member)
  }

  get isDamaged(): boolean {
    return this.#damage.size > 0
  }

  changeMembers(random: Random): boolean {
    return (
      this.#damage.size === 0 &&
      (this.merging?.lists?.change(random) === true ||
        this.oracles().some(({ members }) => members?.change(random) === true))
    )
  }

  mayDamage(member: SimMember): boolean {
    if (this.fleet?.isThin === true) return false
    if (this.oracles().some(({ members }) => members?.mayLose(member.id) === false)) return false
    const isNeeded = this.profile.placement?.some(
      (ids) => ids.length < 3 && ids.includes(member.id),
    )
    if (isNeeded === true) return false
    return this.members.length >= 3 && this.#damage.size === 0 && member.life !== 0
  }

  damaged(member: SimMember): void {
    this.#damage.add(member, this.#oracles)
    for (const oracle of this.oracles()) oracle.damaged(member.id)
    this.topology.damaged(member.id)
    this.merging?.damaged(member.id)
    this.digests.damaged(member.id)
  }

  loseMajority(): boolean {
    const { members } = this
    const isWhole = this.#damage.size === 0 && members.every((member) => member.life !== 0)
    if (!isWhole || this.oracles().length === 0) return false
    this.isMajorityLost = true
    for (const oracle of [this.topology.oracle, ...this.oracles()]) oracle.majorityLost()
    const from = this.#crashes.below(members.length)
    for (let i = 0; i * 2 < members.length; i++) {
      const member = members[(from + i) % members.length] as SimMember
      this.crash(member, { power: false, downUs: 1_000 + this.#crashes.below(500_000) })
      this.replace(member)
      this.damaged(member)
    }
    return true
  }

  /** What the strategies of a member say to others. */
  #listen(member: SimMember, frame: Uint8Array): void {
    let target = 0
    readFrame(
      frame,
      (head) => {
        target = head.target
        return true
      },
      ({ group, channel, body }) => {
        if (group === coreGroup || channel !== channels.strategy) return
        this.#eyes.get(group - 1)?.speech.spoken(member.id, target as MemberId, body)
      },
    )
  }
}
