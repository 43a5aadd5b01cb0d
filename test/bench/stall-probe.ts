// What stalls a member, measured inside its process: delay of the event loop, pauses of the collector, the
// longest turn of the core, and what was done meanwhile. Wraps the core that the host drives. The kernel tells what the
// main thread had of a processor by the tick, 4 ms at most: a preempted thread does not stall by that count.

import fs, { openSync, readSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { monitorEventLoopDelay, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import type { CoreInit } from '../../src/core/core.js'
import { createCore } from '../../src/core/create.js'
import type { Engine, EngineOptions } from '../../src/api/engine.js'
import { createEngine } from '../../src/engine/engine.js'
import type { Reactor, ReactorFactory } from '../../src/host/reactor.js'

/** Milliseconds since the last reset. */
export interface StallFigures {
  readonly loopMax: number
  readonly loopP99: number
  /** The longest delay without the time that the thread waited for a processor. */
  readonly ownLoopMax: number
  /** The most time on a processor between two rounds of the loop. */
  readonly cpuLoopMax: number
  readonly turnMax: number
  /** The same without the time that the thread waited for a processor: what is our own doing. */
  readonly ownTurnMax: number
  readonly turnsAbove5: number
  /** Longest call of the engine's checkpoint functions, and `writeSync`, without waiting for a processor. */
  readonly calls: Readonly<Record<string, number>>
  readonly gcMax: number
  readonly gcTotal: number
  /** Full collections. */
  readonly majors: number
  /** Longest pause by kind. */
  readonly gc: Readonly<Record<string, number>>
  /** The longest delays of the loop without the time waited for a processor, longest first. */
  readonly longest: readonly Stall[]
}

/** One delay of the event loop, taken apart. Milliseconds. */
export interface Stall {
  /** Since the process began: the clock of `--trace-gc`. */
  readonly at: number
  readonly wall: number
  /** On a processor, ready without one, and the rest: locks, disk, worker threads. */
  readonly cpu: number
  readonly waited: number
  readonly blocked: number
  /** Of it in turns of the core. */
  readonly turns: number
  /** Of it in pauses of the collector, by kind. */
  readonly gc: Readonly<Record<string, number>>
  /** Of it in calls of the engine, by name and number: commands, steps of a checkpoint, loaded rows. The collector's pauses lie in them. */
  readonly did: Readonly<Record<string, number>>
}

export interface MemberFigures extends StallFigures {
  readonly counters: Readonly<Record<string, number>>
  readonly leads: boolean
  readonly rssMb: number
  readonly heapMb: number
  /** Bytes outside the heap that the collector accounts for: buffers. */
  readonly buffersMb: number
}

const kinds: Readonly<Record<number, string>> = {
  1: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weak',
}

export class StallProbe {
  // Each sample is late by up to the resolution: it is part of the figure.
  readonly #loop = monitorEventLoopDelay({ resolution: 1 })
  #core: ReturnType<typeof createCore> | null = null
  #ownLoopMax = 0
  #cpuLoopMax = 0
  #turnMax = 0
  #ownTurnMax = 0
  #calls: Record<string, number> = {}
  #turnsAbove5 = 0
  #gc: Record<string, number> = {}
  #gcTotal = 0
  #majors = 0
  #turnsWall = 0
  #stalls: Stall[] = []
  #pauses: PauseEntry[] = []
  /** Since the last round of the loop. */
  #did = new Map<string, Piece>()

  constructor() {
    this.#loop.enable()
    Object.assign(fs, { writeSync: this.#timed('writeSync', fs.writeSync) })
    syncBuiltinESMExports()
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#collected(entry)
    }).observe({ entryTypes: ['gc'] })
    let last = performance.now()
    let lastWaited = waitedMs()
    let lastCpu = cpuMs
    setInterval(() => {
      const now = performance.now()
      const waited = waitedMs()
      this.#ownLoopMax = Math.max(this.#ownLoopMax, now - last - 1 - (waited - lastWaited))
      this.#cpuLoopMax = Math.max(this.#cpuLoopMax, cpuMs - lastCpu)
      if (now - last > stallMs) {
        this.#stalled(last, now, { cpu: cpuMs - lastCpu, waited: waited - lastWaited })
      }
      last = now
      lastWaited = waited
      lastCpu = cpuMs
      this.#turnsWall = 0
      this.#did = new Map()
    }, 1)
  }

  readonly makeCore: ReactorFactory = (init): Reactor => {
    const engine = (options: EngineOptions): Engine => this.#watch(createEngine(options))
    const core = createCore({ ...(init as CoreInit), engine })
    this.#core = core
    return {
      turn: (now, inputs) => {
        const begin = performance.now()
        const waited = waitedMs()
        const outputs = core.turn(now, inputs)
        const took = performance.now() - begin
        const own = took - (waitedMs() - waited)
        this.#turnsWall += took
        if (own > this.#ownTurnMax) this.#ownTurnMax = own
        if (took > this.#turnMax) this.#turnMax = took
        if (took > 5) this.#turnsAbove5++
        return outputs
      },
      wakeAt: () => core.wakeAt(),
      get wantsTurn() {
        return core.wantsTurn
      },
    }
  }

  reset(): void {
    this.#loop.reset()
    this.#ownLoopMax = 0
    this.#cpuLoopMax = 0
    this.#turnMax = 0
    this.#ownTurnMax = 0
    this.#calls = {}
    this.#turnsAbove5 = 0
    this.#gc = {}
    this.#gcTotal = 0
    this.#majors = 0
    this.#stalls = []
    this.#pauses = []
  }

  read(): MemberFigures {
    const memory = process.memoryUsage()
    const group = this.#core?.inspect().groups[0]
    return {
      loopMax: round(this.#loop.max / 1e6),
      loopP99: round(this.#loop.percentile(99) / 1e6),
      ownLoopMax: round(this.#ownLoopMax),
      cpuLoopMax: round(this.#cpuLoopMax),
      turnMax: round(this.#turnMax),
      ownTurnMax: round(this.#ownTurnMax),
      calls: this.#calls,
      turnsAbove5: this.#turnsAbove5,
      gcMax: round(Math.max(0, ...Object.values(this.#gc))),
      gcTotal: round(this.#gcTotal),
      majors: this.#majors,
      gc: this.#gc,
      longest: this.#longest(),
      counters: group?.counters ?? {},
      leads: group?.status?.role === 'leader',
      rssMb: Math.round(memory.rss / 1e6),
      heapMb: Math.round(memory.heapUsed / 1e6),
      buffersMb: Math.round(memory.arrayBuffers / 1e6),
    }
  }

  #timed<A extends readonly unknown[], R>(name: string, call: (...args: A) => R) {
    return (...args: A): R => {
      const begin = performance.now()
      const waited = waitedMs()
      const result = call(...args)
      const took = performance.now() - begin
      const own = took - (waitedMs() - waited)
      if (own > (this.#calls[name] ?? 0)) this.#calls[name] = round(own)
      this.#add(name, took)
      return result
    }
  }

  /** As `#timed` for what is called too often to ask the kernel each time; named by the command. */
  #named(call: Engine['execute']): Engine['execute'] {
    return (db, args, mayWait) => {
      const begin = performance.now()
      const result = call(db, args, mayWait)
      this.#add(args[0] ?? '', performance.now() - begin)
      return result
    }
  }

  #add(name: string, ms: number): void {
    const piece = this.#did.get(name)
    if (piece === undefined) this.#did.set(name, { ms, count: 1 })
    else {
      piece.ms += ms
      piece.count++
    }
  }

  #watch(engine: Engine): Engine {
    const read = engine.read.bind(engine)
    return Object.assign(engine, {
      execute: this.#named(engine.execute.bind(engine)),
      read: (db: number, args: readonly string[], wall: number) => {
        const begin = performance.now()
        const result = read(db, args, wall)
        this.#add(args[0] ?? '', performance.now() - begin)
        return result
      },
      step: this.#timed('long command', engine.step.bind(engine)),
      checkpointBegin: this.#timed('begin', engine.checkpointBegin.bind(engine)),
      checkpointStep: this.#timed('step', engine.checkpointStep.bind(engine)),
      checkpointFinish: this.#timed('finish', engine.checkpointFinish.bind(engine)),
      checkpointGarbage: this.#timed('garbage', engine.checkpointGarbage.bind(engine)),
      load: this.#timed('load', engine.load.bind(engine)),
      loadFinish: this.#timed('loadFinish', engine.loadFinish.bind(engine)),
    })
  }

  #collected(entry: PerformanceEntry & { readonly detail?: unknown }): void {
    const kind = kinds[(entry.detail as { kind: number }).kind] ?? 'other'
    this.#gc[kind] = round(Math.max(this.#gc[kind] ?? 0, entry.duration))
    this.#gcTotal += entry.duration
    if (kind === 'major') this.#majors++
    this.#pauses.push({ begin: entry.startTime, end: entry.startTime + entry.duration, kind })
    if (this.#pauses.length > 4 * stallsKept) this.#pauses.splice(0, 2 * stallsKept)
  }

  #stalled(
    begin: number,
    end: number,
    spent: { readonly cpu: number; readonly waited: number },
  ): void {
    const wall = end - begin
    const stall = {
      at: round(begin),
      wall: round(wall),
      cpu: round(spent.cpu),
      waited: round(spent.waited),
      blocked: round(wall - spent.cpu - spent.waited),
      turns: round(this.#turnsWall),
      gc: {} as Record<string, number>,
      did: Object.fromEntries(
        [...this.#did]
          .filter(([, { ms }]) => ms >= 1)
          .map(([name, { ms, count }]) => [`${name} x${count}`, round(ms)]),
      ),
    }
    this.#stalls.push(stall)
    // The observer hears of a pause after the fact.
    setTimeout(() => {
      for (const pause of this.#pauses) {
        const shared = Math.min(end, pause.end) - Math.max(begin, pause.begin)
        if (shared > 0) stall.gc[pause.kind] = round((stall.gc[pause.kind] ?? 0) + shared)
      }
    }, 5)
  }

  #longest(): Stall[] {
    return this.#stalls.sort((a, b) => b.wall - b.waited - a.wall + a.waited).slice(0, stallsKept)
  }
}

interface PauseEntry {
  readonly begin: number
  readonly end: number
  readonly kind: string
}

interface Piece {
  ms: number
  count: number
}

export function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** A delay of the loop that is looked at, and how many of the longest are kept. */
const stallMs = 15
const stallsKept = 12

/** Milliseconds that the main thread had a processor, as of the last look at `waitedMs`. */
let cpuMs = 0
const schedule = openSchedule()
const scheduleBytes = Buffer.alloc(128)

function openSchedule(): number | null {
  try {
    return openSync('/proc/self/schedstat', 'r')
  } catch {
    return null
  }
}

/** Milliseconds that the main thread was ready to run and had no processor; 0 where nobody tells. */
function waitedMs(): number {
  if (schedule === null) return 0
  const length = readSync(schedule, scheduleBytes, 0, 128, 0)
  const [cpu, waited] = scheduleBytes.latin1Slice(0, length).split(' ')
  cpuMs = Number(cpu) / 1e6
  return Number(waited) / 1e6
}
