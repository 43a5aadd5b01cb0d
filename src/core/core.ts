// The core: one deterministic reactor. It gets all inputs of an event-loop pass together, lets router
// and shards work, and answers outputs: frames, client writes, store writes, traces. It knows no
// socket, no disk, no clock and no chance but what it is given.

import { clusterVersionNewest } from '../api/cluster-version.js'
import type { Config } from '../api/config.js'
import type { Door } from '../api/door.js'
import type { EngineFactory } from '../api/engine.js'
import type { Group } from '../api/group.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import type { Boot, Input, Output } from '../api/io.js'
import type { ScriptRunner } from '../api/scripts.js'
import type { ProcessFacts, Stopwatch } from '../api/stopwatch.js'
import type { StrategyPlugin } from '../api/strategy.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import { Messaging } from '../router/messaging/messaging.js'
import { Timekeeper } from '../router/latency/timekeeper.js'
import { Router } from '../router/router.js'
import { MemberMemory } from '../shard/member-memory.js'
import type { Channel, ShardSink } from '../shard/sink.js'
import { Clocks } from './clocks.js'
import { Cluster } from './cluster.js'
import { groupSink } from './group-sink.js'
import { type CoreInspection, inspectedCore } from './inspection.js'
import { commandsOf, groupMaker, isRefilled, type MemberGroup } from './make-groups.js'
import { Leadership } from './leadership.js'
import { type CommonStart, MemberGroups } from './member-groups.js'
import { Peers } from './peers.js'
import { MemberRests } from './rests.js'
import { Readiness } from './readiness.js'
import { Reconciler } from './reconciler.js'
import { Roster } from './roster.js'
import { Rota } from './rota.js'
import { SlotMovers } from './slot-movers.js'
import { Standing } from './standing.js'
import { Stopping } from './stopping.js'
import { Stores } from './stores.js'
import { tableRefusal } from './table-refusal.js'
import {
  keptTopology,
  makeTopologyGroup,
  type TopologyGroup,
  topologyGroupId,
} from './topology-group.js'
import { type Taker, takeInput } from './take-input.js'
import { Upgrade } from './upgrade.js'
import { coreChannels, coreGroup } from './wire.js'

export interface CoreInit {
  readonly config: Config
  readonly boot: Boot
  readonly strategies: ReadonlyMap<string, StrategyPlugin>
  readonly engine: EngineFactory
  readonly door: Door
  readonly random: Random
  readonly stopwatch: Stopwatch
  readonly facts: ProcessFacts
  readonly now: Now
  /** Runs scripts; without it they are refused. */
  readonly scripts?: ScriptRunner | undefined
}

export class Core {
  readonly #init: CoreInit
  readonly #out: Output[] = []
  readonly #stores: Stores
  readonly #groups: MemberGroups
  readonly #topology: TopologyGroup
  readonly #movers: SlotMovers
  /** The groups of data, then the topology's. */
  readonly #rota = new Rota<MemberGroup>()
  readonly #memory: MemberMemory
  readonly #peers: Peers
  readonly #rests: MemberRests
  readonly #clocks = new Clocks()
  readonly #cluster: Cluster
  readonly #reconciler: Reconciler
  readonly #messaging: Messaging
  readonly #router: Router
  readonly #times: Timekeeper
  #now: Now
  #wants = false
  /** Why the member must not start, or empty. */
  #refusal = ''
  #isStarted = false
  readonly #readiness = new Readiness()
  #diskShort = false
  /** Clients want to hear of keys: groups elsewhere are asked to tell. */
  #isListened = false
  readonly #stopping = new Stopping({
    rota: this.#rota,
    router: () => this.#router,
    tell: () => this.#standing.leave(),
  })
  #isStopped = false
  readonly #leadership: Leadership
  readonly #standing: Standing
  readonly #upgrade: Upgrade

  constructor(given: CoreInit) {
    const roster = new Roster(given.config, keptTopology(given.boot.logRows), given.strategies)
    const init = { ...given, config: roster.config }
    const { roots } = roster
    this.#reconciler = new Reconciler({ rota: this.#rota, topology: () => this.#topology, roots })
    this.#init = init
    this.#standing = new Standing({
      self: init.config.self,
      roster,
      peers: () => this.#peers,
      topology: () => this.#topology,
    })
    this.#upgrade = new Upgrade({
      newest: init.facts.clusterVersion ?? clusterVersionNewest,
      config: init.config,
      newestOf: (member) => this.#peers.newestOf(member),
      topology: () => this.#topology,
    })
    this.#now = init.now
    this.#times = new Timekeeper(init.stopwatch)
    this.#stores = new Stores(this.#out)
    this.#messaging = new Messaging(init.door.encode, {
      self: init.config.self,
      life: () => this.#peers.incarnation,
      send: (to, body) => this.#tell(to, coreChannels.messaging, body),
    })
    this.#rests = new MemberRests({
      life: () => this.#peers.incarnation,
      peers: () => this.#peers.connected(),
      send: (to, body) => this.#tell(to, coreChannels.rest, body),
      stir: (group) => this.#rota.stir(this.#groups.indexOf(group)),
    })
    const { facts, config } = init
    this.#memory = new MemberMemory({
      maxMemory: config.maxMemory,
      ceiling: facts.dataBytesMax ?? 0,
    })
    const sinkOf = (group: GroupId): ShardSink =>
      groupSink(group, {
        rota: this.#rota,
        index: () => this.#groups.indexOf(group),
        stores: this.#stores,
        peers: () => this.#peers,
        out: this.#out,
        wake: () => {
          this.#wants = true
        },
      })
    const state = () => this.#router.state
    this.#leadership = new Leadership({
      self: config.self,
      skewMs: config.clockSkewMs,
      isEnding: () => this.#stopping.isBegun,
      ...{ rota: this.#rota, clocks: this.#clocks, state },
    })
    const make = groupMaker({
      ...init,
      rota: this.#rota,
      sinkOf,
      state,
      events: this.#messaging.keyEvents,
      times: this.#times,
      memory: this.#memory,
      clocks: this.#clocks,
      rests: this.#rests,
      roster,
    })
    const { logRows } = init.boot
    const made = { config, roster, rota: this.#rota, stores: this.#stores, logRows, make }
    this.#groups = new MemberGroups(made)
    this.#topology = makeTopologyGroup({
      ...init,
      sink: sinkOf(topologyGroupId),
      rests: this.#rests.sightOf(topologyGroupId),
      stores: this.#stores,
      logRows,
      common: () => this.#upgrade.common,
      adopted: (topology) => {
        this.#standing.adopted(topology)
        if (this.#groups.follow(this.#peers.connected())) this.#router.regrouped()
        this.#router.adopt(topology)
      },
      roster,
    })
    this.#rota.add(this.#topology.shard)
    const { all: groups } = this.#groups
    const peers = () => this.#peers
    this.#movers = new SlotMovers({ config, groups, roots, topology: this.#topology, state, peers })
    this.#peers = new Peers({
      config: init.config,
      configFile: facts.configFile,
      out: this.#out,
      boot: init.boot,
      random: init.random.fork(),
      now: init.now,
      stores: this.#stores,
      clocks: this.#clocks,
      roster,
      upgrade: this.#upgrade,
      host: {
        message: (from, group, channel, body) => {
          const index = this.#groups.indexOf(group)
          this.#rota.stir(index)?.message(from, channel as Channel, body)
        },
        messaging: (from, body) => this.#messaging.receive(from, body),
        rests: (from, body) => this.#rests.receive(from, body, this.#now),
        topology: (from, body) =>
          this.#movers.hands.received(from, body) || this.#standing.received(from, body),
        peerUp: (peer) => {
          this.#standing.peerUp(peer)
          this.#messaging.peerUp(peer)
          this.#leadership.peerUp(peer, this.#now)
          for (const shard of this.#rota.stirAll()) shard.peerUp(peer)
        },
        peerDown: (peer) => {
          this.#messaging.peerDown(peer)
          this.#leadership.peerDown(peer)
          for (const shard of this.#rota.stirAll()) shard.peerDown(peer)
          this.#rests.lost(peer)
        },
        hasBegun: () => this.#isStarted,
      },
    })
    this.#cluster = new Cluster({
      config: init.config,
      peers: this.#peers,
      isLoading: () => !this.#isStarted,
      isReady: () => this.#readiness.look(this.#now, groups, this.#upgrade.isOver),
      isLeaving: () => this.#stopping.isLeaving,
      isDiskShort: () => this.#diskShort,
      requestStop: () => this.#stopping.begin(this.#now),
      requestCheckpoint: () => {
        for (const shard of this.#rota.stirAll()) shard.requestCheckpoint()
      },
      handOver: (to) => this.#leadership.handOver(to, this.#now),
      acceptLoss: (group) => this.#acceptLoss(group),
      topology: this.#topology,
      reconciler: this.#reconciler,
      roots,
    })
    this.#router = new Router({
      config: init.config,
      door: init.door,
      commands: commandsOf(init, groups),
      groups,
      cluster: this.#cluster,
      facts: init.facts,
      stopwatch: init.stopwatch,
      times: this.#times,
      random: init.random.fork(),
      now: init.now,
      messaging: this.#messaging,
    })
  }

  /** Hands over all inputs of one pass. The outputs are valid until the next call. */
  turn(now: Now, inputs: readonly Input[]): readonly Output[] {
    this.#out.length = 0
    this.#groups.load()
    this.#now = now
    this.#wants = false
    this.#standing.begin()
    this.#clocks.turn(now)
    this.#peers.begin(now)
    this.#rota.begin(now)
    for (const input of inputs) takeInput(input, now, this.#taker)
    this.#peers.turn(now)
    this.#rests.turn(now)
    this.#start(now)
    this.#movers.hands.tell(now)
    this.#reconciler.turn(now)
    this.#router.resume(now)
    const { isWanted } = this.#messaging.keyEvents
    if (isWanted !== this.#isListened) this.#rota.stirAll()
    this.#isListened = isWanted
    this.#rota.run((shard) => shard.flush(now))
    this.#topology.turn(now)
    this.#upgrade.turn(now)
    this.#movers.turn(now)
    this.#leadership.turn(now, this.#out)
    this.#watchRefill()
    this.#router.endTurn(now, this.#out)
    this.#peers.flush()
    this.#stopTurn(now)
    this.#rota.end((shard) => {
      this.#rests.set(shard.id, shard.rest())
      if (shard.hasUnasked) this.#wants = true
    })
    return this.#out
  }

  /** There is work left: call `turn` again soon, without waiting for input. */
  get wantsTurn(): boolean {
    return this.#wants
  }

  /** Monotonic milliseconds at which a turn is next needed. */
  wakeAt(): number {
    const groupsAt = Math.min(this.#rota.wakeAt(), this.#rests.wakeAt(), this.#leadership.wakeAt())
    const listsAt = Math.min(this.#standing.wakeAt(), this.#reconciler.wakeAt())
    const membersAt = Math.min(listsAt, this.#groups.wakeAt())
    const moversAt = this.#movers.wakeAt(this.#now.mono)
    const ownAt = Math.min(this.#peers.wakeAt(), this.#stopping.wakeAt(this.#now), moversAt)
    return Math.min(this.#router.wakeAt(), ownAt, membersAt, groupsAt)
  }

  /** For tests and the simulator only. */
  inspect(): CoreInspection {
    const { clusterId } = this.#peers
    const { all: groups } = this.#groups
    const isStarted = () => this.#isStarted
    return inspectedCore({ clusterId, groups, isStarted, topology: this.#topology })
  }

  readonly #taker: Taker = {
    router: () => this.#router,
    peers: () => this.#peers,
    stores: () => this.#stores,
    disk: (short) => {
      this.#diskShort = short
      if (short && hasBug('core-short-disk-stops')) this.#refusal = 'the disk is short'
      for (const shard of this.#rota.stirAll()) shard.diskShort(short)
    },
    stop: (now) => this.#stopping.begin(now),
  }

  /** A member that had lost its disk says so until then. */
  #watchRefill(): void {
    if (this.#peers.recovering === null || !this.#isStarted) return
    if (isRefilled(this.#rota.all, this.#topology)) this.#peers.refilled()
  }

  /** Once the identity is known and all checkpoints are loaded, the strategies begin. */
  #start(now: Now): void {
    if (this.#isStarted) return this.#started(this.#groups.turn(now, () => this.#startOf()))
    if (!this.#groups.isLoaded) return
    this.#judgeTable()
    if (!this.#peers.isOpen || !this.#standing.mayStart(now)) return
    this.#isStarted = true
    this.#readiness.begin(now)
    this.#started(this.#groups.start({ start: this.#startOf(), now }))
  }

  #startOf(): CommonStart {
    const { hasHistory, isOldCopy, recovering, incarnation } = this.#peers
    const { witness, witnessDamaged } = this.#init.boot
    return {
      ...{ witness, witnessDamaged },
      ...{ hasHistory, isOldCopy, recovering, incarnation },
    }
  }

  #started(groups: readonly MemberGroup[]): void {
    for (const group of groups) {
      if (this.#diskShort) group.diskShort(true)
      for (const peer of this.#peers.connected()) group.peerUp(peer)
    }
  }

  #judgeTable(): void {
    const other = this.#peers.otherTable
    if (other === null) return
    const keys = this.#groups.all.reduce((sum, group) => sum + group.keyTotal, 0)
    const refusal = tableRefusal(other, keys, this.#init.boot.logRows)
    if (refusal === null) this.#peers.acceptTable()
    else this.#refusal = refusal
  }

  #tell(to: MemberId, channel: number, body: Uint8Array): boolean {
    return this.#peers.send(to, { group: coreGroup, channel, body })
  }

  #acceptLoss(group: GroupId | null): string | null {
    if (!this.#isStarted) return 'the member is loading or waits for the cluster to be born'
    const asked: Group | null | undefined = group === null ? null : this.#groups.all[group]
    if (asked === undefined) return `there is no group ${group}`
    if (asked?.isRemote === true) return `this member holds no replica of group ${group}`
    for (const shard of this.#rota.stirAll())
      if (group === null || shard.id === group) shard.acceptLoss()
    return null
  }

  /** What ends the member: a store that failed, a refusal, or a clean stop that is through. */
  #stopTurn(now: Now): void {
    if (this.#isStopped) return
    if (this.#stores.failed !== null) return this.#end(74, this.#stores.failed, false)
    const removed = this.#standing.removed
    if (removed !== '' && this.#isStarted) this.#stopping.begin(now)
    const refused = this.#peers.refusal || this.#upgrade.refusal || (this.#isStarted ? '' : removed)
    const refusal = refused || this.#refusal || this.#router.startFault
    if (refusal !== '') return this.#end(1, refusal, false)
    const clean = this.#stopping.turn(now)
    if (clean !== null) this.#end(0, removed || 'asked to stop', clean)
  }

  #end(code: number, why: string, clean: boolean): void {
    this.#isStopped = true
    this.#out.push({ kind: 'stopped', code, why, clean })
  }
}
