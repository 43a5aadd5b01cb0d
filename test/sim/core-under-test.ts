// The shipped core behind the simulator's reactor: the same engine, door and strategy as in a real
// member, with a stopwatch and process figures that say nothing.

import type { EngineFactory } from '../../src/api/engine.js'
import type { Stopwatch } from '../../src/api/stopwatch.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'
import { createCore } from '../../src/core/create.js'
import { createEngine } from '../../src/engine/engine.js'
import { laterEngine } from '../core/later-engine.js'
import eventual from '../../plugins/eventual/index.js'
import raft from '../../plugins/raft/index.js'
import zab from '../../plugins/zab/index.js'
import { FakeRunner } from './fake-scripts.js'
import type { GroupView, Reactor, ReactorFactory } from './reactor.js'
import { rootedKeyspace } from './rooted.js'
import { fixedFacts } from '../fixed-facts.js'

/** Counts calls: a value of it must never reach a decision. */
function simStopwatch(): Stopwatch {
  let calls = 0
  return { microseconds: () => ++calls }
}

export const coreStrategies: readonly StrategyPlugin[] = [
  raft as StrategyPlugin,
  zab as StrategyPlugin,
  eventual as StrategyPlugin,
]

export const coreFactory: ReactorFactory = (init): Reactor => {
  const { unpackedMax } = init
  const makeEngine = init.laterEngine === null ? createEngine : laterEngine(init.laterEngine)
  const engine: EngineFactory = (options, listener) =>
    makeEngine({ ...options, unpackedMax }, listener)
  const scripts = new FakeRunner()
  const { keyspaces } = init.config
  const rooted = keyspaces.indexOf(rootedKeyspace)
  const core = createCore({
    ...init,
    engine,
    scripts,
    stopwatch: simStopwatch(),
    facts: fixedFacts,
  })
  return {
    turn: (now, inputs) => core.turn(now, inputs),
    wakeAt: () => core.wakeAt(),
    get wantsTurn() {
      return core.wantsTurn
    },
    // Of those in one order.
    views: (): readonly GroupView[] =>
      core.inspect().groups.filter(({ id }) => id % keyspaces.length !== rooted),
    topology: () => core.inspect().topology,
    isServing: () => core.inspect().isServing(),
  }
}
