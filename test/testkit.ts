// The door quorate/testkit, for those who write a strategy: the suite that holds it to what it promises,
// scenarios with golden files, the checkers of histories and their model.

export { CausalJudge, type CausalVerdict, type Outcome } from './checker/causal.js'
export { checkKey, type Operation, type Verdict } from './checker/linearizable.js'
export { applyCommand, type Register, type RegisterResult } from './checker/register.js'
export type { Case, Subject } from './conformance/case.js'
export {
  casesOf,
  conformance,
  type ConformanceOptions,
  refusals,
  type Runner,
} from './conformance/conformance.js'
export { delegate } from './conformance/delegate.js'
export {
  playScenario,
  scenario,
  type ScenarioOptions,
  type SceneOptions,
} from './scenario/scenario.js'
export {
  simulate,
  type SimulateOptions,
  simulateSeed,
  type SimulationOptions,
} from './sim/simulate.js'
export { tellMessage } from './scenario/telling.js'
