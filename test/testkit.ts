// The door quorate/testkit: for those who write a strategy, the checkers of histories and their model.

export { CausalJudge, type CausalVerdict, type Outcome } from './checker/causal.js'
export { checkKey, type Operation, type Verdict } from './checker/linearizable.js'
export { applyCommand, type Register, type RegisterResult } from './checker/register.js'
