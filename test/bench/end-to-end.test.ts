// The comparison with redis-server in its tiny form, so that it cannot rot.

import test from 'ava'
import { benchEndToEnd, describeEndToEnd, endToEndMissing } from './end-to-end.bench.js'
import { readCsv } from './redis-benchmark.js'

// It compares with redis-server, by redis-benchmark.
const compared = endToEndMissing === null ? test : test.skip

compared('end-to-end bench: redis-benchmark for milliseconds: has every figure', async (t) => {
  const rows = await benchEndToEnd({ rounds: 1, requests: 500 })

  t.is(rows.length, 4)
  for (const { medians, name } of rows) {
    for (const figure of Object.values(medians)) t.true(figure.perSecond > 0, name)
  }
  t.log(describeEndToEnd(rows))
})

test('end-to-end bench: csv of redis-benchmark: is read by its headings', (t) => {
  const text = '"test","rps","p50_latency_ms","p99_latency_ms"\n"SET","123.50","0.2","1.5"\n'

  t.deepEqual(readCsv(text, 'SET'), { perSecond: 123.5, p50Ms: 0.2, p99Ms: 1.5 })
  t.is(readCsv(text.replace('123.50', 'inf'), 'SET').perSecond, Number.POSITIVE_INFINITY)
  t.throws(() => readCsv(text, 'GET'), { message: /printed no GET/ })
})
