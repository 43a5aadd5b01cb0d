// EXEC and WATCH in the engine: several of its commands as one, in one go. Watched keys are looked up
// first, so that a key past its time is gone, then their slots' versions compared, then the commands
// run; nothing else is executed or read meanwhile. Driven by the executor in steps.

import type { CommandSpec } from '../api/command.js'
import { type Engine, later, needsLog } from '../api/engine.js'
import { internalSpec } from '../api/internal-command.js'
import { commandOf } from '../api/keys.js'
import { error, outOfMemory } from '../api/replies.js'
import { nullArray, type Reply } from '../api/reply.js'
import {
  decodeTransaction,
  execName,
  type TransactionCall,
  type WatchedKey,
  watchName,
} from '../api/transaction.js'
import { keySlot } from '../base/keyslot.js'
import { hasBug } from '../base/seeded-bug.js'
import { isKnown } from './known.js'

const malformed = error('ERR malformed transaction')
const notRead = error('ERR only commands that read are executed outside the log')

/** For the bug bank only: what the next entry begins with. */
const halves = new WeakMap<Engine, TransactionCall>()

/** For the bug bank only: executes what is left of a transaction. */
export function finishHalf(engine: Engine): void {
  const half = halves.get(engine)
  halves.delete(engine)
  if (half !== undefined) engine.execute(half.db, half.args)
}

/** Whether a call is one of those that a `Transaction` executes. */
export function isTransaction(args: readonly string[]): boolean {
  const name = args[0]
  return name === execName || name === watchName
}

/** The data may not grow, and one of the commands could make it. As in Redis, they are judged together. */
function isBarred(engine: Engine, calls: readonly TransactionCall[]): boolean {
  if (engine.scripting?.isFull !== true) return false
  return calls.some(
    ({ args }) => commandOf(engine.commands, args)?.flags.includes('denyoom') === true,
  )
}

/** Of a read outside the log: what `Engine.read` takes; there is none in an entry. */
export interface ReadTime {
  readonly wall: number | null
}

export class Transaction {
  readonly #engine: Engine
  readonly #read: ReadTime | null
  readonly #watched: readonly WatchedKey[]
  /** Only the versions are asked for. */
  readonly #isWatch: boolean
  /** The commands behind the look-ups; null where the arguments are malformed. */
  readonly #calls: readonly TransactionCall[] | null
  readonly #replies: Reply[] = []
  /** Watched keys that were looked up. */
  #looked = 0
  #isJudged = false
  #isBegun = false
  /** A watched slot was written to. */
  #isAborted = false
  /** The engine is in the middle of a long command. */
  #isOpen = false

  constructor(
    engine: Engine,
    call: { readonly db: number; readonly args: readonly string[]; readonly read: ReadTime | null },
  ) {
    const { db, args } = call
    this.#engine = engine
    this.#read = call.read
    this.#isWatch = args[0] === watchName
    if (this.#isWatch) {
      this.#watched = args.slice(1).map((key) => ({ db, key, version: 0 }))
      this.#calls = []
    } else {
      const decoded = decodeTransaction(args)
      this.#watched = decoded?.watched ?? []
      this.#calls = decoded?.calls ?? null
    }
  }

  get unknown(): string | undefined {
    if (this.#read !== null) return undefined
    const found = this.#calls?.find(({ args }) => !isKnown(this.#engine, args[0] ?? ''))
    return found?.args[0]
  }

  /** Goes on for at most about `elements`; its answer, or `needsLog` where a read must not answer. */
  step(elements: number): Reply | typeof later | typeof needsLog {
    if (this.#calls === null) return malformed
    if (!this.#isBegun) {
      this.#isBegun = true
      if (isBarred(this.#engine, this.#calls)) return outOfMemory
      for (const { db, args } of this.#calls) if (this.#engine.foresee?.(db, args) !== true) break
      this.#engine.look?.()
    }
    for (let left = elements; left > 0; ) {
      if (this.#isOpen) {
        const reply = this.#engine.step(left)
        if (reply === later) return later
        this.#isOpen = false
        this.#take(reply)
        left--
        continue
      }
      const call = this.#next(this.#calls)
      if (call === null) return this.#answer()
      const reply = this.#run(call)
      if (reply === needsLog) return needsLog
      left -= call.args.length
      if (reply === later) this.#isOpen = true
      else this.#take(reply)
    }
    return later
  }

  /** Null where nothing is left to do. */
  #next(calls: readonly TransactionCall[]): TransactionCall | null {
    const key = this.#watched[this.#looked]
    if (key !== undefined) return { db: key.db, args: ['exists', key.key] }
    if (!this.#isJudged) this.#judge()
    return this.#isAborted && !hasBug('shard-watch-judged-late')
      ? null
      : (calls[this.#replies.length] ?? null)
  }

  #take(reply: Reply): void {
    if (this.#looked < this.#watched.length) this.#looked++
    else this.#replies.push(reply)
  }

  #answer(): Reply {
    if (this.#isWatch) return this.#watched.map(({ key }) => this.#version(key))
    return this.#isAborted ? nullArray : this.#replies
  }

  #judge(): void {
    this.#isJudged = true
    if (this.#isWatch || hasBug('shard-watch-ignores-versions')) return
    this.#isAborted = this.#watched.some(({ key, version }) => this.#version(key) !== version)
  }

  /** For the bug bank only: the last of several commands is left out. */
  #isTorn(call: TransactionCall): boolean {
    const isHalved = hasBug('shard-transaction-in-halves')
    const last = (this.#calls?.length ?? 0) - 1
    if (last <= 0 || this.#replies.length !== last) return false
    if (isHalved) halves.set(this.#engine, call)
    return isHalved || hasBug('shard-transaction-torn')
  }

  #version(key: string): number {
    return this.#engine.slotVersion(keySlot(key))
  }

  #run(call: TransactionCall): Reply | typeof later | typeof needsLog {
    const { db, args } = call
    if (this.#read === null) {
      const line = this.#isTorn(call) ? ['exists', ''] : args
      const { scripting } = this.#engine
      return scripting === undefined ? this.#engine.execute(db, line) : scripting.execute(db, line)
    }
    const spec = commandOf(this.#engine.commands, args)
    if (spec?.flags.includes('write') === true) return notRead
    return this.#engine.read(db, args, this.#read.wall)
  }
}

function specOf(name: string): CommandSpec {
  return internalSpec({ name, flags: ['readonly'], group: 'transactions' })
}

/** As reads that another member hands over. */
export const transactionSpecs: ReadonlyMap<string, CommandSpec> = new Map(
  [execName, watchName].map((name) => [name, specOf(name)]),
)
