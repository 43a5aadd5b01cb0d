// The bench of checkpoints in a tiny run, so that it cannot rot: of its figures only counts are asserted.

import test from 'ava'
import { benchCheckpoint } from './checkpoint.bench.js'

test('checkpoint bench: a tiny run: all rows first, few after one changed key', async (t) => {
  const figures = await benchCheckpoint({
    keys: 3_000,
    isTagged: true,
    members: 1,
    seconds: 0.1,
    clients: 4,
    nodeFlags: [],
    say: (sentence) => t.log(sentence),
  })

  t.true(figures.before.load.perSecond > 0)
  t.true(figures.rowsAll > 3)
  t.true(figures.rowsOne >= 1 && figures.rowsOne <= 10, `${figures.rowsOne} rows`)
})
