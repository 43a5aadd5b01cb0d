// How much of the log is kept for a member that is away.

import test from 'ava'
import { limits, type StrategyPlugin, tailShare } from 'quorate/plugin'
import plugin from '../../../plugins/eventual/index.js'
import type { Node } from '../../conformance/causal/node.js'
import { CausalWorld } from '../../conformance/causal/world.js'

/** Entries in the log of a member. */
function kept({ strategy }: Node): number {
  const { first, last } = strategy?.status() ?? { first: 0, last: { index: 0 } }
  return last.index - first + 1
}

test('eventual: a member is away for long: little is kept of the log, and it comes back by slots', (t) => {
  const world = new CausalWorld({
    plugin: plugin as StrategyPlugin,
    seed: 1,
    members: 2,
    durability: 'none',
    options: { awayBytes: 32 * 1024, awayMs: 30_000 },
  })
  const [one, two] = world.nodes as [Node, Node]
  world.run(20)
  world.partition(one, two)
  for (let i = 0; i < 400; i++) {
    world.write(one)
    if (i % 100 === 0) world.run(1)
  }
  world.run(4)
  const soon = kept(one)
  world.tick(31_000)
  world.run(4)
  const late = kept(one)
  world.comeToRest()
  world.judge()

  t.true(soon >= 400, `${soon} entries`)
  t.true(late < 100 && late > 20, `${late} entries`)
  t.deepEqual(world.faults, [])
})

test('logs of many groups: share what one may keep in memory', (t) => {
  const bytes = limits.tailBytesMax

  t.is(tailShare(bytes, 1), bytes)
  t.is(tailShare(bytes, 4), bytes / 4)
  t.true(64 * tailShare(bytes, 64) <= 4 * bytes)
  t.is(tailShare(1_024, 64), 1_024)
})
