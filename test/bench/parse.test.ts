// The benchmark of the parser, run for milliseconds: every figure is still taken.

import test from 'ava'
import { benchParse } from './parse.bench.js'

test('parse bench: run for milliseconds: has a figure for every case', (t) => {
  const figures = benchParse(0.002)

  t.true(figures.length >= 12)
  for (const { name, perSecond } of figures) t.true(perSecond > 0, name)
})
