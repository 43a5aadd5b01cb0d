// The question about sequential writes in its tiny form, so that it cannot rot.

import test from 'ava'
import { zookeeperMissing } from '../zookeeper.js'
import { benchZookeeper, describeZookeeper } from './zookeeper.bench.js'

// It compares with ZooKeeper (apt-get install zookeeper).
const compared = zookeeperMissing === null ? test : test.skip

compared('zookeeper bench: an ensemble for milliseconds: has every figure', async (t) => {
  const rows = await benchZookeeper({ rounds: 1, ms: 100 })

  t.deepEqual(
    rows.map(({ depth }) => depth),
    [1, 16],
  )
  for (const { zookeeper, quorate } of rows) t.true(zookeeper > 0 && quorate > 0)
  t.log(describeZookeeper(rows))
})
