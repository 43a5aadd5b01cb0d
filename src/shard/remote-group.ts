// A group of which this member holds no replica, for the clients that it serves all the same. It is the origin
// of their commands as a shard is: numbers their batches, sends them to whoever leads until they are answered,
// once each; only the answers come from the leader, and reads are handed to a replica. Driven by the core.

import type { Config, KeyspaceConfig } from '../api/config.js'
import type { CommandSpec } from '../api/command.js'
import {
  type Group,
  type GroupCall,
  type GroupReport,
  type GroupScripts,
  type GroupSight,
  type Lane,
  makeLane,
} from '../api/group.js'
import type { KeyEvents } from '../api/events.js'
import type { GroupId, MemberId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { loading, noLeader } from '../api/replies.js'
import type { ErrorReply, Reply } from '../api/reply.js'
import type { Supports } from '../api/strategy.js'
import { ByteReader } from '../base/bytes.js'
import type { Random } from '../base/random.js'
import { Answering } from './answering.js'
import type { Batch } from './batch.js'
import { voidBody } from './batch.js'
import { Blocked } from './blocked.js'
import { BusyNews } from './busy-news.js'
import type { Gathering } from './gathering.js'
import { GroupReads } from './group-reads.js'
import { encodeAsk } from './guest-messages.js'
import { Inquiry } from './inquiry.js'
import { Lanes } from './lanes.js'
import { LateAnswers } from './late-answers.js'
import { Lead } from './lead.js'
import { Listening } from './listening.js'
import { Origin } from './origin.js'
import { Patience } from './patience.js'
import { encodeForward } from './proposer.js'
import { readLevelOf } from './reads.js'
import { remoteReport, RemoteScripts, RemoteSight } from './remote-view.js'
import { RemoteReads } from './remote-reads.js'
import { Replicas } from './replicas.js'
import { ServingReplica } from './serving-replica.js'
import { type Channel, channels, type ShardSink } from './sink.js'

export interface RemoteGroupInit {
  readonly id: GroupId
  readonly shard: number
  readonly keyspace: KeyspaceConfig
  /** Who holds a replica now. */
  readonly holders: () => readonly MemberId[]
  readonly config: Config
  readonly supports: Supports
  readonly sink: ShardSink
  readonly random: Random
  /** With the other groups of its keyspace at this member. */
  readonly gathering?: Gathering | undefined
  readonly specOf: (name: string) => CommandSpec | undefined
  /** Hears of the keys of the group while it wants to. */
  readonly events: KeyEvents
  /** Carries out what scripts of its clients publish. */
  readonly scripted?: (db: number, args: readonly string[]) => void
  /** Milliseconds after which clients hear that a script runs. */
  readonly busyMs?: () => number
}

/** Greatest leap of an origin above the incarnation that a later life of it had. */
const leapMax = 1 << 20
/** Milliseconds between two questions how things stand: to the leader while the group is used, to all while nobody leads. */
const askMs = 500
const askLeaderlessMs = 100
/** Milliseconds since the last command for which the group is in use. */
const usedMs = 3_000

export class RemoteGroup implements Group {
  readonly id: GroupId
  readonly keyspace: string
  readonly shard: number
  readonly scripts: GroupScripts
  readonly sight: GroupSight
  readonly isLoaded = true
  readonly isRemote = true
  readonly keyTotal = 0
  readonly lead = new Lead()
  readonly lane = makeLane
  /** As a replica counted them, some time ago. */
  readonly keyCount = (db: number): number => this.#countOf(db)?.keys ?? 0
  readonly expiresCount = (db: number): number => this.#countOf(db)?.expires ?? 0
  readonly averageTtl = (db: number): number => this.#countOf(db)?.averageTtl ?? 0
  readonly #init: RemoteGroupInit
  /** Each replica takes writes, and counts for itself. */
  readonly #merges: boolean
  readonly #replicas: Replicas
  readonly #serving = new ServingReplica()
  readonly #origin: Origin
  readonly #blocked: Blocked
  readonly #reads: GroupReads
  readonly #remoteReads: RemoteReads
  readonly #lanes: Lanes
  readonly #late: LateAnswers
  readonly #inquiry: Inquiry
  readonly #busy: BusyNews
  readonly #listening: Listening
  readonly #answering: Answering
  readonly #patience = new Patience()
  #isStarted = false
  /** Who led when it was last looked at, and in which term. */
  #leader: MemberId | null = null
  #term = 0
  #near: MemberId | null = null
  #usedAt = -usedMs
  #askAt = 0
  #now: Now = { wall: 0, mono: 0 }

  constructor(init: RemoteGroupInit) {
    const { config, keyspace, sink } = init
    this.id = init.id
    this.keyspace = keyspace.name
    this.shard = init.shard
    this.#init = init
    this.#merges = init.supports.order !== 'total'
    this.#replicas = new Replicas(init.holders(), this.#merges)
    this.sight = new RemoteSight(init.supports, this.#replicas)
    this.#late = new LateAnswers({
      isUnanswered: (sequence) => this.#origin.batch(sequence) !== null,
      served: (answer) => this.#blocked.served(answer),
    })
    this.#blocked = new Blocked({
      self: config.self,
      waiters: this.#late,
      incarnation: () => this.#origin.incarnation,
      add: (lane, call) => this.#origin.add(lane, call, this.#now),
      isSending: () => this.#origin.isSending,
      specOf: init.specOf,
      inquire: () => this.#inquiry.want(),
    })
    this.#origin = new Origin(config.requestMs, this.#blocked, init.gathering)
    this.#reads = new GroupReads(config.requestMs, readLevelOf(keyspace.level))
    this.#lanes = new Lanes({
      reads: this.#reads,
      origin: this.#origin,
      refuses: () => this.#busy.busy(),
      now: () => this.#now,
    })
    this.#remoteReads = new RemoteReads({
      sink,
      spec: () => undefined,
      submit: () => undefined,
      answer: (lane, call, reply) => this.#lanes.answerRead(lane, call, reply),
      applied: () => this.#replicas.newest,
      ...(this.#merges ? {} : { floor: () => this.#replicas.newest }),
      seen: (place, from) => {
        this.#replicas.seen(place)
        this.#listening.answered(from, place)
      },
      wasLate: () => this.#listening.wasLate(),
    })
    this.#listening = new Listening(init.events)
    this.#answering = new Answering({
      self: config.self,
      ...{ origin: this.#origin, blocked: this.#blocked, late: this.#late },
      listening: this.#listening,
      replicas: this.#replicas,
      scripted: init.scripted,
    })
    this.#inquiry = new Inquiry({
      self: config.self,
      origin: this.#origin,
      blocked: this.#blocked,
      late: this.#late,
      leap: () => init.random.between(1, leapMax),
      ask: (lane, call) => this.#reads.add(lane, call, this.#now),
      level: this.#merges ? 'local' : 'linearizable',
    })
    const busyMs = init.busyMs ?? (() => 0)
    this.#busy = new BusyNews({ config, sink, busyMs })
    this.scripts = new RemoteScripts(this.#busy)
  }

  start({ incarnation }: { readonly incarnation: number }, now: Now): void {
    this.#now = now
    this.#isStarted = true
    this.#origin.incarnation = incarnation * 1024
  }

  begin(now: Now): void {
    this.#now = now
    this.#blocked.turn(now)
    this.#busy.turn(null, now)
  }

  leave(lane: Lane): void {
    this.#init.sink.stir()
    this.#blocked.leave(lane)
  }

  unblock(lane: Lane, how: 'timeout' | 'error', done: (reply: Reply) => void): void {
    this.#init.sink.stir()
    this.#blocked.unblock(lane, how, done)
  }

  submit(lane: Lane, call: GroupCall): void {
    this.#init.sink.stir()
    this.#usedAt = this.#now.mono
    this.#lanes.submit(lane, call, this.#now)
  }

  get inFlight(): number {
    return this.#origin.pending + this.#reads.pending + this.#remoteReads.pending
  }

  message(from: MemberId, channel: Channel, body: Uint8Array): void {
    if (!this.#replicas.has(from)) return
    this.#serving.heard(from)
    switch (channel) {
      case channels.host:
        return this.#answering.told(from, body)
      case channels.answer:
        return this.#remoteReads.answered(from, body)
      case channels.expect:
        return this.#expected(body)
      case channels.busy:
        return this.#busy.hear(from, body, this.#now)
      default:
    }
  }

  peerUp(peer: MemberId): void {
    this.#replicas.up(peer)
    if (this.#replicas.has(peer)) this.#ask(peer)
  }

  peerDown(peer: MemberId): void {
    this.#replicas.down(peer)
  }

  /** Members are others now. */
  listed(connected: readonly MemberId[]): void {
    this.#replicas.listed(this.#init.holders(), connected)
    this.#init.sink.stir()
  }

  /** What changes here is not heard of. */
  get isDeaf(): boolean {
    return this.#listening.isDeaf
  }

  /** Time alone may end what waits. */
  get isRestless(): boolean {
    return !this.#isStarted || this.inFlight > 0 || this.#patience.isEnding
  }

  /** Commands came in after `flush` that could be sent at once. */
  get hasUnasked(): boolean {
    if (!this.#isStarted || this.#leader === null) return false
    return (
      (this.#inquiry.isDone && this.#origin.maySend(this.#now)) || this.#reads.mayAsk(this.#now)
    )
  }

  flush(now: Now): void {
    this.#now = now
    if (this.#isStarted) this.#send(now)
    const due = this.#patience.judge(now, this.#leader !== null)
    const why = this.#why
    const running = this.#busy.running
    if (running === null && this.#origin.graceMs > 0) this.#origin.renew(now)
    this.#origin.graceMs = running === null ? 0 : limits.scriptMsMax
    const busy = this.#busy.busy()
    if (busy !== null) this.#origin.refuse(busy)
    this.#lanes.expire(due, why)
    this.#remoteReads.expire(due, why)
  }

  /** Begins a clean stop: who waits is answered, or told that it is not known. */
  readonly stop = (now: Now): void => this.#patience.begin(now)

  /** Members with a replica are asked for what this one has none of. */
  load(): void {}
  acceptLoss(): void {}
  diskShort(): void {}
  handOver(): void {}
  requestCheckpoint(): void {}
  readonly rest = (): null => null
  readonly isHandingOver = (): boolean => false
  readonly stopped = (): 'clean' => 'clean'

  wakeAt(): number {
    const now = this.#now
    return Math.min(
      this.#origin.wakeAt(now),
      this.#blocked.wakeAt(),
      this.#reads.wakeAt(),
      this.#remoteReads.wakeAt(now),
      this.#patience.wakeAt(now),
      this.#inquiry.wakeAt(now),
      this.#asks ? Math.max(this.#askAt, now.mono + 1) : Number.MAX_SAFE_INTEGER,
    )
  }

  report(): GroupReport {
    const { keyspace } = this.#init
    const of = { id: this.id, shard: this.shard, keyspace, merges: this.#merges }
    return remoteReport(this.#replicas, { ...of, counters: this.counters() })
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#origin.counters, ...this.#reads.counters }
  }

  #countOf(db: number) {
    return this.#replicas.news?.counts.find((count) => count.db === db)
  }

  get #isUsed(): boolean {
    return this.#now.mono - this.#usedAt < usedMs || this.inFlight > 0 || this.#blocked.count > 0
  }

  /** Who leads has to be known before a command comes: else it would be refused at once. */
  get #asks(): boolean {
    return this.#isUsed || this.#listening.subscription > 0 || this.#leader === null
  }

  #send(now: Now): void {
    if (this.#serving.isSilent(now)) this.#replicas.silent()
    this.#watch()
    const { leader, near } = this.#replicas
    if (!this.#merges || leader !== null) this.#inquiry.turn(now)
    this.#remoteReads.add(this.#reads.takeAll())
    this.#remoteReads.flush(now, leader, near)
    // What an earlier life of this member had numbered alike would be taken for this one's.
    if (this.#inquiry.isDone) {
      this.#origin.flush(now, (batch, acknowledged) => this.#forward(batch, acknowledged))
    }
    const isElsewhere = this.#listening.turn(near)
    if (!isElsewhere && (!this.#asks || now.mono < this.#askAt)) return
    this.#askAt = now.mono + (leader === null && this.#isUsed ? askLeaderlessMs : askMs)
    for (const member of this.#replicas.linked) {
      if (isElsewhere || leader === null || member === leader) this.#ask(member)
    }
  }

  /** Somebody else leads, or again: what is not answered goes out again, and what was may be lost. */
  #watch(): void {
    const { leader, near, news } = this.#replicas
    const term = leader === null ? 0 : (news?.term ?? 0)
    if (near !== this.#near) this.#remoteReads.retryAll()
    this.#near = near
    if (leader === this.#leader && term === this.#term) return
    this.#leader = leader
    this.#term = term
    this.lead.see(leader, this.#now.mono)
    if (this.#merges && leader === null) this.#askAt = 0
    if (this.#merges && leader !== null && this.#serving.moves(leader, term)) this.#move()
    this.#origin.resendAll()
    this.#remoteReads.retryAll()
    if (leader !== null) this.#inquiry.want()
  }

  /** What is under way may have been executed where it went: nobody can be asked any more. */
  #move(): void {
    const { incarnation, isUnheard } = this.#origin
    if (!isUnheard) this.#origin.outlive(incarnation + 1, 0)
    this.#late.reset()
    this.#inquiry.anew()
  }

  #forward(batch: Batch, acknowledged: number): boolean {
    const leader = this.#leader
    if (leader === null) return false
    // Fixed now: a batch may become void later, and every replica must execute what this one does.
    const body = batch.isVoid ? () => voidBody : () => batch.body()
    const { incarnation } = this.#origin
    const isScripted = batch.isScripted && !batch.isVoid
    const numbered = { incarnation, sequence: batch.sequence, acknowledged, body, isScripted }
    return this.#init.sink.send(leader, channels.forward, encodeForward(numbered))
  }

  #ask(member: MemberId): void {
    const subscription = member === this.#replicas.near ? this.#listening.subscription : 0
    this.#init.sink.send(member, channels.guest, encodeAsk(subscription))
    this.#serving.asked(member, this.#now)
  }

  /** The leader told which of our batches it waits for, or that it knows a later life of ours. */
  #expected(body: Uint8Array): void {
    const reader = new ByteReader(body)
    const incarnation = reader.varint()
    const sequence = reader.varint()
    if (!reader.ok) return
    if (incarnation > this.#origin.incarnation) this.#inquiry.outlive(incarnation)
    else if (incarnation === this.#origin.incarnation) this.#origin.expect(sequence, this.#now)
  }

  readonly #why = (): ErrorReply => (this.#isStarted ? noLeader : loading)
}
