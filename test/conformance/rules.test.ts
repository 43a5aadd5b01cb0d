// The rules of the worlds of causal order: what they excuse, and what not.

import test from 'ava'
import { type Delivery, type MemberId, payloadOf } from 'quorate/plugin'
import { makeNode, type Node } from './causal/node.js'
import { Rules } from './causal/rules.js'

const [cause, stamp] = [64, 129]

/** The second of three members merges what the first one made behind `cause`, which it has not got. */
function faultsOf(mayLose: boolean, holders: (all: readonly Node[]) => void): readonly string[] {
  const all = [1, 2, 3].map((id) => makeNode(id as MemberId))
  const rules = new Rules(0, mayLose)
  rules.made.set(stamp, new Set([cause]))
  holders(all)
  const seen = { covers: () => true }
  const payload = payloadOf(Uint8Array.of(1))
  const delivery: Delivery = {
    ...{ at: { term: 1, index: 1 }, payload, token: null },
    merge: { stamp, seen: seen as never, ops: payload.bytes() },
  }
  rules.execute(all[1] as Node, delivery, { all, near: all })
  return rules.faults
}

test('rules: an entry is merged before its cause: only what nobody has any more is excused, and only where crashes may take it', (t) => {
  const nobody = (): void => undefined
  const third = (all: readonly Node[]): void => {
    all[2]?.merged.add(cause)
  }

  t.deepEqual(faultsOf(true, nobody), [])
  t.deepEqual(faultsOf(true, third), ['129 is merged before 64'])
  t.deepEqual(faultsOf(false, nobody), ['129 is merged before 64'])
})
