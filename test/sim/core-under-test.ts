// The shipped core behind the simulator's reactor: the same engine, door and strategy as in a real
// member, with a stopwatch and process figures that say nothing.

import type { ProcessFacts, Stopwatch } from '../../src/api/stopwatch.js'
import type { StrategyPlugin } from '../../src/api/strategy.js'
import { createCore } from '../../src/core/create.js'
import { laterEngine } from '../core/later-engine.js'
import raft from '../../plugins/raft/index.js'
import { FakeRunner } from './fake-scripts.js'
import type { GroupView, Reactor, ReactorFactory } from './reactor.js'

const gauges = {
  rssBytes: 0,
  heapBytes: 0,
  heapLimitBytes: 0,
  cpuUserSeconds: 0,
  cpuSystemSeconds: 0,
  totalMemoryBytes: 0,
  loopDelayP99Ms: 0,
  loopDelayMaxMs: 0,
}

const facts: ProcessFacts = {
  version: '0.0.0',
  nodeVersion: 'v0.0.0',
  pid: 1,
  os: 'simulated',
  arch: 'simulated',
  executable: 'simulated',
  configFile: '',
  secret: (digits) => 'a'.repeat(digits),
  gauges: () => gauges,
}

/** Counts calls: a value of it must never reach a decision. */
function simStopwatch(): Stopwatch {
  let calls = 0
  return { microseconds: () => ++calls }
}

export const coreStrategies: readonly StrategyPlugin[] = [raft as StrategyPlugin]

export const coreFactory: ReactorFactory = (init): Reactor => {
  const engine = init.laterEngine === null ? {} : { engine: laterEngine(init.laterEngine) }
  const scripts = new FakeRunner()
  const core = createCore({ ...init, ...engine, scripts, stopwatch: simStopwatch(), facts })
  return {
    turn: (now, inputs) => core.turn(now, inputs),
    wakeAt: () => core.wakeAt(),
    get wantsTurn() {
      return core.wantsTurn
    },
    views: (): readonly GroupView[] => core.inspect().groups,
  }
}
