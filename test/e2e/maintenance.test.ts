// A rolling restart under a client that listens to what members announce: node-redis 6 goes to another member
// before its own is gone, and no command fails.

import test from 'ava'
import { createClient } from 'redis'
import { TestCluster } from './cluster.js'

test.serial(
  'node-redis: every member is stopped and started in turn: it moves on, no command fails, nothing is lost',
  async (t) => {
    const cluster = await TestCluster.start({ config: { shards: 3 } })
    const failures: string[] = []
    const client = createClient({ RESP: 3, url: `redis://127.0.0.1:${cluster.ports[0]}` })
    client.on('error', (error) => failures.push(String(error)))
    try {
      await client.connect()
      let isOver = false
      let done = 0
      const load = Promise.all(
        Array.from({ length: 8 }, async (_, i) => {
          while (!isOver) {
            await client.incr(`counter:${i}`).then(
              () => done++,
              (error) => failures.push(String(error)),
            )
          }
        }),
      )
      const ends: number[] = []
      for (const member of cluster.all) {
        const from = performance.now()
        const { code } = await cluster.process(member).stop()
        ends.push(performance.now() - from)
        t.is(code, 0)
        cluster.startMember(member)
        await cluster.waitReady()
      }
      isOver = true
      await load

      t.deepEqual(failures, [])
      const counts = await client.mGet(Array.from({ length: 8 }, (_, i) => `counter:${i}`))
      t.is(
        counts.reduce((sum, count) => sum + Number(count), 0),
        done,
      )
      t.log(`${done} increments; stops took ${ends.map(Math.round).join(', ')} ms`)
    } finally {
      client.destroy()
      await cluster.dispose()
    }
  },
)
