// A rolling restart under clients of today: node-redis 6 listens to what members announce and goes to another one
// before its own is gone, ioredis.Cluster and createCluster of node-redis follow the map. No command fails.

import test, { type ExecutionContext } from 'ava'
import { Cluster } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { TestCluster } from './cluster.js'

/** A busy machine may take long for a change of leaders. */
const config = { shards: 3, clients: { 'request-timeout': '30s' } }
const counters = 8
const names = Array.from({ length: counters }, (_, i) => `counter:${i}`)

/** Every member is stopped and started in turn, while callers count; what was counted, and what failed. */
async function rollingRestart(
  t: ExecutionContext,
  cluster: TestCluster,
  increment: (key: string) => Promise<unknown>,
): Promise<{ readonly done: number; readonly failures: readonly string[] }> {
  const failures: string[] = []
  let isOver = false
  let done = 0
  const load = names.map(async (name) => {
    while (!isOver) {
      await increment(name).then(
        () => done++,
        (error) => failures.push(String(error)),
      )
    }
  })
  const stops: number[] = []
  try {
    for (const member of cluster.all) {
      const from = performance.now()
      const { code } = await cluster.process(member).stop()
      stops.push(Math.round(performance.now() - from))
      t.is(code, 0)
      cluster.startMember(member)
      await cluster.waitReady()
    }
  } finally {
    isOver = true
  }
  await Promise.all(load)
  t.log(`${done} increments; stops took ${stops.join(', ')} ms`)
  return { done, failures }
}

function sumOf(counts: readonly (string | null)[]): number {
  return counts.reduce((sum, count) => sum + Number(count), 0)
}

test.serial(
  'node-redis: every member is stopped and started in turn: it moves on, nothing fails',
  async (t) => {
    const cluster = await TestCluster.start({ config })
    const faults: string[] = []
    const client = createClient({ RESP: 3, url: `redis://127.0.0.1:${cluster.ports[0]}` })
    client.on('error', (error) => faults.push(String(error)))
    try {
      await client.connect()
      const { done, failures } = await rollingRestart(t, cluster, (key) => client.incr(key))

      t.deepEqual([...failures, ...faults], [])
      t.is(sumOf(await client.mGet(names)), done)
    } finally {
      client.destroy()
      await cluster.dispose()
    }
  },
)

test.serial(
  'ioredis.Cluster: every member is stopped and started in turn: nothing fails',
  async (t) => {
    const flags = ['--routing', 'cluster']
    const cluster = await TestCluster.start({ config, flags })
    const nodes = cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
    const client = new Cluster(nodes, { redisOptions: { protocol: 3 } })
    try {
      const { done, failures } = await rollingRestart(t, cluster, (key) => client.incr(key))

      t.deepEqual(failures, [])
      t.is(sumOf(await Promise.all(names.map((name) => client.get(name)))), done)
    } finally {
      client.disconnect()
      await cluster.dispose()
    }
  },
)

test.serial(
  'createCluster of node-redis: every member is stopped and started in turn: nothing fails',
  async (t) => {
    const cluster = await TestCluster.start({ config, flags: ['--routing', 'cluster'] })
    const rootNodes = cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }))
    const client = createCluster({ rootNodes })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { done, failures } = await rollingRestart(t, cluster, (key) => client.incr(key))

      t.deepEqual(failures, [])
      t.is(sumOf(await Promise.all(names.map((name) => client.get(name)))), done)
    } finally {
      client.destroy()
      await cluster.dispose()
    }
  },
)

test.serial(
  'createCluster of node-redis, the default keyspace merges: who stops is in no map: nothing fails',
  async (t) => {
    const merging = { name: 'default', level: 'eventual', durability: 'everysec' }
    const keyspaces = [{ name: 'locks', prefixes: ['lock:'] }, merging]
    const { clients } = config
    const flags = ['--routing', 'cluster']
    const cluster = await TestCluster.start({ config: { clients, keyspaces }, flags })
    const rootNodes = cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }))
    const client = createCluster({ rootNodes })
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { failures } = await rollingRestart(t, cluster, async (key) => {
        await client.incr(key)
        await client.incr(`lock:${key}`)
      })

      t.deepEqual(failures, [])
    } finally {
      client.destroy()
      await cluster.dispose()
    }
  },
)
