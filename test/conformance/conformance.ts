// The suite: registers, with any runner of tests, the cases that a plugin's `supports` calls for.

import type { StrategyPlugin } from 'quorate/plugin'
import type { Case, Subject } from './case.js'
import { causalCases } from './causal/cases.js'
import { memberCases as listCases } from './causal/member-cases.js'
import { manifestCases } from './manifest-cases.js'
import { agreementCases } from './total/agreement-cases.js'
import { durabilityCases } from './total/durability-cases.js'
import { eraCases } from './total/era-cases.js'
import { inputCases } from './total/input-cases.js'
import { leadershipCases } from './total/leadership-cases.js'
import { memberCases } from './total/member-cases.js'
import { readCases } from './total/read-cases.js'
import { recoveryCases } from './total/recovery-cases.js'

/** `test` of node:test, ava, mocha (`it`), vitest and others. */
export type Runner = (title: string, run: (...given: readonly unknown[]) => void) => unknown

export interface ConformanceOptions {
  readonly test: Runner
  readonly plugin: StrategyPlugin
  /** Options of the keyspaces that it is tried with; they go through `parseOptions`. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Random worlds of each case that draws some. */
  readonly seeds?: number
}

const totalCases: readonly Case[] = [
  ...leadershipCases,
  ...agreementCases,
  ...durabilityCases,
  ...readCases,
  ...recoveryCases,
  ...eraCases.map(
    (each): Case => ({
      ...each,
      applies: (supports) => supports.eras && each.applies?.(supports) !== false,
    }),
  ),
  ...memberCases.map(
    (each): Case => ({ ...each, applies: (supports) => supports.members !== 'static' }),
  ),
  ...inputCases,
]

const mergingCases: readonly Case[] = [
  ...causalCases,
  ...listCases.map(
    (each): Case => ({ ...each, applies: (supports) => supports.members === 'followed' }),
  ),
]

/** The cases that `supports` calls for. */
export function casesOf({ supports }: StrategyPlugin): readonly Case[] {
  const ordered = supports.order === 'total' ? totalCases : mergingCases
  return [...manifestCases, ...ordered].filter((each) => each.applies?.(supports) !== false)
}

export function conformance({ test, plugin, options = {}, seeds = 60 }: ConformanceOptions): void {
  const subject: Subject = { plugin, options, seeds }
  for (const each of casesOf(plugin)) {
    test(`${plugin.name}: ${each.name}`, (...given) => {
      each.run(subject)
      pass(given[0])
    })
  }
}

/** What the cases say against a plugin, by their names: nothing where it keeps all that it promises. */
export function refusals({
  plugin,
  options = {},
  seeds = 60,
}: Omit<ConformanceOptions, 'test'>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { name, run } of casesOf(plugin)) {
    try {
      run({ plugin, options, seeds })
    } catch (error) {
      found.set(name, error instanceof Error ? error.message : String(error))
    }
  }
  return found
}

/** Some runners, ava for one, want to be told that something was held. */
function pass(context: unknown): void {
  if (typeof context !== 'object' || context === null || !('pass' in context)) return
  if (typeof context.pass === 'function') context.pass()
}
