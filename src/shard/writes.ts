// The way of writes to the log: this member's batches go to the leader, wherever it is; as leader it
// takes the batches of all origins in sequence, and ticks that expire keys. Follows who leads.

import type { Config } from '../api/config.js'
import type { Engine } from '../api/engine.js'
import type { EntryHead } from '../api/entry.js'
import type { MemberId, Now, Token } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { ok } from '../api/reply.js'
import type { Strategy, StrategyStatus } from '../api/strategy.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import type { Random } from '../base/random.js'
import { hasBug } from '../base/seeded-bug.js'
import { type Batch, CommandPayload, type Commands, encodeCommands, sizeOf } from './batch.js'
import { Blocked } from './blocked.js'
import type { Debt, Refused } from './debt.js'
import type { Evictor } from './evictor.js'
import type { Gathering } from './gathering.js'
import type { Guests } from './guests.js'
import { Origin } from './origin.js'
import {
  encodeForward,
  forwardPlain,
  forwardScripted,
  Proposer,
  type Proposal,
  proposalOf,
} from './proposer.js'
import { type ScriptSeat, Scripts } from './scripts.js'
import { channels, type ShardSink } from './sink.js'
import { Ticks } from './ticks.js'
import { WaiterGuard } from './waiter-guard.js'
import type { LateAnswer, WaiterId } from './waiters.js'
import type { Windows } from './windows.js'

export interface WritesInit {
  readonly config: Config
  readonly sink: ShardSink
  readonly windows: Windows
  readonly random: Random
  readonly engine: () => Engine
  readonly evictor: Evictor
  readonly token: () => Token
  readonly clockOffset: () => number
  /** Clients of other members wait to hear of changes, or for elements. */
  readonly isAwaited: () => boolean
  /** Of the groups of its keyspace. */
  readonly gathering?: Gathering | undefined
  /** Absent where this member runs no scripts. */
  readonly scripts?: ScriptSeat | undefined
  /** Origins without a replica. */
  readonly guests?: Guests | null
}

/** Milliseconds until an origin is asked again whose batch was refused: longer than it ignores a repetition. */
const refusedMs = 40
/** Milliseconds until it is asked in any case: what refused it may have been no want of room. */
const refusedMsMax = 150
/** Greatest leap of an origin above the incarnation that a later life of it had. */
const leapMax = 1 << 20

export class Writes {
  readonly ticks: Ticks
  readonly #init: WritesInit
  readonly #self: MemberId
  readonly origin: Origin
  readonly blocked: Blocked
  readonly #guard: WaiterGuard
  readonly #proposer: Proposer
  readonly scripts: Scripts | null
  /** Of the turn; null before the first. */
  #strategy: Strategy | null = null
  /** As leader; one per member. */
  readonly #owed = new Map<MemberId, Debt>()
  #leader: MemberId | null = null
  #isLeader = false
  #term = 0
  /** Index, as of the last `watch`. */
  #commit = 0
  #now: Now = { wall: 0, mono: 0 }

  constructor(init: WritesInit) {
    this.#init = init
    this.#self = init.config.self
    this.blocked = new Blocked({
      self: this.#self,
      waiters: init.windows.waiters,
      incarnation: () => this.origin.incarnation,
      add: (lane, call) => this.origin.add(lane, call, this.#now),
      isSending: () => this.origin.isSending,
      specOf: (name) => init.engine().commands.get(name),
    })
    this.origin = new Origin(init.config.requestMs, this.blocked, init.gathering)
    this.#guard = new WaiterGuard(init.windows.waiters, this.#self, init.guests)
    this.#proposer = new Proposer(init.random, {
      skewMs: init.config.clockSkewMs,
      clockOffset: init.clockOffset,
      isAwaited: init.isAwaited,
      bounds: () => init.evictor.bounds,
    })
    this.ticks = new Ticks(this.#proposer, init.engine)
    this.scripts = init.scripts === undefined ? null : this.#makeScripts(init.scripts)
  }

  #makeScripts(seat: ScriptSeat): Scripts {
    return new Scripts({
      ...seat,
      config: this.#init.config,
      sink: this.#init.sink,
      head: (proposal, now) => this.#proposer.head(this.#init.engine().clock, now, proposal),
      propose: (head, proposal, commands) => this.#proposeRun(head, proposal, commands),
      lost: () => this.lost(),
      wake: () => this.#init.sink.wake(),
    })
  }

  #proposeRun(head: EntryHead, proposal: Proposal, commands: Commands): boolean {
    const strategy = this.#strategy as Strategy
    const isAwaited = proposal.origin !== this.#self || this.#init.isAwaited()
    const body = (): Uint8Array => encodeCommands(commands)
    const options = { commands, size: sizeOf(commands), body, isAwaited }
    const payload = new CommandPayload(head, options)
    return strategy.propose(this.#init.token(), payload, this.#now) === null
  }

  get isLeader(): boolean {
    return this.#isLeader
  }

  /** A turn begins. */
  begin(now: Now): void {
    this.#now = now
    this.blocked.turn(now)
  }

  /** A command that waited was answered. */
  served(answer: LateAnswer): void {
    if (this.#isOwn(answer.id)) this.blocked.served(answer)
  }

  /** Commands wait no more. */
  cancelled(ids: readonly WaiterId[]): void {
    for (const id of ids) if (this.#isOwn(id)) this.blocked.cancelled(id)
  }

  peerUp(peer: MemberId): void {
    this.#guard.up(peer)
  }

  peerDown(peer: MemberId): void {
    this.#guard.down(peer)
  }

  #isOwn({ origin, incarnation }: WaiterId): boolean {
    return origin === this.#self && incarnation === this.origin.incarnation
  }

  /** Commands wait that could be sent at once. */
  hasUnsent(now: Now): boolean {
    return this.#leader !== null && this.origin.maySend(now)
  }

  /** Notices a change of leader or term: everything unanswered goes out again. True when there was one. */
  watch(status: StrategyStatus): boolean {
    const isLeader = status.role === 'leader'
    const leader = isLeader ? this.#self : status.leader
    this.#commit = status.commit.index
    if (leader === this.#leader && status.term === this.#term && isLeader === this.#isLeader) {
      return false
    }
    if (!hasBug('shard-leader-not-noticed') || isLeader) this.#leader = leader
    this.#term = status.term
    this.#isLeader = isLeader
    this.#owed.clear()
    this.#proposer.begin()
    this.lost()
    return true
  }

  /** A proposal was dropped: what is not answered goes again, and may be proposed again. */
  lost(): void {
    this.scripts?.clear()
    this.#init.evictor.reset()
    this.#proposer.reset()
    this.origin.resendAll()
  }

  /** Sends what waits, and proposes a tick when a key is due. */
  flush(strategy: Strategy, now: Now): void {
    const { windows } = this.#init
    this.#strategy = strategy
    this.#now = now
    this.#outlive(windows.incarnation(this.#self))
    this.origin.holds(windows.applied(this.#self, this.origin.incarnation))
    // What an earlier life of this member left would take elements that nobody gets.
    const { incarnation, isUnheard } = this.origin
    if (isUnheard && !this.origin.isSending && windows.waiters.isHaunted(this.#self, incarnation)) {
      this.blocked.tell()
    }
    if (this.#isLeader && this.scripts?.isHolding !== true) this.#evict(strategy, now)
    this.origin.flush(now, (batch, acknowledged) =>
      this.#send(strategy, { batch, acknowledged, now }),
    )
    if (!this.#isLeader) return
    this.#tellOwed(now)
    if (this.scripts?.isHolding === true) {
      this.scripts.turn(strategy.status(), now)
      return
    }
    this.ticks.turn(now, (tick) => strategy.propose(this.#init.token(), tick, now) === null)
    for (const gone of this.#guard.gone(now)) {
      const payload = this.#proposer.cancel(gone, this.#init.engine().clock, now)
      strategy.propose(this.#init.token(), payload, now)
    }
  }

  /** Who asked for a command of an entry, where that was a client of this member. */
  batchOf(head: EntryHead): Batch | null {
    const isOwn = head.origin === this.#self && head.incarnation === this.origin.incarnation
    return isOwn ? this.origin.batch(head.sequence) : null
  }

  /** A batch of another member. */
  forwarded(strategy: Strategy, from: MemberId, body: Uint8Array, now: Now): void {
    const { guests } = this.#init
    if (!this.#isLeader) return guests?.tell(from)
    const reader = new ByteReader(body)
    const version = reader.byte()
    const incarnation = reader.varint()
    const sequence = reader.varint()
    const acknowledged = reader.varint()
    const commands = reader.raw(reader.left)
    if (!reader.ok || (version !== forwardPlain && version !== forwardScripted)) return
    const known = this.#init.windows.incarnation(from)
    if (known > incarnation) {
      this.#expect(from, known, 0)
      return
    }
    const expected = this.#proposer.expected(this.#init.windows, from, incarnation)
    // Proposed or executed already: its answer comes with the execution at its origin.
    if (sequence < expected && !hasBug('shard-gap-reorders')) {
      return guests?.again(from, incarnation, sequence)
    }
    if (guests?.isShut(from, incarnation)) return guests.shut(from, incarnation, expected)
    if (sequence > expected && !hasBug('shard-gap-reorders')) {
      const debt = this.#owed.get(from)
      if (debt?.incarnation === incarnation && debt.refused !== null) return
      this.#owed.set(from, { incarnation, told: expected, refused: null })
      this.#expect(from, incarnation, expected)
      return
    }
    const head = { origin: from, incarnation, sequence, acknowledged, commands: null }
    const isScripted = version === forwardScripted
    const proposal = { ...head, size: commands.length, body: () => commands, isScripted }
    if (this.#propose(strategy, proposal, now)) this.#owed.delete(from)
    else {
      const refused = { commit: this.#commit, at: now.mono }
      this.#owed.set(from, { incarnation, told: 0, refused })
      const isClosed = guests != null && strategy.status().isClosed === true
      if (isClosed) guests.shut(from, incarnation, expected)
    }
  }

  /** It takes no writes any more: its guests go elsewhere. */
  dismissGuests(): void {
    const { guests, windows } = this.#init
    guests?.dismiss((...guest) => this.#proposer.expected(windows, ...guest))
  }

  /** The leader told which of our batches it waits for, or that it knows a later life of ours. */
  expected(body: Uint8Array, now: Now): void {
    const reader = new ByteReader(body)
    const incarnation = reader.varint()
    const sequence = reader.varint()
    if (!reader.ok) return
    if (incarnation > this.origin.incarnation) this.#outlive(incarnation)
    else if (incarnation === this.origin.incarnation) this.origin.expect(sequence, now)
  }

  /** An entry of this member is wanted, whatever is in it. */
  owes(): void {
    this.ticks.owes()
    this.#init.sink.wake()
  }

  /** A tick expired `count` keys: where it met its bound, more are due, and the next tick need not wait. */
  ticked(count: number): void {
    if (count < limits.expireKeysPerEntry || !this.#isLeader) return
    this.ticks.hurry()
    this.#init.sink.wake()
  }

  /** A snapshot skipped the execution of our batches: their answers stand in its windows. */
  answerFromWindows(): void {
    const { origin } = this
    const { windows } = this.#init
    const { incarnation } = origin
    const applied = windows.applied(this.#self, incarnation)
    for (const sequence of origin.sequences()) {
      if (sequence > applied) break
      origin.answered(sequence, windows.find(this.#self, incarnation, sequence))
    }
    this.blocked.reconcile()
  }

  wakeAt(now: Now): number {
    let at = Math.min(this.origin.wakeAt(now), this.blocked.wakeAt())
    if (this.scripts !== null) at = Math.min(at, this.scripts.wakeAt(now))
    if (this.#isLeader) at = Math.min(at, this.#guard.wakeAt(now))
    for (const { refused } of this.#owed.values()) {
      if (refused !== null) at = Math.min(at, this.#askAt(refused))
    }
    return this.#isLeader ? Math.min(at, this.ticks.wakeAt(now)) : at
  }

  #outlive(known: number): void {
    if (!this.origin.isOutlived(known)) return
    this.origin.outlive(known, this.#init.random.between(1, leapMax))
  }

  /** Origins that were asked for what this leader turned out to have, or whose batch it could not take. */
  #tellOwed(now: Now): void {
    for (const [origin, { incarnation, told, refused }] of this.#owed) {
      if (refused !== null && now.mono < this.#askAt(refused)) continue
      const expected = this.#proposer.expected(this.#init.windows, origin, incarnation)
      if (expected <= told) continue
      this.#owed.delete(origin)
      this.#expect(origin, incarnation, expected)
    }
  }

  #askAt({ commit, at }: Refused): number {
    return at + (this.#commit > commit ? refusedMs : refusedMsMax)
  }

  #expect(origin: MemberId, incarnation: number, sequence: number): void {
    const body = new ByteWriter(32).varint(incarnation).varint(sequence)
    this.#init.sink.send(origin, channels.expect, body.finish())
  }

  #send(
    strategy: Strategy,
    what: { readonly batch: Batch; readonly acknowledged: number; readonly now: Now },
  ): boolean {
    const { batch, acknowledged, now } = what
    const leader = this.#leader
    if (leader === null) return false
    const [{ incarnation }, { sequence }] = [this.origin, batch]
    const proposal = proposalOf(batch, { origin: this.#self, incarnation, acknowledged })
    if (leader !== this.#self) {
      return this.#init.sink.send(leader, channels.forward, encodeForward(proposal))
    }
    const expected = this.#proposer.expected(this.#init.windows, this.#self, incarnation)
    if (sequence < expected) return true
    if (sequence > expected) {
      this.origin.expect(expected, now)
      return false
    }
    const isTaken = this.#propose(strategy, proposal, now)
    if (isTaken && hasBug('shard-answer-before-commit')) {
      this.origin.answeredEarly(sequence, new Array(batch.count).fill(ok))
    }
    return isTaken
  }

  #propose(strategy: Strategy, proposal: Proposal, now: Now): boolean {
    if (proposal.isScripted || this.scripts?.isHolding === true)
      return strategy.status().isClosed !== true && this.#hold(proposal, now)
    const payload = this.#proposer.payload(proposal, this.#init.engine().clock, now)
    if (strategy.propose(this.#init.token(), payload, now) !== null) return false
    this.#proposer.took(proposal.origin, proposal.incarnation, proposal.sequence)
    this.#init.evictor.proposed(proposal)
    return true
  }

  /** Room for what comes is made before it. */
  #evict(strategy: Strategy, now: Now): void {
    const { windows, random, engine, sink, evictor } = this.#init
    const hasMore = evictor.turn({ windows, random }, (victims) => {
      const payload = this.#proposer.evict(victims, engine().clock, now)
      return strategy.propose(this.#init.token(), payload, now) === null
    })
    if (hasMore) sink.wake()
  }

  /** It runs scripts, or follows some that wait. */
  #hold(proposal: Proposal, now: Now): boolean {
    const { scripts } = this
    if (scripts === null || !scripts.isAble || scripts.isFull || scripts.isPausing(now))
      return false
    if (!this.ticks.mayRunScripts) return false
    scripts.add(proposal)
    this.#proposer.took(proposal.origin, proposal.incarnation, proposal.sequence)
    return true
  }
}
