// The slow obvious twin of the linearizability checker: tries every order of every choice of unknown
// operations. For histories of at most eight operations.

import type { Operation } from './linearizable.js'
import { applyCommand, type Register } from './register.js'

/** Whether some legal order explains all replies. */
export function isLinearizableByForce(history: readonly Operation[]): boolean {
  return explains(history, null)
}

function explains(left: readonly Operation[], state: Register): boolean {
  if (left.every((op) => op.reply === null)) return true
  return left.some((op) => {
    const others = left.filter((other) => other !== op)
    if (others.some((other) => other.returned < op.invoked)) return false
    if (others.some((other) => other.id === op.after && other.reply !== null)) return false
    const result = applyCommand(state, op.args)
    if (op.reply !== null && op.reply !== result.reply) return false
    return explains(others, result.state)
  })
}
