import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import type { Payload } from '../../src/api/entry.js'
import type { Proposer } from '../../src/shard/proposer.js'
import { Ticks } from '../../src/shard/ticks.js'

function ticksOf(engine: Partial<Engine>): Ticks {
  const proposer = { tick: () => ({}) as Payload, stampAt: () => 0 } as unknown as Proposer
  return new Ticks(proposer, () => ({ nextExpiry: () => null, clock: 0, ...engine }) as Engine)
}

test('ticks: scripts where order is total: run at once', (t) => {
  t.true(ticksOf({}).mayRunScripts)
})

test('ticks: scripts where members merge: wait for an own entry, which moves the clock', (t) => {
  const ticks = ticksOf({ merging: {} as NonNullable<Engine['merging']> })
  let proposed = 0
  const propose = (): boolean => ++proposed > 0
  ticks.turn({ wall: 1, mono: 1 }, propose)
  t.is(proposed, 0)

  t.false(ticks.mayRunScripts)
  ticks.turn({ wall: 2, mono: 2 }, propose)
  t.is(proposed, 1)

  ticks.hasRun = true
  t.true(ticks.mayRunScripts)
})
