// Figures of the process for INFO.

import test from 'ava'
import { makeFacts } from '../../src/host/facts.js'

test('facts: a loop that was late for its timers: the delay says by how much', (t) => {
  const { facts, late } = makeFacts('')
  for (let i = 0; i < 99; i++) late(0)
  late(40)

  const { loopDelayP99Ms, loopDelayMaxMs } = facts.gauges()

  t.true(loopDelayP99Ms < 1)
  t.true(Math.abs(loopDelayMaxMs - 40) < 0.1)
})
