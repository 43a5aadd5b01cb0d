// Runs the scripts of some batches on applied state to see what they do: batch by batch, command by
// command, each script's commands for real under the engine's journal; at the end each batch has in the
// place of every script its reply and its effects, and everything is undone, or stays in place for the
// entries that say so. A generator: it yields where it has to wait for a later turn. Driven by `scripts`.

import {
  type EngineScripting,
  type Engine,
  later,
  needsLog,
  type Waiting,
  waits,
} from '../api/engine.js'
import type { EntryHead } from '../api/entry.js'
import { limits } from '../api/limits.js'
import { outOfMemory, scriptOvertaken, scriptTooLong } from '../api/replies.js'
import { type ErrorReply, nullArray, type Reply, isError } from '../api/reply.js'
import {
  type RunningScript,
  type ScriptJob,
  type ScriptRunner,
  type ScriptWorld,
  queuedNote,
  scriptCommands,
  spent,
} from '../api/scripts.js'
import type { GroupId } from '../api/ids.js'
import {
  decodeTransaction,
  execName,
  type TransactionCall,
  type TransactionCalls,
} from '../api/transaction.js'
import { ByteReader, ByteWriter } from '../base/bytes.js'
import { keySlot } from '../base/keyslot.js'
import { hasBug } from '../base/seeded-bug.js'
import type { Commands } from './batch.js'
import type { KeptEntry } from './kept.js'
import type { Ownership } from './ownership.js'
import { ScriptCalls } from './script-calls.js'
import { growsData } from './script-growth.js'
import { type Effect, encodeOutcome, isEffects, type Outcome } from './script-effects.js'
import { ScriptLibrary } from './script-library.js'
import { splitUser } from '../api/script-user.js'
import { noRefusal } from '../api/slot-moves.js'
import { planOf, type ScriptPlan } from './script-plan.js'
import { Serving } from './serving.js'
import { isSlotCall } from './slot-calls.js'
import { callWaiters, isOfWaiters } from './waiter-calls.js'
import { Waiters } from './waiters.js'
import { isTransaction, Transaction } from './transaction.js'

/** A batch with scripts, and the head that its entry will have. */
export interface Candidate {
  readonly head: EntryHead
  readonly commands: Commands
}

export interface SpeculationInit {
  readonly group: GroupId
  readonly engine: Engine
  readonly scripting: EngineScripting
  readonly runner: ScriptRunner
  readonly world: ScriptWorld
  readonly databases: number
  /** Who waits for keys. */
  readonly waiters: Waiters
  readonly ownership: Ownership
  /** Monotonic ms of the turn. */
  readonly mono: () => number
  /** It has to be done within this turn: what takes longer is refused. */
  readonly isLast: boolean
  /** A script can be undone alone, at the price of more images. */
  readonly isCareful: boolean
}

/** The script that runs beside the loop. */
export interface Beside {
  readonly job: ScriptJob
  readonly running: RunningScript
  /** Monotonic ms. */
  readonly since: number
  readonly command: readonly string[]
  /** Set from outside: it ends with this for its reply and without an effect. */
  ended: ErrorReply | null
}

/** Whether a call runs a script; the arguments of an EXEC say what is in it. */
export function isScripted(args: readonly string[]): boolean {
  const name = args[0] as string
  if (scriptCommands.has(name)) return true
  if (name !== execName) return false
  const calls = decodeTransaction(args)?.calls ?? []
  return calls.some((call) => scriptCommands.has(call.args[0] as string))
}

export class Speculation {
  readonly #init: SpeculationInit
  readonly #work: Generator<void, void, void>
  /** In the order of the candidates, as far as it came. */
  readonly results: Commands[] = []
  /** Of those with scripts and in front of them: what is in place for their entries. */
  readonly entries: KeptEntry[] = []
  #isExact = true
  /** A script could not be undone alone: all of it has to run again, carefully. */
  isTorn = false
  beside: Beside | null = null
  /** Those who wait, for themselves: others look at the real ones between the turns. */
  readonly #waiters = new Waiters()
  readonly #library: ScriptLibrary
  /** Of the script that is planned or runs. */
  #effects: Effect[] = []
  #used = 0
  #salt = 0

  constructor(init: SpeculationInit, candidates: readonly Candidate[]) {
    this.#init = init
    this.#work = this.#runAll(candidates)
    const { scripting, runner } = init
    this.#library = new ScriptLibrary(scripting, runner, (database, args) => {
      const salt = this.#salt++
      const db = scripting.hiddenFrom + database
      scripting.reseed(salt)
      scripting.execute(db, args)
      this.#effects.push({ salt, db, args })
    })
    const writer = new ByteWriter(64)
    init.waiters.encode(writer)
    this.#waiters.decode(new ByteReader(writer.finish()))
    this.#waiters.attach(init.engine)
    scripting.speculate()
  }

  /** Executing the entries comes to the state that there is, and to no more than that. */
  get isExact(): boolean {
    return this.#isExact && this.entries.length > 0
  }

  /** Goes on for this turn; true when all is done. Then `leave` or `undo` follows. */
  step(): boolean {
    this.#used = 0
    return this.#work.next().done === true
  }

  /** What was done stays in place. */
  leave(): void {
    const { waiters, engine } = this.#init
    waiters.attach(engine)
  }

  /** What was done is undone, wherever it is. */
  undo(): void {
    this.beside?.running.end()
    this.beside = null
    this.#init.scripting.undo()
    this.leave()
  }

  *#runAll(candidates: readonly Candidate[]): Generator<void, void, void> {
    let last = candidates.length - 1
    while (last >= 0 && !hasScripts(candidates[last] as Candidate)) last--
    for (let c = 0; c < candidates.length; c++) {
      const { head, commands } = candidates[c] as Candidate
      if (c > last) this.results.push(commands)
      else this.results.push(yield* this.#runBatch(head, commands))
      if (this.isTorn) return
    }
  }

  *#runBatch(head: EntryHead, commands: Commands): Generator<void, Commands, void> {
    const { engine, scripting } = this.#init
    engine.beginEntry(head.stamp, head.seedHigh, head.seedLow)
    if (engine.eviction !== undefined) engine.eviction.bounds = head.bounds
    this.#waiters.forgetReady()
    this.#salt = 0
    // At apply its first entry ends the waits of an origin's earlier lives.
    const endsWaits = head.sequence === 1 && this.#waiters.size > 0
    if (endsWaits || this.#init.ownership.isUnsettled) this.#isExact = false
    const calls: (readonly string[])[] = []
    const replies: Reply[] = []
    const outcomes: (Outcome | null)[] = []
    for (let i = 0; i < commands.calls.length && !this.isTorn; i++) {
      const args = commands.calls[i] as readonly string[]
      const db = commands.databases[i] as number
      if (isScripted(args)) {
        const refusal = this.#refuses(splitUser(args).args, head)
        const outcome =
          refusal === null
            ? yield* this.#script(db, args)
            : { reply: refusal, effects: [], salt: this.#salt++ }
        this.#init.scripting.reseed(outcome.salt)
        calls.push(encodeOutcome(outcome))
        this.#refuses(calls[i] as readonly string[], head)
        replies.push(outcome.reply)
        outcomes.push(outcome)
      } else {
        calls.push(args)
        replies.push(this.#plain(head, { db, args, index: i }))
        outcomes.push(null)
      }
      this.#serve()
      if (this.#used > limits.scriptGasPerTurn && !this.#init.isLast) yield
    }
    const made = { databases: commands.databases, calls }
    const { clock } = scripting
    this.entries.push({ commands: made, replies, outcomes, mark: scripting.mark(), clock })
    return made
  }

  /** Slots change hands, of keys that a script named, or did not: nobody executes it. */
  #refuses(args: readonly string[], head: EntryHead): ErrorReply | null {
    const refusal = this.#init.ownership.refuses(this.#init.engine, args, head)
    if (refusal !== null) this.#isExact = false
    return refusal
  }

  /** A command that scripts behind it may see the effect of. */
  #plain(
    head: EntryHead,
    { db, args, index }: { readonly db: number; readonly args: readonly string[]; index: number },
  ): Reply {
    const { engine } = this.#init
    if (isOfWaiters(args) || isEffects(args) || isSlotCall(args)) {
      this.#isExact = false
      return isOfWaiters(args) ? callWaiters(this.#waiters, head, args) : null
    }
    const refusal = this.#refuses(args, head)
    if (refusal !== null) return refusal
    if (!isTransaction(args)) {
      let reply = engine.execute(db, args, true)
      if (reply === later) this.#isExact = false
      while (reply === later) reply = engine.step(limits.stepElements)
      if (reply !== waits) return reply
      this.#isExact = false
      return this.#waiters.queue(head, { index, db }, engine.waiting as Waiting)
    }
    const transaction = new Transaction(engine, { db, args, read: null })
    let reply = transaction.step(limits.stepElements)
    if (reply === later) this.#isExact = false
    while (reply === later) reply = transaction.step(limits.stepElements)
    return reply === needsLog ? null : reply
  }

  /** Whoever waits for what changed takes it before the next command. */
  #serve(): void {
    const { engine } = this.#init
    if (!this.#waiters.hasReady) return
    this.#isExact = false
    const serving = new Serving(engine, this.#waiters, () => {})
    while (!serving.step(limits.stepElements));
  }

  *#script(db: number, args: readonly string[]): Generator<void, Outcome, void> {
    const effects: Effect[] = []
    const reply =
      args[0] === execName
        ? yield* this.#transaction(decodeTransaction(args) as TransactionCalls, effects)
        : yield* this.#one(db, args, effects)
    return { reply, effects, salt: this.#salt++ }
  }

  *#transaction(
    { watched, calls }: TransactionCalls,
    effects: Effect[],
  ): Generator<void, Reply, void> {
    const { engine, scripting, world } = this.#init
    const grows = ({ args }: TransactionCall): boolean => growsData(args, world, this.#library)
    if (scripting.isFull && calls.some(grows)) return outOfMemory
    const before = scripting.changes
    for (const { db, key } of watched) scripting.execute(db, ['exists', key])
    if (scripting.changes !== before) this.#isExact = false
    if (watched.some(({ key, version }) => engine.slotVersion(keySlot(key)) !== version)) {
      return nullArray
    }
    const replies: Reply[] = []
    for (const { db, args } of calls) {
      if (scriptCommands.has(args[0] as string)) {
        replies.push(yield* this.#one(db, args, effects))
        continue
      }
      const made = this.#calls(db, { isReadOnly: false, isFull: false }, null)
      replies.push(made.queued([...args]))
      if (made.effects.length > 0) effects.push({ salt: 0, db, args: [queuedNote] })
      this.#keep(made, effects)
    }
    return replies
  }

  /** One script, or one command about scripts. Its effects are appended. */
  *#one(db: number, given: readonly string[], effects: Effect[]): Generator<void, Reply, void> {
    const { args, rules } = splitUser(given)
    const { scripting, runner } = this.#init
    this.#effects = effects
    const isKept = args[0] === 'script' || args[0] === 'function'
    const mark = isKept ? scripting.mark() : 0
    const before = effects.length
    const { isFull } = scripting
    if (isKept && isFull && growsData(args, this.#init.world, this.#library)) return outOfMemory
    const plan = planOf(args, { library: this.#library, runner, isFull })
    if (plan.kind === 'run') return yield* this.#run(db, plan, { args, rules, effects })
    if (isKept && isError(plan.reply) && effects.length > before) {
      scripting.undoTo(mark)
      effects.length = before
    }
    return plan.reply
  }

  *#run(
    db: number,
    plan: Extract<ScriptPlan, { kind: 'run' }>,
    given: {
      readonly args: readonly string[]
      readonly rules: string | null
      readonly effects: Effect[]
    },
  ): Generator<void, Reply, void> {
    const { args, rules, effects } = given
    const { scripting, runner } = this.#init
    let mark = this.#init.isCareful ? scripting.mark() : scripting.lightMark()
    const salt = this.#salt
    let calls = this.#calls(db, plan, rules)
    const isTired = this.#used > limits.scriptGasPerTurn && !this.#init.isLast
    let reply = isTired ? spent : runner.run(plan.job, calls.call)
    this.#used += runner.used
    if (reply === spent) {
      if (!this.#undoTo(mark)) return null
      mark = scripting.mark()
      this.#salt = salt
      calls = this.#calls(db, plan, rules)
      reply = yield* this.#runBeside(plan.job, calls, args)
    }
    if (calls.fatal !== null && !hasBug('shard-script-effects-kept')) {
      return this.#undoTo(mark) ? calls.fatal : null
    }
    this.#keep(calls, effects)
    return calls.fatal ?? noRefusal(reply)
  }

  #undoTo(mark: number): boolean {
    if (!this.#init.scripting.undoTo(mark)) this.isTorn = true
    return !this.isTorn
  }

  /** On a thread of its own: its calls are executed as they come, turn by turn. */
  *#runBeside(
    job: ScriptJob,
    calls: ScriptCalls,
    command: readonly string[],
  ): Generator<void, Reply, void> {
    const { mono, runner, isLast } = this.#init
    if (isLast) {
      calls.fatal = scriptOvertaken
      return scriptOvertaken
    }
    const running = runner.start(job)
    const beside: Beside = { job, running, since: mono(), command, ended: null }
    this.beside = beside
    for (let left = limits.scriptCallsPerTurn; ; left--) {
      const isOver = mono() - beside.since > limits.scriptMsMax
      calls.fatal ??= beside.ended ?? (isOver ? scriptTooLong : null)
      if (calls.fatal !== null) {
        running.end()
        this.beside = null
        return calls.fatal
      }
      const next = left > 0 ? running.next() : null
      if (next === null) {
        yield
        left = limits.scriptCallsPerTurn
      } else if ('call' in next) running.answer(calls.call(next.call))
      else {
        this.beside = null
        return next.reply
      }
    }
  }

  /** Under the rules of a user, null for one that may do everything. */
  #calls(db: number, plan: Rights, rules: string | null): ScriptCalls {
    const { isReadOnly, isFull } = plan
    return new ScriptCalls(this.#init, { db, isReadOnly, isFull, rules, salt: this.#salt })
  }

  #keep(calls: ScriptCalls, effects: Effect[]): void {
    this.#salt = calls.salt
    if (!calls.isExact) this.#isExact = false
    for (const effect of calls.effects) effects.push(effect)
    if (calls.note !== null) effects.push(calls.note)
  }
}

/** What the calls of a script may do. */
interface Rights {
  readonly isReadOnly: boolean
  readonly isFull: boolean
}

function hasScripts({ commands }: Candidate): boolean {
  return commands.calls.some(isScripted)
}
