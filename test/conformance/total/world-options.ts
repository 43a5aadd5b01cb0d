// What a test world is made of, with its defaults.

import type { Durability, StrategyPlugin } from 'quorate/plugin'

export interface WorldOptions {
  readonly seed: number
  readonly voters: number
  readonly learners: number
  /** Members of the world that are none of the group when it begins. */
  readonly outside: number
  readonly durability: Durability
  readonly plugin: StrategyPlugin
  /** Laid over the plugin's defaults as they are, where there is no `parsed`. */
  readonly options: Readonly<Record<string, number | boolean>>
  /** What the plugin's `parseOptions` made. */
  readonly parsed?: unknown
  readonly recoverWaitMs: number
  /** Milliseconds of one step. */
  readonly stepMs: number
  /** Messages in a thousand that are lost, and that arrive twice. */
  readonly lossPermille: number
  readonly doublePermille: number
  readonly delayMaxMs: number
  readonly diskMinMs: number
  readonly diskMaxMs: number
  /** A member without news is only ticked when its `wakeAt` has come. */
  readonly sleeps: boolean
  /** False: nobody but their proposers waits for the texts that are proposed. */
  readonly awaits: boolean
  /** Random schedules take disks away, never of so many members that no majority is intact. */
  readonly wipes: boolean
}

export type GivenOptions = Partial<WorldOptions> & Pick<WorldOptions, 'plugin'>

export const worldDefaults: Omit<WorldOptions, 'plugin'> = {
  seed: 1,
  voters: 3,
  learners: 0,
  outside: 0,
  durability: 'always',
  options: {},
  recoverWaitMs: 2_000,
  stepMs: 5,
  lossPermille: 0,
  doublePermille: 0,
  delayMaxMs: 2,
  diskMinMs: 0,
  diskMaxMs: 2,
  sleeps: false,
  awaits: true,
  wipes: false,
}
