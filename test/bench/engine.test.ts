// The bench of the engine in a tiny run, so that it cannot rot. No figure is asserted.

import test from 'ava'
import { measureEngine } from './engine.bench.js'

test('bench: engine: a tiny run: gives every figure', (t) => {
  const figures = measureEngine(500, 2000)

  for (const figure of [figures.setNew, figures.setOld, figures.get, figures.incr])
    t.true(figure > 0)
  t.true(figures.accountedPerKey > 100)
})
