// What a test world is made of, with its defaults.

import type { Durability, StrategyPlugin } from 'quorate/plugin'
import raft from '../../../plugins/raft/index.js'

export interface WorldOptions {
  readonly seed: number
  readonly voters: number
  readonly learners: number
  readonly durability: Durability
  readonly plugin: StrategyPlugin
  readonly options: Readonly<Record<string, number | boolean>>
  readonly recoverWaitMs: number
  /** Milliseconds of one step. */
  readonly stepMs: number
  /** Messages in a thousand that are lost, and that arrive twice. */
  readonly lossPermille: number
  readonly doublePermille: number
  readonly delayMaxMs: number
  readonly diskMinMs: number
  readonly diskMaxMs: number
}

export const worldDefaults: WorldOptions = {
  seed: 1,
  plugin: raft as StrategyPlugin,
  voters: 3,
  learners: 0,
  durability: 'always',
  options: {},
  recoverWaitMs: 2_000,
  stepMs: 5,
  lossPermille: 0,
  doublePermille: 0,
  delayMaxMs: 2,
  diskMinMs: 0,
  diskMaxMs: 2,
}
