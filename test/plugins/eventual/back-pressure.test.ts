// What a member is sent that hears more than it gets done.

import test from 'ava'
import type { Position, Strategy, StrategyPlugin } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import { decodeMessage } from '../../../plugins/eventual/messages.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

function world(options: Readonly<Record<string, unknown>> = {}) {
  const made = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 2,
    durability: 'none',
    options,
  })
  const [one, two] = made.nodes as [Node, Node]
  return { made, one, two }
}

test('eventual: a member gets less done than it is sent: no more is handed out than it may owe, and it catches up', (t) => {
  const { made, one, two } = world({ backlogBytes: 4_096, windowBytes: 16_384 })
  made.run(20)
  const strategy = two.strategy as Strategy
  const applied = strategy.applied.bind(strategy)
  let last: Position | null = null
  strategy.applied = (at) => {
    last = at
  }
  for (let i = 0; i < 2_000; i++) {
    made.write(one)
    if (i % 50 === 0) made.run(1)
  }
  made.run(20)
  const owed = two.merged.size
  strategy.applied = applied
  applied(last as unknown as Position)
  made.comeToRest()
  made.judge()

  t.true(owed > 20 && owed < 300, `${owed} entries`)
  t.is(two.merged.size, 2_000)
  t.deepEqual(made.faults, [])
})

test('eventual: a member says nothing any more: what it did not acknowledge is sent again once, and goes on as soon as it is heard', (t) => {
  const { made, one, two } = world({ idleMs: 100 })
  made.run(20)
  let sent = 0
  made.filter = (from, _to, message) => {
    if (from === one && decodeMessage(message)?.kind === 'entries') sent++
    return false
  }
  made.write(one)
  made.run(200)
  t.is(sent, 2)

  made.filter = () => true
  made.run(80)
  t.is(two.merged.size, 1)
  made.judge()
  t.deepEqual(made.faults, [])
})
