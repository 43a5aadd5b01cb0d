// One measurement of one server, and a contest: both servers run, only one is under load, rounds alternate, medians
// are compared.

import { setTimeout as sleep } from 'node:timers/promises'
import { redisBenchmark } from '../bench/redis-benchmark.js'
import type { Case, Contest } from './contests.js'
import { driveClosed, driveOpen, type Latencies } from './drive.js'
import { processorMs } from './processor-time.js'
import type { Running, System } from './system.js'
import { fillKeys } from './wire.js'

export interface Figure extends Latencies {
  /** Processor time of all its processes for one operation, in microseconds. */
  readonly cpuUs: number
}

export interface CaseResult {
  readonly case: Case
  readonly ours: Figure
  readonly theirs: Figure
}

export interface OpenResult {
  /** Requests a second. */
  readonly rate: number
  readonly ours: Figure
  readonly theirs: Figure
}

export interface ContestResult {
  readonly id: string
  readonly title: string
  readonly ours: string
  readonly theirs: string
  readonly cases: readonly CaseResult[]
  readonly open: readonly OpenResult[]
}

export interface MeasureOptions {
  readonly rounds: number
  /** Of one measurement without pipeline by redis-benchmark. */
  readonly requests: number
  /** Milliseconds of one measurement by a driver of our own. */
  readonly ms: number
  /** SETs a second at which latencies are taken, 50 clients; none for no such measurement. */
  readonly rates: readonly number[]
  /** Milliseconds of load on each server before anything is measured: what runs often is compiled while it does. */
  readonly warmMs: number
}

type Side = 'ours' | 'theirs'
type Pair<T> = Readonly<Record<Side, T>>

const sides = ['ours', 'theirs'] as const

export async function measureContest(
  contest: Contest,
  options: MeasureOptions,
): Promise<ContestResult> {
  const started: Partial<Record<Side, Running>> = {}
  try {
    for (const side of sides) {
      started[side] = await contest[side].start()
      await fillKeys(contest[side].wire, started[side].port)
      await warm(contest, contest[side], started[side], options.warmMs)
    }
    const running = started as Pair<Running>
    const cases: CaseResult[] = []
    for (const each of contest.cases) {
      const figures = await alternate(options.rounds, (side) =>
        measureCase(contest, each, { system: contest[side], running: running[side], options }),
      )
      cases.push({ case: each, ...figures })
    }
    const open: OpenResult[] = []
    for (const rate of options.rates) {
      const figures = await alternate(options.rounds, (side) =>
        weighed(running[side], () => {
          const { wire } = contest[side]
          const { port } = running[side]
          const load = { wire, port, operation: 'set', clients: 50, ms: options.ms } as const
          return driveOpen(load, rate)
        }),
      )
      open.push({ rate, ...figures })
    }
    const { id, title, ours, theirs } = contest
    return { id, title, ours: ours.name, theirs: theirs.name, cases, open }
  } finally {
    for (const side of sides) await started[side]?.stop()
  }
}

async function warm(
  { cases }: Contest,
  { wire }: System,
  target: Running,
  ms: number,
): Promise<void> {
  if (ms === 0) return
  for (const { operation, clients, depth } of cases) {
    const load = { wire, port: target.port, operation, clients, ms: ms / cases.length }
    await driveClosed(load, depth)
  }
}

/** Rounds of a case that do not count: the first ones compile what the case alone needs. */
const coldRounds = 2

/** Rounds alternate, and so does who begins. */
async function alternate(
  rounds: number,
  run: (side: Side) => Promise<Figure>,
): Promise<Pair<Figure>> {
  const figures: Record<Side, Figure[]> = { ours: [], theirs: [] }
  const cold = rounds > 1 ? coldRounds : 0
  for (let round = 0; round < rounds + cold; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      const figure = await run(side)
      if (round >= cold) figures[side].push(figure)
    }
  }
  return { ours: medians(figures.ours), theirs: medians(figures.theirs) }
}

interface Target {
  readonly system: System
  readonly running: Running
  readonly options: MeasureOptions
}

function measureCase({ driver }: Contest, of: Case, target: Target): Promise<Figure> {
  const { operation, clients, depth } = of
  const { system, running, options } = target
  const { port } = running
  return weighed(running, () => {
    if (driver === 'own') {
      return driveClosed({ wire: system.wire, port, operation, clients, ms: options.ms }, depth)
    }
    const command = operation === 'set' ? 'SET' : 'GET'
    // One client is slower, and a pipeline faster, than fifty.
    const requests = Math.ceil(options.requests * (depth === 1 ? Math.min(1, clients / 10) : 8))
    return redisBenchmark({ port, command, pipeline: depth, requests, clients })
  })
}

/** Milliseconds in which replicas take in the last writes, before their time is read. */
const settleMs = 200

/** What `load` measures, with the processor time that it cost the server. */
export async function weighed({ pids }: Running, load: () => Promise<Latencies>): Promise<Figure> {
  const cpu = processorMs(pids)
  const figure = await load()
  await sleep(settleMs)
  return { ...figure, cpuUs: ((processorMs(pids) - cpu) * 1000) / figure.count }
}

/** Of each number by itself. */
export function medians(figures: readonly Figure[]): Figure {
  const of = (name: keyof Figure): number => {
    const sorted = figures.map((each) => each[name]).toSorted((a, b) => a - b)
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
  }
  return {
    count: of('count'),
    perSecond: of('perSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    p999Ms: of('p999Ms'),
    cpuUs: of('cpuUs'),
  }
}
