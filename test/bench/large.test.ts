// The bench of very large values in a tiny run, so that it cannot rot: of its figures only counts are asserted.

import test from 'ava'
import { benchLarge, largePhases } from './large.bench.js'

for (const type of ['hash', 'stream'] as const) {
  test.serial(
    `large bench: a tiny ${type}: scanned whole, few rows after one changed element`,
    async (t) => {
      const figures = await benchLarge({
        type,
        elements: 3_000,
        members: type === 'hash' ? 3 : 1,
        nodeFlags: [],
        phases: new Set(largePhases),
        keysPerSecond: 50_000,
        isVerbose: false,
        say: (sentence) => t.log(sentence),
      })

      t.true(figures.scanned >= 2_999, `${figures.scanned} elements`)
      t.true(figures.rowsAll > 3)
      t.true(figures.rowsOne >= 1 && figures.rowsOne <= 10, `${figures.rowsOne} rows`)
    },
  )
}
