import test from 'ava'
import { readFigure } from './redis-benchmark.js'

const said = `SET: rps=0.0 (overall: 0.0) avg_msec=-nan\r====== SET ======
  100000 requests completed in 0.17 seconds
Latency by percentile distribution:
0.000% <= 0.231 milliseconds (cumulative count 16)
50.000% <= 1.015 milliseconds (cumulative count 50080)
99.805% <= 5.671 milliseconds (cumulative count 99808)
99.902% <= 5.767 milliseconds (cumulative count 99904)
100.000% <= 5.855 milliseconds (cumulative count 100000)

Cumulative distribution of latencies:
100.000% <= 6.103 milliseconds (cumulative count 100000)

Summary:
  throughput summary: 578034.69 requests per second
  latency summary (msec):
          avg       min       p50       p95       p99       max
        1.090     0.224     1.015     2.103     5.311     5.855
`

test('redis-benchmark: what it prints: every figure is read', (t) => {
  const figure = readFigure(said)

  t.deepEqual(figure, {
    count: 100_000,
    perSecond: 578034.69,
    p50Ms: 1.015,
    p99Ms: 5.311,
    p999Ms: 5.767,
  })
})

test('redis-benchmark: less than a millisecond for all: counts as infinite', (t) => {
  t.is(readFigure(said.replace('578034.69', 'inf')).perSecond, Number.POSITIVE_INFINITY)
})

test('redis-benchmark: something else: is refused with what was printed', (t) => {
  t.throws(() => readFigure('Could not connect'), { message: /no figures: Could not connect/ })
  t.throws(() => readFigure(said.replaceAll(/^99\.9.*$|^100.*$/gm, '')), { message: /no figures/ })
})
