// Counters for INFO: cheap to keep, read rarely. Times come from the stopwatch once per batch of
// commands and are shared out by number of calls; they never steer anything.

import type { CommandCounters, CommandEntry } from './command-entry.js'
import type { Timekeeper } from './latency/timekeeper.js'

/** Different error prefixes that are counted, as Redis bounds them. */
const errorKindsMax = 128

export class Stats {
  connectionsReceived = 0
  connectionsRejected = 0
  commandsProcessed = 0
  inputBytes = 0
  /** Chunks of bytes that came, and writes that left. */
  reads = 0
  writes = 0
  outputBytes = 0
  errorReplies = 0
  /** Connections closed because their unsent replies passed the hard bound. */
  outputLimitCloses = 0
  /** Connections closed because all of them together took too much memory. */
  clientsEvicted = 0
  /** Connections closed because they did not authenticate or finish a command in time. */
  timeoutCloses = 0
  aclAuthFailures = 0
  /** Most bytes of data that were seen. */
  peakMemory = 0
  aclCommandDenials = 0
  aclKeyDenials = 0
  aclChannelDenials = 0
  /** Replies by error prefix. */
  readonly errors = new Map<string, number>()
  /** What the groups had counted at the last reset. */
  groupsBefore: Readonly<Record<string, number>> = {}
  /** Over the last whole second or longer. */
  commandsPerSecond = 0
  inputKbps = 0
  outputKbps = 0
  #sampledAt = 0
  #sampledCommands = 0
  #sampledInput = 0
  #sampledOutput = 0
  /** Entries called in the batch that runs now. */
  readonly #called: CommandEntry[] = []
  #batchCalls = 0

  countCall(entry: CommandEntry): void {
    const counters = entry.counters
    if (counters.batchCalls++ === 0) this.#called.push(entry)
    this.#batchCalls++
  }

  /** Shares the time of a batch out over the commands in it; those that are timed by themselves are told already. */
  settle(microseconds: number, keeper: Timekeeper): void {
    const total = this.#batchCalls
    if (total === 0) return
    for (const entry of this.#called) {
      const counters = entry.counters
      counters.calls += counters.batchCalls
      if (entry.run !== null && !entry.isCostly && !keeper.isFine) {
        keeper.note(entry, counters.batchCalls, (microseconds * counters.batchCalls) / total)
      }
      counters.batchCalls = 0
    }
    this.commandsProcessed += total
    this.#called.length = 0
    this.#batchCalls = 0
  }

  /** Called once per turn with monotonic milliseconds. */
  sample(mono: number): void {
    const passed = mono - this.#sampledAt
    if (passed < 1_000) return
    const commands = this.commandsProcessed - this.#sampledCommands
    this.commandsPerSecond = Math.max(0, Math.round((commands * 1_000) / passed))
    this.inputKbps = Math.max(0, (this.inputBytes - this.#sampledInput) / 1.024 / passed)
    this.outputKbps = Math.max(0, (this.outputBytes - this.#sampledOutput) / 1.024 / passed)
    this.#sampledInput = this.inputBytes
    this.#sampledOutput = this.outputBytes
    this.#sampledAt = mono
    this.#sampledCommands = this.commandsProcessed
  }

  /** `text` begins with its prefix, as `ERR ...`. */
  countError(text: string): void {
    this.errorReplies++
    const space = text.indexOf(' ')
    const prefix = space < 0 ? text : text.slice(0, space)
    const count = this.errors.get(prefix)
    if (count !== undefined || this.errors.size < errorKindsMax) {
      this.errors.set(prefix, (count ?? 0) + 1)
    }
  }

  /** `groups`: what the groups count themselves, as of now. */
  reset(entries: Iterable<CommandEntry>, groups: Readonly<Record<string, number>>): void {
    this.groupsBefore = groups
    this.connectionsReceived = 0
    this.connectionsRejected = 0
    this.commandsProcessed = 0
    this.inputBytes = 0
    this.reads = 0
    this.writes = 0
    this.outputBytes = 0
    this.errorReplies = 0
    this.outputLimitCloses = 0
    this.timeoutCloses = 0
    this.clientsEvicted = 0
    this.aclAuthFailures = 0
    this.aclCommandDenials = 0
    this.aclKeyDenials = 0
    this.aclChannelDenials = 0
    this.errors.clear()
    for (const { counters } of entries) {
      counters.calls = 0
      counters.rejected = 0
      counters.failed = 0
      counters.microseconds = 0
    }
  }
}

/** A command answered with an error; one that was refused for memory was never called, as in Redis. */
export function countFailure(counters: CommandCounters, text: string): void {
  if (!text.startsWith('OOM ')) {
    counters.failed++
    return
  }
  counters.rejected++
  counters.calls--
}
