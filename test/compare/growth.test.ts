// Growth in its tiny form: one value of each dimension is measured on both sides.

import test from 'ava'
import { ask } from '../bench/load.js'
import { onPath } from '../tools.js'
import { dimensions, fill, measurePoint } from './growth.js'
import { quorate } from './quorate.js'
import { redis } from './rivals.js'

const missing =
  redis.missing ??
  (onPath('redis-benchmark')
    ? null
    : 'redis-benchmark is not on the PATH: apt-get install redis-tools')
const measured = missing === null ? test.serial : test.serial.skip
const why = missing === null ? '' : ` (${missing})`

for (const id of ['pipeline', 'shards']) {
  measured(`growth: ${id}, one value: SET and GET of both sides have figures${why}`, async (t) => {
    const dimension = dimensions.find((each) => each.id === id)
    if (dimension === undefined) return t.fail()
    const small = { ...dimension, load: (at: number) => ({ ...dimension.load(at), keys: 200 }) }
    const { figures } = await measurePoint(small, 4, { rounds: 1, seconds: 0.02 })

    t.is(figures.length, 2)
    for (const { set, get } of figures) {
      t.true(set.perSecond > 0 && get.perSecond > 0)
      t.true(set.cpuUs >= 0 && get.cpuUs >= 0)
    }
  })
}

test.serial(
  'growth: keys are filled before they are drawn: all are there, of the size asked for',
  async (t) => {
    const running = await quorate({ members: 1, level: 'eventual', durability: 'none' }).start()
    try {
      await fill(running.port, { keys: 5_000, clients: 1, valueBytes: 100, pipeline: 1 })
      t.is(await ask(running.port, 'DBSIZE'), ':5000\r\n')
      t.is(await ask(running.port, 'STRLEN', 'key:000000004999'), ':100\r\n')
    } finally {
      await running.stop()
    }
  },
)
