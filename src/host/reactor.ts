// What the host drives: the deterministic core, seen from outside. Tests drive the host with fakes.

import type { Config } from '../api/config.js'
import type { Door } from '../api/door.js'
import type { EngineFactory } from '../api/engine.js'
import type { Now } from '../api/ids.js'
import type { Boot, Input, Output } from '../api/io.js'
import type { ScriptRunner } from '../api/scripts.js'
import type { ProcessFacts, Stopwatch } from '../api/stopwatch.js'
import type { StrategyPlugin } from '../api/strategy.js'
import type { Random } from '../base/random.js'

export interface Reactor {
  /** The answered array is reused: consume it before the next turn. */
  turn(now: Now, inputs: readonly Input[]): readonly Output[]
  /** Monotonic milliseconds at which the next turn is due though nothing came in. */
  wakeAt(): number
  /** There is work left: turn again at the next pass of the event loop. */
  readonly wantsTurn: boolean
}

/** What a core is made of. */
export interface ReactorInit {
  readonly config: Config
  readonly boot: Boot
  readonly strategies: ReadonlyMap<string, StrategyPlugin>
  readonly engine?: EngineFactory
  readonly door?: Door
  readonly random: Random
  readonly stopwatch: Stopwatch
  readonly facts: ProcessFacts
  readonly now: Now
  readonly scripts?: ScriptRunner
}

export type ReactorFactory = (init: ReactorInit) => Reactor

/** Where sockets, links and stores put what happened. Recorded now, acted on in the next turn. */
export type InputSink = (input: Input) => void
