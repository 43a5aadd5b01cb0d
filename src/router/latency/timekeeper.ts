// Keeps how long commands took: commandstats, histograms, SLOWLOG and the events of LATENCY. Groups tell of
// what they executed, dispatch of what the router ran. Nothing here steers anything.

import type { Stopwatch } from '../../api/stopwatch.js'
import type { SlowCall, Times } from '../../api/times.js'
import type { CommandEntry } from '../command-entry.js'
import { redact } from '../redact.js'
import { Session } from '../session.js'
import type { Settings } from '../settings.js'
import { LatencyEvents } from './events.js'
import { Histogram } from './histogram.js'
import { SlowLog } from './slow-log.js'

/** A bound of slowness below this asks for the time of each command. */
const fineMicroseconds = 1_000

interface Table {
  findFull(name: string): CommandEntry | undefined
}

export class Timekeeper implements Times {
  readonly stopwatch: Stopwatch
  readonly slowLog = new SlowLog()
  readonly events = new LatencyEvents()
  slowFrom = Number.POSITIVE_INFINITY
  /** Every command is timed by itself. */
  isFine = false
  readonly #histograms = new Map<string, Histogram>()
  #table: Table | null = null
  #isTracking = true
  /** Microseconds; both Infinity for never. */
  #logFrom = Number.POSITIVE_INFINITY
  #eventFrom = Number.POSITIVE_INFINITY
  #logMax = 0
  /** Of the turn. */
  wall = 0

  constructor(stopwatch: Stopwatch) {
    this.stopwatch = stopwatch
  }

  /** The router is there: what follows is kept by its settings. */
  follow(settings: Settings, table: Table): void {
    this.#table = table
    for (const name of [
      'slowlog-log-slower-than',
      'latency-monitor-threshold',
      'slowlog-max-len',
      'latency-tracking',
    ]) {
      settings.watch(name, () => this.#choose(settings))
    }
  }

  executed(name: string, calls: number, microseconds: number): void {
    const entry = this.#table?.findFull(name)
    if (entry === undefined) return
    this.note(entry, calls, microseconds)
  }

  /** As `executed`, of a command that the router ran. */
  note(entry: CommandEntry, calls: number, microseconds: number): void {
    entry.counters.microseconds += microseconds
    if (!this.#isTracking || calls === 0) return
    let histogram = this.#histograms.get(entry.name)
    if (histogram === undefined) {
      histogram = new Histogram()
      this.#histograms.set(entry.name, histogram)
    }
    histogram.add(microseconds / calls, calls)
  }

  slow({ args, microseconds, caller }: SlowCall): void {
    const session = caller instanceof Session ? caller : null
    const name = args[0] ?? ''
    const found = this.#table?.findFull(`${name}|${args[1] ?? ''}`) ?? this.#table?.findFull(name)
    if (found !== undefined) this.tell(found, { args, microseconds, session })
  }

  /** A command that may have been slow. */
  tell(
    entry: CommandEntry,
    call: {
      readonly args: readonly string[]
      readonly microseconds: number
      readonly session: Session | null
    },
  ): void {
    const { args, microseconds, session } = call
    if (microseconds >= this.#eventFrom) {
      const event = entry.spec.flags.includes('fast') ? 'fast-command' : 'command'
      this.events.add(event, { ms: Math.floor(microseconds / 1000), wall: this.wall })
    }
    if (microseconds < this.#logFrom || entry.spec.flags.includes('skip_slowlog')) return
    this.slowLog.add(
      {
        args: redact(entry.name, asSent(session, args)),
        microseconds,
        address: session?.remote ?? '',
        name: session?.facts.name ?? '',
      },
      { wall: this.wall, max: this.#logMax },
    )
  }

  histogram(name: string): Histogram | undefined {
    return this.#histograms.get(name)
  }

  histograms(): ReadonlyMap<string, Histogram> {
    return this.#histograms
  }

  /** CONFIG RESETSTAT. */
  reset(): void {
    this.#histograms.clear()
  }

  #choose(settings: Settings): void {
    const log = settings.integer('slowlog-log-slower-than')
    const event = settings.integer('latency-monitor-threshold')
    this.#logMax = settings.integer('slowlog-max-len')
    this.#logFrom = log < 0 || this.#logMax === 0 ? Number.POSITIVE_INFINITY : log
    this.#eventFrom = event === 0 ? Number.POSITIVE_INFINITY : event * 1_000
    this.#isTracking = settings.get('latency-tracking') === 'yes'
    if (!this.#isTracking) this.#histograms.clear()
    this.slowFrom = Math.min(this.#logFrom, this.#eventFrom)
    this.isFine = this.slowFrom < fineMicroseconds
    this.slowLog.trim(this.#logMax)
  }
}

/** Groups know a command by its lower-case name; the client's last one tells how it was written. */
function asSent(session: Session | null, args: readonly string[]): readonly string[] {
  const word = session?.facts.lastWord ?? ''
  return word.toLowerCase() === args[0] ? [word, ...args.slice(1)] : args
}
