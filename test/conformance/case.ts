// One case of the suite: what is promised, for whom, and how it is tried. A case breaks with an error whose
// message says what was not kept.

import type { StrategyPlugin, Supports } from 'quorate/plugin'

/** What is tried: a plugin, and the options of the keyspaces that it is tried with. */
export interface Subject {
  readonly plugin: StrategyPlugin
  readonly options: Readonly<Record<string, unknown>>
  /** Random worlds of each case that draws some. */
  readonly seeds: number
}

export interface Case {
  /** The promise, then what happens. */
  readonly name: string
  /** Whether `supports` calls for it; absent for every plugin of the list that it is in. */
  readonly applies?: (supports: Supports) => boolean
  run(subject: Subject): void
}

/** Breaks the case unless the condition holds. */
export function hold(condition: boolean, sentence: string): asserts condition {
  if (!condition) throw new Error(sentence)
}

/** Runs `part` for each seed; an error names its seed. */
export function forSeeds(count: number, part: (seed: number) => void): void {
  for (let seed = 1; seed <= count; seed++) {
    try {
      part(seed)
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      })
    }
  }
}
