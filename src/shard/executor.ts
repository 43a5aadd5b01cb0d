// Executes what the strategy delivers, in order, and reads whose index is applied. One thing at a time: while a
// long command is open nothing else is applied or read. Never throws for what an entry holds.

import { type EntryHead, entryKinds } from '../api/entry.js'
import { type Engine, type Execution, later, needsLog, type Waiting, waits } from '../api/engine.js'
import type { Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { type Position, positionZero } from '../api/position.js'
import type { Reply } from '../api/reply.js'
import type { Delivery } from '../api/strategy.js'
import { noTimes, type Times } from '../api/times.js'
import type { Hash64 } from '../base/hash.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Commands } from './batch.js'
import { type Compound, compoundOf, costOf, isCompound } from './compound.js'
import { commandsOf, openPayload } from './opened.js'
import { Deliveries } from './deliveries.js'
import type { EventLog } from './event-log.js'
import { evictFrom } from './evictor.js'
import { Merging, visibleDigest } from './merging.js'
import type { GroupReads } from './group-reads.js'
import { Ownership } from './ownership.js'
import type { ReadRound } from './reads.js'
import { RoundReader } from './round-reader.js'
import type { ExecutorHost, Running } from './executor-host.js'
import { callWaiters, isOfWaiters } from './waiter-calls.js'
import { Serving } from './serving.js'
import { Stint } from './stint.js'
import { isUnknown, unknownIn, unmergeable } from './known.js'
import { Kept, type Taking } from './kept.js'
import { isOriginState, originState } from './origin-state.js'
import { finishHalf, type ReadTime } from './transaction.js'
import { Upcoming } from './upcoming.js'
import type { Windows } from './windows.js'

export class Executor {
  readonly #host: ExecutorHost
  readonly #windows: Windows
  readonly #waiters: Windows['waiters']
  readonly #reads: GroupReads
  engine: Engine
  /** The last entry that was executed wholly. */
  applied: Position = positionZero
  readonly #deliveries = new Deliveries()
  #running: Running | null = null
  /** A long command is open in the engine: for the running entry, or for a read. */
  #isOpen = false
  /** The long command is one of several engine commands. */
  #transaction: Compound | null = null
  /** Those who waited for what the last command changed. */
  #serving: Serving | null = null
  #halted = false
  /** Commands that may still run in this turn. */
  #budget = 0
  /** A snapshot is being installed: nothing is executed until `replace`. */
  isHeld = false
  /** The engine's state is one that will be undone: nothing is executed or read. */
  isSpeculative = false
  /** Entries whose scripts ran here: their effects are in the engine before they are applied. */
  readonly kept = new Kept()
  #now: Now = { wall: 0, mono: 0 }
  readonly events: EventLog
  readonly ownership = new Ownership()
  readonly #stint: Stint
  readonly #rounds: RoundReader
  readonly #merging: Merging
  readonly #upcoming = new Upcoming()

  constructor(init: {
    readonly host: ExecutorHost
    readonly engine: Engine
    readonly windows: Windows
    readonly reads: GroupReads
    readonly events: EventLog
    readonly times?: Times
  }) {
    this.events = init.events
    this.#stint = new Stint({
      times: init.times ?? noTimes,
      commands: () => this.engine.commands,
      callerAt: (at) =>
        this.#running === null ? null : (this.#host.callerOf?.(this.#running.head, at) ?? null),
    })
    this.#host = init.host
    this.#merging = new Merging(init.host)
    this.engine = init.engine
    this.#windows = init.windows
    this.#waiters = init.windows.waiters
    this.#waiters.attach(init.engine)
    this.#reads = init.reads
    this.#rounds = new RoundReader({
      ...{ host: init.host, stint: this.#stint, engine: () => this.engine },
      read: (round, db, args) => this.#read(round, db, args),
    })
  }

  deliver(deliveries: readonly Delivery[]): void {
    this.#deliveries.add(deliveries)
  }

  get backlog(): number {
    return this.#deliveries.count
  }

  /** No entry is half executed: the state is that of `applied`. */
  get isBetweenEntries(): boolean {
    if (this.#running !== null || this.#isOpen || this.#serving !== null) return false
    return !this.isSpeculative && this.kept.isEmpty
  }

  /** Everything delivered is executed, and no read is half done. */
  get isIdle(): boolean {
    return this.isBetweenEntries && this.backlog === 0 && !this.isHeld && !this.#halted
  }

  /** Of all replicated state at `applied`, or of what clients see where order is not total; null while an entry behind it is half executed. */
  digest(): Hash64 | null {
    if (!this.isBetweenEntries) return null
    const { merging } = this.engine
    if (merging !== undefined) return visibleDigest(merging)
    return this.#waiters.digest(this.engine.digest())
  }

  /** Everything up to this stamp is with all members (where order is not total). */
  stable(upTo: number): void {
    this.#merging.stable(upTo)
    if (this.isBetweenEntries) this.#merging.settle(this.engine)
  }

  /** A snapshot took the place of everything up to `at`. */
  replace(engine: Engine, at: Position): void {
    this.engine = engine
    this.applied = at
    this.kept.drop()
    this.events.drop()
    this.#deliveries.clear()
    this.#running = null
    this.#isOpen = false
    this.#transaction = null
    this.#serving = null
    this.#merging.reset()
    this.#waiters.attach(engine)
    this.ownership.attach(engine)
  }

  /** Opens a turn: `run` may be called several times in it. */
  begin(): void {
    this.#budget = limits.commandsPerTurnMax
    this.#stint.beginTurn()
  }

  run(now: Now): void {
    this.#now = now
    if (this.isHeld || this.isSpeculative || this.#halted) return
    if (!this.kept.isEmpty) this.#takeKept()
    if (!this.kept.isEmpty) return
    while (this.#budget > 0 && !this.#halted) {
      if (this.#isOpen) {
        this.#stint.begin()
        const bound = this.#running === null ? limits.stepElements : limits.stepChanges
        const reply = (this.#transaction ?? this.engine).step(bound)
        if (reply === later) {
          this.#stint.opened()
          break
        }
        this.#isOpen = false
        this.#transaction = null
        this.#take(reply)
        this.#budget -= bound
      } else if (this.#serving !== null) {
        if (!this.#serving.step(limits.stepElements)) break
        this.#serving = null
        this.#budget--
      } else if (this.#running !== null) {
        this.#budget -= this.#execute(this.#running, this.#budget)
      } else {
        const round = this.#reads.due(this.applied.index)
        if (round !== null) {
          this.#budget -= this.#rounds.read(round, this.#budget)
          this.#isOpen = this.#rounds.isOpen
        } else if (!this.#next()) {
          if (this.engine.rest?.() === true) this.#host.wake()
          return
        } else this.#budget--
      }
    }
    if (!this.#halted) this.#host.wake()
  }

  /** Entries that are in place count as executed; whatever else is to be done finds the others undone. */
  #takeKept(): void {
    const { kept, engine } = this
    const said: Taking['said'] = (...what) => this.#host.said?.(...what)
    const taking = { engine, windows: this.#windows, said }
    const next = () => (this.events.isWanted ? undefined : this.#deliveries.first?.payload)
    kept.takeAll(next, taking, (running) => this.#close(running))
    const isAwaited = this.#reads.due(this.applied.index) !== null || this.backlog > 0
    if (!kept.isEmpty && isAwaited) kept.undo(engine, this.#waiters)
  }

  #take(reply: Reply | typeof needsLog): void {
    if (this.#running !== null) {
      // Only a read outside the log may be told to go there.
      const { replies, commands } = this.#running
      this.#stint.after(commands.calls[replies.length] as readonly string[], null, replies.length)
      this.#stint.end()
      if (reply !== needsLog) this.#record(this.#running, reply)
      return
    }
    this.#rounds.take(this.#reads.due(this.applied.index) as ReadRound, reply)
  }

  /** Opens the next delivery; false when there is none. */
  #next(): boolean {
    const delivery = this.#deliveries.first
    if (delivery === undefined) return false
    const { payload, merge, slot } = delivery
    if (slot !== undefined || (merge !== undefined && merge.ops !== null)) {
      this.#budget -= Math.floor(payload.size / 64)
      if (this.#merging.merge(this.engine, delivery, this.#waiters)) this.#finish()
      else this.#halt(unmergeable(delivery))
      return true
    }
    if (payload.size === 0) {
      this.#done()
      return true
    }
    const opened = openPayload(payload)
    if (opened === null) {
      this.#halt(`entry ${delivery.at.index} has a format that this version does not know`)
      return true
    }
    const { head } = opened
    switch (head.kind) {
      case entryKinds.noop:
        this.#done()
        return true
      case entryKinds.member:
        if (this.#host.members(delivery)) this.#done()
        else this.#halt(`entry ${delivery.at.index} names no members`)
        return true
      case entryKinds.evict:
      case entryKinds.tick:
      case entryKinds.waiter:
        this.#begin(head)
        // That keys end with their time is nothing that other members have to be told.
        if (head.kind === entryKinds.tick) {
          this.#host.ticked(this.engine.expireDue(limits.expireKeysPerEntry))
        }
        this.#merging.prepare(this.engine, delivery)
        if (head.kind === entryKinds.waiter) {
          const gone = this.#waiters.cancel(head.origin, head.incarnation)
          if (gone.length > 0) this.#host.cancelled(gone)
        } else if (head.kind === entryKinds.evict) evictFrom(this.engine, payload)
        this.#serve()
        while (this.#merging.isPreparing && this.#serving !== null) {
          if (this.#serving.step(limits.stepElements)) this.#serving = null
        }
        this.#finish()
        return true
      case entryKinds.command:
        this.#open(head, commandsOf(opened, payload))
        return true
      default:
        this.#halt(`entry ${delivery.at.index} is of unknown kind ${head.kind}`)
        return true
    }
  }

  #open(head: EntryHead, commands: Commands): void {
    if (this.#windows.admit(head) !== 'execute') {
      this.#done()
      return
    }
    this.#begin(head)
    this.#merging.prepare(this.engine, this.#deliveries.first)
    if (head.sequence === 1) this.#waiters.dropBefore(head.origin, head.incarnation)
    this.#running = { head, commands, replies: [] }
    if (commands.calls.length === 0) this.#close(this.#running)
  }

  /** Executes commands of the open entry until `budget` is spent; what was spent. */
  #execute(running: Running, budget: number): number {
    const { databases, calls } = running.commands
    const replies = running.replies
    const stint = this.#stint
    stint.begin()
    let spent = 0
    for (let i = replies.length; i < calls.length && spent < budget; i++) {
      this.#upcoming.commands(this.engine, running, i)
      const args = calls[i] as readonly string[]
      spent += costOf(args)
      this.events.at = i
      stint.before(args)
      const reply = this.#call(running.head, databases[i] as number, args)
      // An entry never hears that it should go into the log.
      if (reply === later || reply === needsLog) {
        this.#isOpen = true
        stint.opened()
        return spent
      }
      stint.after(args, null, i)
      this.#record(running, reply)
      if (stint.isLong) spent = budget
      if (this.#serving !== null) {
        stint.end()
        return spent
      }
    }
    stint.end()
    if (replies.length === calls.length) this.#close(running)
    return spent + 1
  }

  #read({ reads }: ReadRound, db: number, args: readonly string[]): Execution {
    const wall = reads.isLocal ? null : this.#now.wall
    if (isOriginState(args)) return originState(this.#windows, args)
    const refusal = this.ownership.refuses(this.engine, args, null)
    if (refusal !== null) return refusal
    if (isCompound(args)) return this.#compound(db, args, { wall })
    return this.engine.read(db, args, wall)
  }

  #begin(head: EntryHead): void {
    const merge = this.#deliveries.first?.merge
    this.engine.beginEntry(head.stamp, head.seedHigh, head.seedLow)
    if (this.engine.eviction !== undefined) this.engine.eviction.bounds = head.bounds
    this.events.open()
    // A merge does not serve those who wait: the next entry of this member does.
    if (merge === undefined) this.#waiters.forgetReady()
    if (hasBug('shard-transaction-in-halves')) finishHalf(this.engine)
  }

  #call(head: EntryHead, db: number, args: readonly string[]): Execution {
    if (isOfWaiters(args)) return callWaiters(this.#waiters, head, args)
    const refusal = this.ownership.executes(this.engine, args, head)
    if (refusal !== null) return refusal
    if (isCompound(args)) return this.#compound(db, args, null)
    const reply = this.engine.execute(db, args, true)
    return isUnknown(this.engine, args, reply) ? this.#halt(unknownIn(args[0])) : reply
  }

  /** The reply to the next command of the entry; whoever waits for what it changed comes before the one behind it. */
  #record({ head, commands, replies }: Running, reply: Reply): void {
    const index = replies.length
    const db = commands.databases[index] as number
    if (reply !== waits) replies.push(reply)
    else replies.push(this.#waiters.queue(head, { index, db }, this.engine.waiting as Waiting))
    this.#serve()
  }

  #serve(): void {
    if (!this.#waiters.hasReady) return
    this.#serving = new Serving(this.engine, this.#waiters, (id, reply, number) =>
      this.#host.served({ id, number, reply }, this.#merging.isPreparing),
    )
  }

  #compound(db: number, args: readonly string[], read: ReadTime | null): Execution {
    const of = { running: this.#running, waiters: this.#waiters, host: this.#host }
    const compound = compoundOf(this, of, { db, args, read })
    if (compound.unknown) return this.#halt(unknownIn(compound.unknown))
    const reply = compound.step(limits.stepElements)
    if (reply === later) this.#transaction = compound
    return reply
  }

  #close(running: Running): void {
    const { head, replies, commands } = running
    this.#running = null
    if (!this.ownership.isNone) this.ownership.closed(this.engine, head, replies)
    this.#windows.record(head, replies)
    const { merge, token } = this.#done()
    if (merge !== undefined && token !== null) {
      this.#host.executed({ head, replies, calls: commands.calls, told: this.events.hold() })
      return
    }
    this.#host.answered(head, replies)
    this.events.close()
  }

  #finish(): void {
    this.#done()
    this.events.close()
  }

  #done(): Delivery {
    const done = this.#deliveries.shift()
    this.applied = done.at
    this.#merging.done(this.engine, done)
    return done
  }

  #halt(why: string): typeof later {
    this.#halted = true
    this.#host.halt(why)
    return later
  }
}
