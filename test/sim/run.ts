// One seed from beginning to end: a safety phase under faults, then a liveness phase in which the faults
// stop and the cluster must elect, answer, converge and take writes, then the judgement of the history.

import type { StrategyPlugin } from '../../src/api/strategy.js'
import { limits } from '../../src/api/limits.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import type { Violation } from './judge.js'
import { Liveness } from './liveness.js'
import { MergingLiveness } from './merging/liveness.js'
import {
  drawProfile,
  type Given,
  type MoveBounds,
  type Profile,
  type ProfileHint,
} from './profile.js'
import type { ReactorFactory } from './reactor.js'
import { StepLog } from './step-log.js'
import { World } from './world.js'

export interface RunOptions {
  readonly seed: number
  /** Turns of the whole run, about: the liveness phase ends when all is well. */
  readonly turns: number
  readonly factory: ReactorFactory
  readonly strategies: readonly StrategyPlugin[]
  readonly hint?: ProfileHint
  /** What takes the place of what the seed draws, where there is no hint. */
  readonly given?: Given
  /** The last word on what a seed is like. */
  readonly shape?: (drawn: Profile) => Profile
  /** A seeded bug to plant, empty for none. */
  readonly bug?: string
  /** Keep the readable form of the steps behind this one. */
  readonly logFrom?: number
}

export interface RunResult {
  readonly seed: number
  readonly violation: Violation | null
  readonly turns: number
  /** World time at the end, microseconds. */
  readonly us: number
  readonly hash: string
  /** Data operations by outcome. */
  readonly outcomes: {
    readonly executed: number
    readonly refused: number
    readonly unknown: number
  }
  readonly faults: ReadonlyMap<string, number>
  readonly marks: ReadonlyMap<string, number>
  /** Of the whole command set, by name: how often sent, and done without an error. */
  readonly commands: ReadonlyMap<string, { readonly sent: number; readonly done: number }>
  readonly leaderChanges: number
  readonly profile: Profile
  readonly steps: readonly string[]
}

/** Bounds that a profile moves. */
const bounds: Bounds = limits
type Bounds = { -readonly [name in 'stepElements' | keyof MoveBounds]: number }

/** Share of the turns, in a hundred, that belong to the safety phase. */
const safetyShare = 75
/** A world that takes more turns than this many times its share does not end by itself. */
const turnsFactor = 4

export function runSeed(options: RunOptions): RunResult {
  const drawn = drawProfile(options.seed, options.hint, options.given)
  const profile = options.shape?.(drawn) ?? drawn
  const log = new StepLog(options.logFrom ?? Infinity)
  plantBug(options.bug ?? '')
  const before = { ...limits }
  Object.assign(bounds, { stepElements: profile.stepElements, ...profile.moveBounds })
  try {
    const world = new World({
      seed: options.seed,
      profile,
      factory: options.factory,
      strategies: options.strategies,
      watch: (member, inputs, outputs) => log.step(world, member, { inputs, outputs }),
    })
    log.faultsOf(world)
    play(world, options.turns)
    return resultOf(world, { seed: options.seed, profile, steps: log.lines })
  } finally {
    plantBug('')
    Object.assign(bounds, before)
  }
}

function play(world: World, turns: number): void {
  const { judge, schedule } = world
  const safety = Math.floor((turns * safetyShare) / 100)
  while (judge.violation === null && judge.step < safety) if (!schedule.next()) return
  // Each group has turns of its own; members that merge tell each other at each step of a move.
  const { grows, moves, fleet } = world.profile
  const isLong = grows || ((moves || fleet !== null) && world.merging !== null)
  const factor = isLong ? 2 * turnsFactor : turnsFactor
  if (judge.violation === null) settleWorld(world, safety + turns * factor)
}

/** The liveness phase, at most until step `bound`, and the judgement of the history. */
export function settleWorld(world: World, bound: number): void {
  const { judge, schedule } = world
  const { merging } = world
  const liveness = merging === null ? new Liveness(world) : new MergingLiveness(world, merging)
  while (judge.violation === null && !liveness.isDone && judge.step < bound) {
    if (!schedule.next()) break
  }
  const { topology } = world
  while (judge.violation === null && !topology.isSettled && judge.step < bound) {
    if (!schedule.next()) break
  }
  if (judge.violation !== null) return
  judge.hold(
    liveness.isDone && topology.isSettled,
    'converged',
    () => `the cluster is not at rest after ${judge.step} steps`,
  )
  world.history.judge()
  topology.judge()
  world.workload.queues.judge()
  merging?.sessions.judge()
}

function resultOf(
  world: World,
  known: { seed: number; profile: Profile; steps: readonly string[] },
): RunResult {
  const { judge, history } = world
  return {
    seed: known.seed,
    violation: judge.violation,
    turns: judge.step,
    us: world.schedule.now,
    hash: world.trace.value,
    outcomes: history.outcomes,
    faults: judge.faults,
    marks: judge.marks,
    commands: judge.commands,
    leaderChanges: world.leaderChanges,
    profile: known.profile,
    steps: known.steps,
  }
}
