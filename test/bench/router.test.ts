// The router's benchmark runs: milliseconds only, so that it cannot rot.

import test from 'ava'
import { routerBench } from './router.bench.js'

test('router bench: a few milliseconds of each question: a figure each', (t) => {
  const figures = routerBench(0.005)

  t.is(figures.length, 5)
  for (const figure of figures) t.true(figure.nanoseconds > 0, figure.name)
})
