// Scripts of a group at its leader: what is proposed waits while earlier proposals are being applied,
// runs speculatively when none is left, and goes to the strategy with what it came to. Proposals that
// come meanwhile wait behind it. Driven by `writes` in every turn.

import type { Config } from '../api/config.js'
import type { Engine } from '../api/engine.js'
import type { EntryHead } from '../api/entry.js'
import type { GroupScripts, ScriptCounts } from '../api/group.js'
import type { GroupId, Now } from '../api/ids.js'
import { limits } from '../api/limits.js'
import { error } from '../api/replies.js'
import { type ErrorReply, ok, type Reply } from '../api/reply.js'
import { hidden, type ScriptRunner, type ScriptWorld } from '../api/scripts.js'
import type { StrategyStatus } from '../api/strategy.js'
import { ByteReader } from '../base/bytes.js'
import { hasBug } from '../base/seeded-bug.js'
import { type Commands, decodeCommands } from './batch.js'
import { isReadOnlyScript } from './script-promise.js'
import { BusyNews, busyWith, type Running, type ScriptKind } from './busy-news.js'
import type { Executor } from './executor.js'
import type { Proposal } from './proposer.js'
import type { ShardSink } from './sink.js'
import { type Candidate, Speculation } from './speculation.js'
import type { Windows } from './windows.js'

/** Who runs scripts on this member, and what it knows of the commands. */
export interface ScriptMeans {
  readonly runner: ScriptRunner
  readonly world: ScriptWorld
  /** Milliseconds after which others are told that a script runs. */
  readonly busyMs: () => number
}

/** Where they run. */
export interface ScriptSeat {
  readonly group: GroupId
  readonly means: ScriptMeans
  readonly executor: () => Executor
  readonly windows: Windows
}

export interface ScriptsInit extends ScriptSeat {
  readonly config: Config
  readonly sink: ShardSink
  readonly head: (proposal: Proposal, now: Now) => EntryHead
  /** False where the strategy did not take it. */
  readonly propose: (head: EntryHead, proposal: Proposal, commands: Commands) => boolean
  /** What was held is lost: it may be proposed again. */
  readonly lost: () => void
  readonly wake: () => void
}

const noCommands: Commands = { databases: [], calls: [] }
/** Milliseconds until a script beside the loop is looked at, if it does not ask for it. */
const lookMs = 20
/** Runs in vain after which scripts end within a turn, or not at all. */
const rerunsMax = 8

/** Milliseconds before scripts run again whose entries were refused: tried in each turn they would spin. */
const refusedMs = 25

/** One run in so many is undone. */
const quietRuns = 16

export class Scripts implements GroupScripts {
  readonly #init: ScriptsInit
  /** For how many milliseconds the callers of what waits here wait longer. */
  get graceMs(): number {
    return this.isHolding ? limits.scriptMsMax : 0
  }
  #waiting: Proposal[] = []
  #waitingBytes = 0
  /** The first of `#waiting`, with their heads, while they run. */
  #candidates: Candidate[] = []
  #speculation: Speculation | null = null
  #mono = 0
  /** When an entry was refused last. */
  #refusedAt = -refusedMs
  #runs = 0
  /** How often the first of `#waiting` ran in vain, one time after the other. */
  #reruns = 0
  readonly news: BusyNews

  constructor(init: ScriptsInit) {
    this.#init = init
    const { config, sink, means } = init
    this.news = new BusyNews({ config, sink, busyMs: means.busyMs })
  }

  /** The engine can take back what it did. */
  get isAble(): boolean {
    return this.#init.executor().engine.scripting !== undefined
  }

  /** Whatever is proposed has to wait here. */
  get isHolding(): boolean {
    return this.#waiting.length > 0
  }

  get isFull(): boolean {
    return (
      this.#waiting.length >= limits.scriptWaitingMax ||
      this.#waitingBytes >= limits.scriptWaitingBytesMax
    )
  }

  /** What it ran last was refused just now. */
  isPausing({ mono }: Now): boolean {
    return mono < this.#refusedAt + refusedMs
  }

  add(proposal: Proposal): void {
    this.#waiting.push(proposal)
    this.#waitingBytes += proposal.size
    this.#init.wake()
  }

  busy(): ErrorReply | null {
    return this.busyHere() ?? this.news.busy()
  }

  /** As `busy`, where it runs at this member. */
  busyHere(): ErrorReply | null {
    const beside = this.#speculation?.beside ?? null
    if (beside === null || this.#mono - beside.since < this.#init.means.busyMs()) return null
    return busyWith(kindOf(beside.job))
  }

  /** SCRIPT KILL, or FUNCTION KILL. It never took effect, so that nothing stands against it. */
  kill(kind: 'script' | 'function'): Reply {
    const beside = this.#speculation?.beside ?? null
    if (beside === null) return this.news.kill(kind)
    const running = kindOf(beside.job)
    if (running !== kind) return busyWith(running)
    const { name } = beside.job
    beside.ended = error(
      `ERR Script killed by user with SCRIPT KILL... script: ${name}, on @user_${kind}:1.`,
    )
    this.#init.wake()
    return ok
  }

  isReadOnly(args: readonly string[]): boolean {
    const { scripting } = this.#init.executor().engine
    return scripting !== undefined && isReadOnlyScript(scripting, args)
  }

  get counts(): ScriptCounts {
    const { scripting } = this.#init.executor().engine
    return {
      scripts: scripting?.count(hidden.scripts) ?? 0,
      libraries: scripting?.count(hidden.libraries) ?? 0,
      functions: scripting?.count(hidden.functions) ?? 0,
    }
  }

  get running(): Running | null {
    return this.runningHere ?? this.news.running
  }

  get runningHere(): Running | null {
    const beside = this.#speculation?.beside ?? null
    if (beside === null) return null
    const { job, command, since } = beside
    return { kind: kindOf(job), name: job.name, command, ms: this.#mono - since }
  }

  /** Leadership or a proposal was lost: nothing of what waits here was proposed. */
  clear(): void {
    this.#undoAll()
    this.#waiting = []
    this.#waitingBytes = 0
  }

  turn(status: StrategyStatus, now: Now): void {
    this.#mono = now.mono
    if (this.#speculation === null && !this.#begin(status, now)) return
    const speculation = this.#speculation as Speculation | null
    if (speculation === null) return
    if (!speculation.step()) {
      if (speculation.beside === null) this.#init.wake()
      return
    }
    if (speculation.isTorn || this.#isOvertaken(status)) {
      speculation.undo()
      this.#end()
      this.#reruns++
      this.#init.wake()
      return
    }
    this.#reruns = 0
    const candidates = this.#candidates
    const { results } = speculation
    this.#leave(speculation)
    this.#end()
    const proposals = this.#waiting.splice(0, candidates.length)
    for (const { size } of proposals) this.#waitingBytes -= size
    for (let i = 0; i < proposals.length; i++) {
      const { head } = candidates[i] as Candidate
      const taken = this.#init.propose(head, proposals[i] as Proposal, results[i] as Commands)
      if (taken) continue
      this.#refusedAt = now.mono
      this.#init.lost()
      return
    }
  }

  /** Entries of others came while they ran: what they did would be done to other data. */
  #isOvertaken({ last }: StrategyStatus): boolean {
    const { engine, applied } = this.#init.executor()
    if (engine.merging === undefined || hasBug('shard-script-overtaken')) return false
    return last.index !== applied.index
  }

  wakeAt(now: Now): number {
    return this.#speculation?.beside == null ? Number.MAX_SAFE_INTEGER : now.mono + lookMs
  }

  /** Whether it began: only where everything that was ever proposed is applied. */
  #begin(status: StrategyStatus, now: Now): boolean {
    const executor = this.#init.executor()
    const { engine, applied } = executor
    if (this.#waiting.length === 0 || engine.scripting === undefined) return false
    if (status.role !== 'leader' || status.last.term !== status.term) return false
    const isDrained = status.last.index === applied.index || hasBug('shard-script-undrained')
    if (!isDrained || !executor.isIdle) return false
    this.#dropApplied()
    if (this.#waiting.length === 0) return false
    this.#candidates = this.#waiting.map((proposal) => ({
      head: this.#init.head(proposal, now),
      commands: commandsOf(proposal),
    }))
    this.#speculation = this.#speculate(engine, engine.scripting)
    executor.isSpeculative = true
    return true
  }

  /**
   * What the leader before us had proposed was applied meanwhile, and its origin sent it again: at apply it
   * counts as a repetition, so those behind it must not see it happen twice.
   */
  #dropApplied(): void {
    if (hasBug('shard-script-sees-repetition')) return
    const { windows } = this.#init
    this.#waiting = this.#waiting.filter(({ origin, incarnation, sequence, size }) => {
      const known = windows.incarnation(origin)
      const isNew = incarnation > known
      const stays =
        isNew || (incarnation === known && sequence > windows.applied(origin, incarnation))
      if (!stays) this.#waitingBytes -= size
      return stays
    })
  }

  #speculate(engine: Engine, scripting: NonNullable<Engine['scripting']>): Speculation {
    const { group, means } = this.#init
    const { databases } = this.#init.config
    const { runner, world } = means
    const mono = (): number => this.#mono
    const { waiters } = this.#init.windows
    const { ownership } = this.#init.executor()
    const isLast = this.#reruns >= rerunsMax
    // Once: what ran in vain may have been a script that could not be undone alone.
    const isCareful = this.#reruns > 0
    const parts = { group, databases, engine, scripting, runner, world, waiters, ownership, mono }
    return new Speculation({ ...parts, isLast, isCareful }, this.#candidates)
  }

  /** What was done stays in place for its entries where they come to just that, and nobody hears of changes. */
  #leave(speculation: Speculation): void {
    const executor = this.#init.executor()
    const { kept } = executor
    this.#runs++
    // Now and then nothing is kept: checkpoints begin where all that was done is applied.
    const isInexact = hasBug('shard-script-stays-inexact') && speculation.entries.length > 0
    const isExact = speculation.isExact || isInexact
    // What an entry changes is told to others as it is executed.
    const isTold = executor.events.isWanted || executor.engine.merging !== undefined
    if (!isExact || isTold || this.#runs % quietRuns === 0) {
      speculation.undo()
      return
    }
    speculation.leave()
    kept.add(speculation.entries)
  }

  /** Whatever was done and is not applied has not happened. */
  #undoAll(): void {
    const { kept, engine } = this.#init.executor()
    if (this.#speculation !== null) this.#speculation.undo()
    else if (!kept.isEmpty) kept.undo(engine, this.#init.windows.waiters)
    this.#end()
  }

  #end(): void {
    this.#speculation = null
    this.#candidates = []
    this.#init.executor().isSpeculative = false
  }
}

function commandsOf(proposal: Proposal): Commands {
  return proposal.commands ?? decodeCommands(new ByteReader(proposal.body())) ?? noCommands
}

function kindOf(job: { readonly library: string }): ScriptKind {
  return job.library === '' ? 'script' : 'function'
}
