// The door quorate/testkit: for those who write a strategy, the checker of histories and its model.

export { checkKey, type Operation, type Verdict } from './checker/linearizable.js'
export { applyCommand, type Register, type RegisterResult } from './checker/register.js'
