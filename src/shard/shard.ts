// A shard: one replication group on this member. It ties a strategy to an engine: takes commands from
// the router, batches them for the leader, drives the strategy once per turn, executes what it
// delivers and answers. Driven by the core; never touches a socket, a disk or a clock.

import type { Engine, EngineOptions } from '../api/engine.js'
import {
  type Group,
  type GroupCall,
  type GroupReport,
  type GroupScripts,
  type Lane,
  makeLane,
} from '../api/group.js'
import type { GroupId, MemberId, Now, Token } from '../api/ids.js'
import { type Position, positionZero } from '../api/position.js'
import { showDigest } from '../api/keyspace-digest.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import type { Rest } from '../api/rest.js'
import { diskFull, groupDown, loading, noLeader } from '../api/replies.js'
import type { Strategy, StrategyStatus } from '../api/strategy.js'
import type { Hash64 } from '../base/hash.js'
import { busyRefusal, tellBusy } from './busy.js'
import { Drive } from './drive.js'
import { Evictor } from './evictor.js'
import { EventLog } from './event-log.js'
import { deliverMessage, isAmongReplicas } from './deliver-message.js'
import { Executor } from './executor.js'
import { executorHost } from './executor-host.js'
import { Lanes } from './lanes.js'
import { Lead } from './lead.js'
import { Life } from './life.js'
import { Membership } from './membership.js'
import { countersOf, viewOf } from './merging.js'
import { groupReadsOf, type GroupReads } from './group-reads.js'
import type { Guests } from './guests.js'
import { type Place, RemoteReads } from './remote-reads.js'
import { keyTotal, reportOf } from './report.js'
import type { Channel, ShardSink } from './sink.js'
import { engineOptionsOf, guestsOf, seatOf, type ShardInit, storageOf } from './shard-init.js'
import { strategyInitOf } from './strategy-init.js'
import { haltedMs, Patience } from './patience.js'
import { Sight } from './sight.js'
import type { Storage, StorageStart } from './storage.js'
import { Windows } from './windows.js'
import { Writes } from './writes.js'

export class Shard implements Group {
  readonly id: GroupId
  readonly keyspace: string
  readonly shard: number
  readonly scripts: GroupScripts | null
  readonly memory: Evictor
  readonly lane = makeLane
  readonly keyCount = (db: number): number => this.engine.keyCount(db)
  readonly expiresCount = (db: number): number => this.engine.expiresCount(db)
  readonly digest = (): Hash64 | null => this.executor.digest()
  readonly digestText = (): string => showDigest(this.digest())
  readonly averageTtl = (db: number): number => this.engine.averageTtl(db)
  readonly #init: ShardInit
  readonly #engineOptions: EngineOptions
  readonly #sink: ShardSink
  readonly #writes: Writes
  readonly sight: Sight
  readonly lead = new Lead()
  readonly #reads: GroupReads
  readonly #remoteReads: RemoteReads
  readonly #windows = new Windows()
  readonly #membership: Membership
  readonly #events: EventLog
  readonly executor: Executor
  readonly #storage: Storage
  readonly #lanes: Lanes
  #strategy: Strategy | null = null
  readonly #host: ReturnType<typeof executorHost>
  readonly #guests: Guests
  readonly #life = new Life()
  readonly #place = (): Place => ({ era: this.status()?.era ?? 0, ...this.applied })
  #drive: Drive | null = null
  #now: Now = { wall: 0, mono: 0 }
  #token = 0
  readonly #nextToken = (): Token => ++this.#token as Token
  #halted = ''
  readonly #patience = new Patience()
  #isDiskShort = false
  #isDeaf = false

  constructor(init: ShardInit) {
    this.id = init.id
    this.keyspace = init.keyspace.name
    this.shard = init.shard
    this.#init = init
    const strategy = () => (this.#halted === '' ? this.#strategy : null)
    this.#membership = new Membership(init, { strategy, token: this.#nextToken })
    this.#sink = init.sink
    this.#engineOptions = engineOptionsOf(
      init,
      () => this.#writes.ticks.timeAt(this.#now),
      this.#life,
    )
    const state = { strategy: () => this.#strategy, applied: () => this.applied }
    this.sight = new Sight(init.plugin.supports, { ...state, stir: () => this.#sink.stir() })
    this.memory = new Evictor(() => this.engine, init.memory)
    this.#reads = groupReadsOf(init)
    const isLeader = (): boolean => this.#writes.isLeader
    this.#guests = guestsOf(init, this, {
      ...{ windows: this.#windows, isLeader, applied: this.#place, life: this.#life },
      settled: (tell) => this.#host.afterAll(tell),
    })
    this.#events = new EventLog(init.events, init.config.databases, this.#guests)
    this.#writes = new Writes({
      ...init,
      guests: this.#guests,
      windows: this.#windows,
      random: init.random.fork(),
      engine: () => this.engine,
      ...{ evictor: this.memory, token: this.#nextToken },
      isAwaited: () => this.#events.isAwaited || this.#windows.waiters.size > 0,
      scripts: seatOf(init, this.#windows, () => this.executor),
    })
    this.scripts = this.#writes.scripts
    this.#lanes = new Lanes({
      reads: this.#reads,
      origin: this.#writes.origin,
      refuses: (call) => this.#refuses(call),
      now: () => this.#now,
    })
    this.#remoteReads = new RemoteReads({
      sink: init.sink,
      spec: (name) => this.engine.commands.get(name),
      submit: (lane, call) => this.submit(lane, call),
      answer: (lane, call, reply) => this.#lanes.answerRead(lane, call, reply),
      applied: this.#place,
    })
    this.#host = executorHost({
      init,
      ...{ writes: this.#writes, lanes: this.#lanes },
      ...{ events: this.#events, guests: this.#guests },
      specOf: (name) => this.engine.commands.get(name),
      now: () => this.#now,
      halt: (why) => this.#halt(why),
      strategy: () => this.#strategy,
      membership: this.#membership,
      seal: () => this.#storage.seal(),
    })
    this.executor = new Executor({
      engine: init.engine(this.#engineOptions, this.#events),
      ...{ events: this.#events, windows: this.#windows, reads: this.#reads, host: this.#host },
      ...(init.times === undefined ? {} : { times: init.times }),
    })
    this.#events.hides = (key) => this.executor.ownership.hides(key)
    this.#storage = storageOf(init, this, {
      makeEngine: () => init.engine(this.#engineOptions, this.#events),
      ...{ windows: this.#windows, executor: this.executor, membership: this.#membership },
      strategy: () => this.#strategy,
      installed: () => {
        this.#life.renew()
        this.#guests.changed()
        this.#writes.answerFromWindows()
        this.#events.forgotten()
      },
    })
  }

  get engine(): Engine {
    return this.executor.engine
  }

  /** Begins to load the checkpoint; `turn` goes on with it. */
  load(): void {
    this.#storage.load(this.engine)
  }

  get backups() {
    return this.#storage.backups
  }

  get isLoaded(): boolean {
    return this.#storage.isLoaded
  }

  /** The engine is loaded and the member's identity is known: the strategy begins. */
  start(start: StorageStart & { readonly incarnation: number }, now: Now): void {
    this.#now = now
    this.#writes.origin.incarnation = start.incarnation * 1024
    this.#life.begin(start.incarnation)
    this.executor.ownership.attach(this.engine)
    this.#strategy = this.#init.plugin.create({
      ...strategyInitOf(this.#init),
      ...this.#storage.recover(start),
      view: viewOf(this.executor),
      now,
      random: this.#init.random.fork(),
    })
    this.#membership.started()
    this.#drive = new Drive({
      strategy: this.#strategy,
      ...{ sink: this.#sink, reads: this.#reads, remoteReads: this.#remoteReads },
      isBehind: () => this.#isDiskShort,
      ...{ writes: this.#writes, executor: this.executor, storage: this.#storage },
      ...{ membership: this.#membership, token: this.#nextToken },
      settled: (tokens) => this.#host.settled(tokens),
      lead: this.lead,
      lostLeader: () => this.#events.forgotten(),
      ledAnew: () => this.#guests.changed(),
    })
  }

  /** Opens a turn: time passes. */
  begin(now: Now): void {
    this.#now = now
    this.#writes.begin(now)
    if (this.#halted === '') this.#strategy?.tick(now)
  }

  leave(lane: Lane): void {
    this.#sink.stir()
    this.#writes.blocked.leave(lane)
  }

  unblock(lane: Lane, how: 'timeout' | 'error', done: (reply: Reply) => void): void {
    this.#sink.stir()
    this.#writes.blocked.unblock(lane, how, done)
  }

  get inFlight(): number {
    return this.#writes.origin.pending + this.#reads.pending + this.#remoteReads.pending
  }

  submit(lane: Lane, call: GroupCall): void {
    this.#sink.stir()
    this.#lanes.submit(lane, call, this.#now)
  }

  message(from: MemberId, channel: Channel, body: Uint8Array): void {
    // A halted replica is as good as dead for its group: another one leads.
    if (this.#halted !== '' || (this.#isDeaf && isAmongReplicas(channel))) return
    const [strategy, writes, storage] = [this.#strategy, this.#writes, this.#storage]
    const [remoteReads, guests, now] = [this.#remoteReads, this.#guests, this.#now]
    deliverMessage({ strategy, writes, storage, remoteReads, guests }, { from, channel, body, now })
  }

  peerUp(peer: MemberId): void {
    this.#writes.peerUp(peer)
    if (this.#guests.has(peer)) return
    this.#strategy?.peerUp(peer)
    this.#storage.peerUp(peer)
  }

  peerDown(peer: MemberId): void {
    this.#writes.peerDown(peer)
    this.#storage.peerDown(peer)
    if (this.#guests.has(peer)) this.#guests.down(peer)
    else this.#strategy?.peerDown(peer)
  }

  /** Members are others now. */
  readonly listed = (): void => this.#guests.listed()

  diskShort(short: boolean): void {
    this.#isDiskShort = short
    if (short) this.#events.forgotten()
    this.#strategy?.diskShort(short)
  }

  readonly acceptLoss = (): void => this.#strategy?.acceptLoss()
  readonly requestCheckpoint = (): void => this.#storage.requestCheckpoint()

  /** Gives leadership away: to `to` where it can take it, else to another one unless `isOnly`. */
  handOver(to: MemberId | null = null, isOnly = false): void {
    const strategy = this.#writes.isLeader ? this.#strategy : null
    if ((to === null || strategy?.transfer(to) !== null) && !isOnly) strategy?.transfer(null)
  }

  /** What waits may go on for a reason outside of this group. */
  get isRestless(): boolean {
    if (this.#strategy === null || this.#patience.isEnding || this.inFlight > 0) return true
    if (this.executor.backlog > 0 || this.memory.isNeeded) return true
    return this.#writes.scripts?.isHolding === true
  }

  /** Changes of members within a turn, after `begin`. */
  get membership(): Membership {
    return this.#membership
  }

  rest(): Rest | null {
    return this.#halted === '' ? (this.#strategy?.rest?.() ?? null) : null
  }

  /** Commands came in after `flush` that could be asked for at once. */
  get hasUnasked(): boolean {
    if (this.#strategy === null || this.#halted !== '') return false
    return this.#writes.hasUnsent(this.#now) || this.#reads.mayAsk(this.#now)
  }

  /** Closes a turn: everything gathered goes to the strategy, what it delivers is executed and answered. */
  flush(now: Now): void {
    this.#now = now
    if (this.#halted === '') this.#drive?.run(now)
    this.#storage.turn(now)
    const due = this.#patience.judge(now, this.#drive?.status.leader !== null)
    tellBusy(this.#writes, { reads: this.#reads, lanes: this.#lanes, now })
    this.#lanes.expire(due, this.#why)
    this.#remoteReads.expire(due, this.#why)
    this.#host.expire(due)
  }

  stop(now: Now): void {
    this.#patience.begin(now)
    this.handOver()
  }

  /** Behind `stop`, once per turn: leadership is on its way. `stopped`, once clients are gone: all is on disk. */
  isHandingOver(now: Now): boolean {
    const leads = this.#writes.isLeader && this.sight.supports.transfers && this.#halted === ''
    return leads && !this.#membership.isAlone && this.#patience.waits(now, () => this.handOver())
  }

  stopped(now: Now): 'working' | 'clean' | 'unclean' {
    if (this.#strategy === null) return 'unclean'
    const forgets = this.#init.keyspace.durability === 'none'
    const { merges = false } = this.#engineOptions
    // Each entry more asks for a checkpoint more: others go on without this replica, but a majority may stop, too.
    if (merges || (forgets && this.#patience.isOver(now))) this.#strategy.diskShort(true)
    if (merges && this.executor.backlog === 0) this.#writes.dismissGuests()
    this.#isDeaf = merges && forgets
    return this.#storage.settle(now, this.#strategy.status())
  }

  wakeAt(): number {
    const at = Math.min(
      this.#strategy?.wakeAt() ?? Number.MAX_SAFE_INTEGER,
      this.#writes.wakeAt(this.#now),
      this.#reads.wakeAt(),
      this.#remoteReads.wakeAt(this.#now),
      this.#patience.wakeAt(this.#now),
    )
    // A halted replica does nothing of what is due but tell its callers: it must not be asked for ever.
    const soonest = this.#halted === '' ? at : Math.max(at, this.#now.mono + haltedMs)
    return Math.min(soonest, this.#storage.wakeAt())
  }

  report(): GroupReport {
    const { id, shard, engine, sight, keyTotal: keys } = this
    const { applied } = this.executor
    const halted = this.#halted !== '' ? this.#halted : this.#storage.why
    const facts = { id, shard, engine, sight, keys, applied, halted, counters: this.counters() }
    return reportOf({ ...facts, keyspace: this.#init.keyspace, strategy: this.status() })
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#writes.origin.counters,
      ...this.#reads.counters,
      late_answers: this.#windows.waiters.lateCount,
      ...countersOf(this.engine),
      ...this.#storage.counters,
    }
  }

  status(): StrategyStatus | null {
    return this.#strategy?.status() ?? null
  }

  setActiveExpire(isOn: boolean): void {
    this.#sink.stir()
    this.#writes.ticks.isExpiring = isOn
  }

  heldBy(member: MemberId): number | undefined {
    if (!this.#writes.isLeader) return undefined
    return this.#strategy?.status().peers.find((peer) => peer.member === member)?.match
  }

  get applied(): Position {
    return this.#strategy === null ? positionZero : this.executor.applied
  }

  get keyTotal(): number {
    return keyTotal(this.engine, this.#engineOptions.databases)
  }

  #halt(why: string): void {
    this.#halted = why
    this.#events.forgotten()
    this.#sink.trace({ level: 'error', event: 'shard.halted', fields: { group: this.id, why } })
  }

  #refuses(call: GroupCall): ErrorReply | null {
    if (this.#halted !== '') return groupDown(this.#halted)
    return call.write && this.#isDiskShort ? diskFull : busyRefusal(this.#writes, call)
  }

  readonly #why = (): ErrorReply => {
    if (this.#strategy === null) return loading
    if (this.#halted !== '') return groupDown(this.#halted)
    const why = this.#drive?.status.why ?? ''
    return why === '' ? noLeader : groupDown(why)
  }
}
