// The hook of the simulator for any plugin: whole clusters of it, from seeds, under faults and in peace, judged
// by what clients see and by what passes through the plugin interface.

import { Random, type StrategyPlugin } from 'quorate/plugin'
import type { Runner } from '../conformance/conformance.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import { describeFailure } from './failure.js'
import type { Profile } from './profile.js'
import { type RunOptions, runSeed } from './run.js'

export interface SimulationOptions {
  readonly plugin: StrategyPlugin
  /** Options of its keyspaces. */
  readonly options?: Readonly<Record<string, string | number | boolean>>
  /** Turns of a seed, about: one member takes in what came, acts and answers. */
  readonly turns?: number
}

export interface SimulateOptions extends SimulationOptions {
  readonly test: Runner
  /** How many seeds, from `first` on. */
  readonly seeds?: number
  readonly first?: number
}

/** Registers one test for each seed. */
export function simulate({ test, seeds = 10, first = 1, ...simulation }: SimulateOptions): void {
  for (let seed = first; seed < first + seeds; seed++) {
    const title = `${simulation.plugin.name}: simulator, seed ${seed}: clients and members agree`
    test(title, (...given) => {
      const failure = simulateSeed(seed, simulation)
      if (failure !== null) throw new Error(failure)
      const [context] = given as readonly [{ pass?: () => void }?]
      context?.pass?.()
    })
  }
}

/** Null where nothing broke; else what did, with the steps before it. */
export function simulateSeed(seed: number, simulation: SimulationOptions): string | null {
  const run = runOf(seed, simulation)
  const result = runSeed(run)
  return result.violation === null ? null : describeFailure(result, run).slice(0, -1).join('\n')
}

function runOf(
  seed: number,
  { plugin, options = {}, turns = 2_000 }: SimulationOptions,
): RunOptions {
  const isTotal = plugin.supports.order === 'total'
  const others = coreStrategies.filter(({ name }) => name !== plugin.name)
  return {
    seed,
    turns,
    factory: coreFactory,
    strategies: [...others, plugin],
    // What is drawn beside: faults of one order, or of members that merge.
    given: { strategy: isTotal ? 'raft' : 'eventual' },
    shape: (drawn) => shape(seed, drawn, { plugin, options }),
  }
}

/** As drawn, within what the plugin promises. */
function shape(
  seed: number,
  drawn: Profile,
  { plugin, options }: Required<Omit<SimulationOptions, 'turns'>>,
): Profile {
  const { levels, durabilities, learners, order } = plugin.supports
  const random = new Random(seed, 0x53747267)
  const known = order === 'total' ? (['strong', 'sequential'] as const) : (['eventual'] as const)
  const kept = known.filter((level) => levels.includes(level))
  return {
    ...drawn,
    strategy: plugin.name,
    level: kept.length === 0 ? drawn.level : random.pick(kept),
    durability: durabilities.includes(drawn.durability)
      ? drawn.durability
      : random.pick(durabilities),
    learners: learners ? drawn.learners : 0,
    options,
  }
}
