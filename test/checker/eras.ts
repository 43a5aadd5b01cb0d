// Linearizability of one key over eras. Within an era the history is linearizable as ever. An era begins
// from a state that the key had at some moment of the eras before it: what came after may be lost, and
// nothing else may be there. An operation whose era is known took effect in it and in no other one; any
// other may have taken effect in each of them.

import { checkKey, type Operation, reachable, type Verdict } from './linearizable.js'
import type { Register } from './register.js'

export interface EraOperation extends Operation {
  /** In which its reply was made; 0 where that is not sure: the reply says nothing then. */
  readonly era: number
}

/** States that an era may begin from. */
const statesMax = 256
/** Configurations that all searches of one era may visit. */
const configurationsMax = 60_000

/** Judges the history of one key that starts without a value. */
export function checkEras(history: readonly EraOperation[]): Verdict {
  const eras = [...new Set(history.map((op) => op.era))].filter((era) => era > 0)
  eras.sort((a, b) => a - b)
  if (eras.length < 2) return checkKey(history.map((op) => (op.era > 0 ? op : unknown(op))))
  let starts: ReadonlySet<Register> = new Set([null])
  for (const era of eras) {
    const mine = history.filter((op) => op.era === era || op.era === 0)
    const operations = mine.map((op) => (op.era === era ? op : unknown(op)))
    const met = new Set<Register>(starts)
    let verdict: Verdict | null = null
    for (const start of starts) {
      const found = checkKey(operations, { bound: configurationsMax, start })
      if (verdict === null || found.kind !== 'violation') verdict = found
      if (found.kind === 'undecided') return found
      if (found.kind === 'linearizable') break
    }
    if (verdict === null || verdict.kind === 'violation') return verdict ?? { kind: 'undecided' }
    let left = configurationsMax
    for (const start of starts) {
      left -= reachable(operations, { bound: left, start, met })
      if (left <= 0 || met.size > statesMax) return { kind: 'undecided' }
    }
    starts = met
  }
  return { kind: 'linearizable' }
}

function unknown(op: EraOperation): EraOperation {
  return { ...op, returned: Infinity, reply: null, after: -1 }
}
