// Times the commands that a group executes, without a look at the stopwatch for each: a command that
// Redis calls O(1) shares the time of its chunk of at most 32, any other is timed by itself. A chunk that
// was slow is laid on the longest of its commands. Told to `Times`; decides nothing but when a turn is long
// enough: the rest is executed in the next one, and nobody can tell from a reply or from the data.

import type { CommandSpec } from '../api/command.js'
import type { Caller } from '../api/group.js'
import type { Times } from '../api/times.js'

const chunkMax = 32
/** Microseconds of one turn after which no further command begins. A collector that marks may make each take ten times as long. */
const turnMicroseconds = 5_000
/** A limit below this asks for the time of each command. */
const fineMicroseconds = 1_000

export class Stint {
  readonly #times: Times
  readonly #commands: () => ReadonlyMap<string, CommandSpec>
  #startedAt = 0
  /** When the turn is long enough. */
  #turnEndsAt = 0
  /** The command of the calls since the last change of command, and whether each is timed. */
  #name = ''
  #isCostly = false
  #calls = 0
  /** Other commands of the chunk and their calls; parallel, reused. */
  readonly #names: string[] = []
  readonly #counts: number[] = []
  #chunk = 0
  /** The longest call of the chunk. */
  #longest: readonly string[] = []
  #longestSize = -1
  #longestCaller: Caller | null = null
  #longestAt = -1
  /** Of the steps so far of the long command that is open. */
  #openMicroseconds = 0

  readonly #callerAt: (at: number) => Caller | null

  constructor(init: {
    readonly times: Times
    readonly commands: () => ReadonlyMap<string, CommandSpec>
    /** Who asked for a command of the entry that runs, by its place; asked only for slow ones. */
    readonly callerAt: (at: number) => Caller | null
  }) {
    this.#times = init.times
    this.#commands = init.commands
    this.#callerAt = init.callerAt
  }

  /** A turn begins: `isLong` looks at its time. */
  beginTurn(): void {
    this.#turnEndsAt = this.#times.stopwatch.microseconds() + turnMicroseconds
  }

  /** As of the last look at the stopwatch. */
  get isLong(): boolean {
    return this.#startedAt >= this.#turnEndsAt
  }

  /** Commands follow. */
  begin(): void {
    this.#startedAt = this.#times.stopwatch.microseconds()
  }

  /** A command is about to run. */
  before(args: readonly string[]): void {
    const name = args[0] as string
    if (name === this.#name) return
    if (this.#calls > 0) this.#endRun()
    this.#name = name
    this.#isCostly = this.#commands().get(name)?.complexity !== 'O(1)'
    if (this.#isCostly && this.#chunk > 0) this.#cut()
  }

  /** It has run: a read of `caller`, or, with null, the command at a place of the entry. */
  after(args: readonly string[], caller: Caller | null, at: number): void {
    this.#calls++
    this.#chunk++
    const size = sizeOf(args)
    if (size > this.#longestSize) {
      this.#longestSize = size
      this.#longest = args
      this.#longestCaller = caller
      this.#longestAt = at
    }
    const isFine = this.#isCostly || this.#times.slowFrom < fineMicroseconds
    if (isFine || this.#chunk >= chunkMax) this.#cut()
  }

  /** The command that was begun goes on in steps. */
  opened(): void {
    const now = this.#times.stopwatch.microseconds()
    this.#openMicroseconds += now - this.#startedAt
    this.#startedAt = now
  }

  /** Commands end for now. */
  end(): void {
    if (this.#chunk > 0) this.#cut()
    this.#name = ''
  }

  /** Adds the calls of the last command to those of its name in the chunk. */
  #endRun(): void {
    const at = this.#names.indexOf(this.#name)
    if (at < 0) {
      this.#names.push(this.#name)
      this.#counts.push(this.#calls)
    } else this.#counts[at] = (this.#counts[at] as number) + this.#calls
    this.#calls = 0
  }

  #cut(): void {
    const now = this.#times.stopwatch.microseconds()
    const passed = now - this.#startedAt + this.#openMicroseconds
    this.#startedAt = now
    this.#openMicroseconds = 0
    if (this.#names.length === 0) this.#times.executed(this.#name, this.#calls, passed)
    else {
      if (this.#calls > 0) this.#endRun()
      const each = passed / this.#chunk
      for (let i = 0; i < this.#names.length; i++) {
        const calls = this.#counts[i] as number
        this.#times.executed(this.#names[i] as string, calls, each * calls)
      }
      this.#names.length = 0
      this.#counts.length = 0
    }
    if (passed >= this.#times.slowFrom) {
      const caller = this.#longestCaller ?? this.#callerAt(this.#longestAt)
      this.#times.slow({ args: this.#longest, microseconds: passed, caller })
    }
    this.#calls = 0
    this.#chunk = 0
    this.#longest = []
    this.#longestSize = -1
    this.#longestCaller = null
  }
}

/** What a call is taken to cost beside others: its arguments, and the length of the last. */
function sizeOf(args: readonly string[]): number {
  return args.length * 64 + (args[args.length - 1] as string).length
}
