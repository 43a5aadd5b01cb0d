// Hunts the seeded bugs: each must be found by a check meant for it within its bound of seeds, and the
// same seed without the bug must be clean.

import { type SeededBug, seededBugs } from './bug-bank.js'
import { coreFactory, coreStrategies } from './core-under-test.js'
import type { Given } from './profile.js'
import { type RunResult, runSeed } from './run.js'

export interface HuntOptions {
  readonly first: number
  readonly turns: number
  readonly seedsMax: number
  /** Names of the bugs to hunt; all without it. */
  readonly only?: readonly string[]
  /** Only those whose seeds have this strategy, or this level. */
  readonly given?: Pick<Given, 'strategy' | 'level'>
  readonly print: (lines: readonly string[]) => void
}

export type HuntResult =
  | {
      readonly kind: 'found'
      readonly seed: number
      readonly seeds: number
      readonly result: RunResult
    }
  /** The same seed breaks without the bug: the report proves nothing. */
  | { readonly kind: 'dirty'; readonly seed: number; readonly result: RunResult }
  /** `others`: what other checks than the ones meant for it reported, seed by seed. */
  | { readonly kind: 'missed'; readonly seeds: number; readonly others: readonly string[] }

export function hunt(
  bug: SeededBug,
  options: Omit<HuntOptions, 'print' | 'only' | 'given'>,
): HuntResult {
  const others: string[] = []
  for (let n = 0; n < options.seedsMax; n++) {
    const seed = options.first + n
    const run = {
      seed,
      turns: options.turns,
      factory: coreFactory,
      strategies: coreStrategies,
      hint: bug.hint,
    }
    const result = runSeed({ ...run, bug: bug.name })
    if (result.violation === null) continue
    const clean = runSeed(run)
    if (clean.violation !== null) return { kind: 'dirty', seed, result: clean }
    if (!bug.checks.includes(result.violation.check)) {
      others.push(`${seed} ${result.violation.check}`)
      continue
    }
    return { kind: 'found', seed, seeds: n + 1, result }
  }
  return { kind: 'missed', seeds: options.seedsMax, others }
}

/** Hunts all bugs, or the named ones, and prints a table; answers the exit code. */
export function huntAll(options: HuntOptions): number {
  const { only, given = {} } = options
  const bugs = seededBugs.filter(({ name, hint }) => {
    const { strategy = 'raft', level } = hint.with ?? {}
    const isOf = given.strategy === undefined || given.strategy === strategy
    const isAt = given.level === undefined || given.level === level
    return only === undefined ? isOf && isAt : only.includes(name)
  })
  let bad = 0
  for (const bug of bugs) {
    const outcome = hunt(bug, options)
    if (outcome.kind !== 'found') bad++
    options.print([lineOf(bug, outcome)])
  }
  options.print([`${bugs.length - bad} of ${bugs.length} seeded bugs found`])
  return bad === 0 ? 0 : 1
}

function lineOf(bug: SeededBug, outcome: HuntResult): string {
  const name = bug.name.padEnd(40)
  switch (outcome.kind) {
    case 'found':
      return `${name} found by ${outcome.result.violation?.check ?? ''} after ${outcome.seeds} seeds`
    case 'missed':
      return `${name} MISSED in ${outcome.seeds} seeds, others: ${outcome.others.length} ${outcome.others.slice(0, 5).join(', ')}`
    default: {
      const { violation } = outcome.result
      return `${name} DIRTY at seed ${outcome.seed}: ${violation?.check ?? ''}: ${violation?.sentence.slice(0, 160) ?? ''}`
    }
  }
}
