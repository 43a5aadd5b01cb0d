// Clients that know Redis Cluster, unchanged, against three real members with several shard groups, in both routings;
// their maps heal when a leader is killed and when leadership is handed over.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import test from 'ava'
import { Cluster, Redis } from 'ioredis'
import { createClient, createCluster } from 'redis'
import { TestCluster } from './cluster.js'
import { findProgram } from '../tools.js'

const run = promisify(execFile)
const shards = 6
const names = Array.from({ length: 60 }, (_, i) => `key:${i}`)

async function withCluster(
  routing: 'proxy' | 'cluster',
  use: (cluster: TestCluster) => Promise<void>,
): Promise<void> {
  const config = { shards, clients: { 'request-timeout': '30s' } }
  const cluster = await TestCluster.start({ config, flags: ['--routing', routing] })
  try {
    await use(cluster)
  } finally {
    await cluster.dispose()
  }
}

/** Commands that members had to send on to clients: answered MOVED so far, over all members. */
async function movedOf(cluster: TestCluster, members = cluster.all): Promise<number> {
  let moved = 0
  for (const member of members) {
    const plain = new Redis({ host: '127.0.0.1', port: cluster.ports[member] as number })
    moved += Number(/errorstat_MOVED:count=(\d+)/.exec(await plain.info('errorstats'))?.[1] ?? 0)
    plain.disconnect()
  }
  return moved
}

/** The member that CLUSTER SLOTS of `asked` names for most slots, and how many shard groups each leads. */
async function leadersOf(cluster: TestCluster, asked: number): Promise<readonly number[]> {
  const plain = new Redis({ host: '127.0.0.1', port: cluster.ports[asked] as number })
  const rows = await plain.cluster('SLOTS')
  plain.disconnect()
  return rows.map(([, , leader]) => cluster.ports.indexOf(leader?.[1] ?? 0))
}

/** Leadership of all groups away from `member`. */
async function handOver(cluster: TestCluster, member: number): Promise<void> {
  const plain = new Redis({ host: '127.0.0.1', port: cluster.ports[member] as number })
  const asked = cluster.all.find((each) => each !== member) as number
  try {
    await cluster.waitFor('leaders elsewhere', async () => {
      // Again: on a busy machine an election may bring some of it back.
      await plain.call('FAILOVER').catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 100))
      return !(await leadersOf(cluster, asked)).includes(member)
    })
  } finally {
    plain.disconnect()
  }
}

/** Commands without an error while `event` happens and after it. */
async function throughEvent(
  write: (name: string, value: string) => Promise<unknown>,
  event: () => Promise<unknown>,
): Promise<readonly string[]> {
  const failures: string[] = []
  let isOver = false
  const happened = event().finally(() => {
    isOver = true
  })
  // It is told of at the end.
  happened.catch(() => undefined)
  let rounds = 0
  while (!isOver || rounds < 3) {
    if (isOver) rounds++
    const results = await Promise.allSettled(names.map((name) => write(name, `${rounds}`)))
    for (const each of results) if (each.status === 'rejected') failures.push(String(each.reason))
  }
  await happened
  return failures
}

for (const protocol of [2, 3] as const) {
  for (const routing of ['proxy', 'cluster'] as const) {
    test.serial(
      `ioredis.Cluster, RESP${protocol}, ${routing}: reads and writes, pipelines, transactions, all nodes`,
      (t) =>
        withCluster(routing, async (cluster) => {
          const client = ioredisOf(cluster, protocol)
          t.teardown(() => client.disconnect())

          await Promise.all(names.map((name) => client.set(name, name)))
          t.deepEqual(await Promise.all(names.map((name) => client.get(name))), names)
          const pipeline = client.pipeline()
          for (let i = 0; i < 10; i++) pipeline.incr('{tag}counter')
          pipeline.get('{tag}counter')
          t.is((await pipeline.exec())?.at(-1)?.[1], '10')
          const done = await client.multi().set('{tag}a', '1').get('{tag}a').exec()
          t.deepEqual(
            done?.map(([, value]) => value),
            ['OK', '1'],
          )
          // The first script loads Lua, for which a busy machine may take longer than an election does.
          await cluster.waitFor('a script', async () => {
            const script = client.eval('return redis.call("get", KEYS[1])', 1, '{tag}a')
            return (await script.catch(String)) === '1'
          })
          const masters = client.nodes('master')
          if (routing === 'cluster') {
            // While leadership moves, some slots are of no master that the client knows, or of two.
            await cluster.waitFor('each key at one master', async () => {
              const sizes = await Promise.all(client.nodes('master').map((node) => node.dbsize()))
              return sizes.reduce((sum, size) => sum + size, 0) === names.length + 2
            })
            await t.throwsAsync(client.mget('key:1', 'key:2'), { message: /CROSSSLOT/ })
          } else for (const node of masters) t.is(await node.dbsize(), names.length + 2)
        }),
    )
  }
}

test.serial('ioredis.Cluster: reads of replicas: served there', (t) =>
  withCluster('cluster', async (cluster) => {
    const client = new Cluster(nodesOf(cluster), {
      scaleReads: 'slave',
      redisOptions: { protocol: 3 },
    })
    t.teardown(() => client.disconnect())

    await Promise.all(names.map((name) => client.set(name, name)))

    t.deepEqual(await Promise.all(names.map((name) => client.get(name))), names)
  }),
)

test.serial(
  'ioredis.Cluster: kill -9 of a leader, its return, a hand-over: no command fails, the map heals',
  (t) =>
    withCluster('cluster', async (cluster) => {
      const client = ioredisOf(cluster, 3)
      t.teardown(() => client.disconnect())
      await Promise.all(names.map((name) => client.set(name, name)))
      const leader = (await leadersOf(cluster, 0))[0] as number

      const killed = await throughEvent(
        (name, value) => client.set(name, value),
        async () => {
          await cluster.process(leader).kill()
          await new Promise((resolve) => setTimeout(resolve, 2_000))
        },
      )
      t.deepEqual(killed, [])
      cluster.startMember(leader)
      await cluster.waitReady()
      const other = (await leadersOf(cluster, leader))[0] as number
      const moved = await throughEvent(
        (name, value) => client.set(name, value),
        () => handOver(cluster, other),
      )
      t.deepEqual(moved, [])

      // Healed: nothing is sent on any more.
      await new Promise((resolve) => setTimeout(resolve, 500))
      await Promise.all(names.map((name) => client.set(name, 'last')))
      const before = await movedOf(cluster)
      await Promise.all(names.map((name) => client.set(name, 'last')))
      t.is(await movedOf(cluster), before)
    }),
)

for (const protocol of [2, 3] as const) {
  test.serial(
    `node-redis createCluster, RESP${protocol}: reads and writes, transactions, kill -9 and hand-over`,
    (t) =>
      withCluster('cluster', async (cluster) => {
        const client = createCluster({
          RESP: protocol,
          rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })),
        })
        client.on('error', () => undefined)
        await client.connect()
        t.teardown(() => client.destroy())

        await Promise.all(names.map((name) => client.set(name, name)))
        t.deepEqual(await Promise.all(names.map((name) => client.get(name))), names)
        t.deepEqual(await client.multi().set('{tag}a', '1').get('{tag}a').exec(), ['OK', '1'])
        const leader = (await leadersOf(cluster, 0))[0] as number
        const moved = await throughEvent(
          (name, value) => client.set(name, value),
          () => handOver(cluster, leader),
        )
        t.deepEqual(moved, [])

        const next = (await leadersOf(cluster, 0))[0] as number
        await cluster.process(next).kill()
        await cluster.waitFor('the map to heal', async () => {
          const results = await Promise.allSettled(names.map((name) => client.set(name, 'x')))
          return results.every((each) => each.status === 'fulfilled')
        })
        t.deepEqual(
          await Promise.all(names.map((name) => client.get(name))),
          names.map(() => 'x'),
        )
      }),
  )
}

test.serial('published at any member: heard by clients for clusters, by slots too', (t) =>
  withCluster('cluster', async (cluster) => {
    const redis = createCluster({
      rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })),
    })
    await redis.on('error', () => undefined).connect()
    const other = ioredisOf(cluster, 3)
    const heard: string[] = []
    const note = (message: string, channel: string): void => {
      heard.push(`${channel} ${message}`)
    }
    await redis.subscribe('plain', note)
    await redis.sSubscribe('by-slot', note)
    const listener = ioredisOf(cluster, 3)
    listener.on('message', (channel, message) => note(String(message), `ioredis ${channel}`))
    await listener.subscribe('plain')

    for (const port of cluster.ports) {
      const plain = new Redis({ host: '127.0.0.1', port })
      await plain.publish('plain', `${port}`)
      await plain.spublish('by-slot', `${port}`)
      plain.disconnect()
    }
    await other.spublish('by-slot', 'last')
    await redis.publish('plain', 'last')

    const last = ['by-slot last', 'plain last', 'ioredis plain last']
    await cluster.waitFor('all messages', async () => last.every((each) => heard.includes(each)))
    const expected = [...cluster.ports.map(String), 'last'].flatMap((text) => [
      `plain ${text}`,
      `by-slot ${text}`,
      `ioredis plain ${text}`,
    ])
    t.deepEqual(heard.toSorted(), expected.toSorted())
    redis.destroy()
    for (const client of [other, listener]) client.disconnect()
  }),
)

test.serial('node-redis createClient: routing proxy: one big Redis from any member', (t) =>
  withCluster('proxy', async (cluster) => {
    const clients = cluster.ports.map((port) => createClient({ url: `redis://127.0.0.1:${port}` }))
    for (const client of clients) await client.on('error', () => undefined).connect()
    t.teardown(() => {
      for (const client of clients) client.destroy()
    })
    const [first] = clients as [(typeof clients)[number]]

    await first.mSet(names.map((name) => [name, name] as [string, string]))

    for (const client of clients) {
      t.is(await client.dbSize(), names.length)
      t.deepEqual(await client.mGet(names), names)
      t.deepEqual((await client.keys('*')).toSorted(), names.toSorted())
      const found: string[] = []
      for await (const keys of client.scanIterator({ COUNT: 7 })) found.push(...keys)
      t.deepEqual([...new Set(found)].toSorted(), names.toSorted())
      t.true(names.includes(String(await client.randomKey())))
    }
  }),
)

// Skipped where no redis-cli is installed: it is the client under test.
const cliTest = findProgram('redis-cli') === null ? test.serial.skip : test.serial

cliTest('redis-cli -c and redis-benchmark --cluster: any key from any member', (t) =>
  withCluster('cluster', async (cluster) => {
    for (const port of cluster.ports) {
      for (const name of names.slice(0, 8)) {
        const set = await run('redis-cli', ['-c', '-p', String(port), 'set', name, `${port}`])
        t.regex(set.stdout, /^OK\n$/)
        const get = await run('redis-cli', ['-c', '-p', String(port), 'get', name])
        t.is(get.stdout, `${port}\n`)
      }
    }
    const bench = ['--cluster', '-p', String(cluster.ports[1]), '-n', '2000', '-r', '1000', '-q']
    const { stdout, stderr } = await run('redis-benchmark', [...bench, '-t', 'set,get,mset'])
    t.regex(stdout, /SET: \d+\.\d+ requests per second/)
    t.notRegex(`${stdout}${stderr}`, /MOVED|error/i)
  }),
)

function nodesOf(cluster: TestCluster): { readonly host: string; readonly port: number }[] {
  return cluster.ports.map((port) => ({ host: '127.0.0.1', port }))
}

function ioredisOf(cluster: TestCluster, protocol: 2 | 3): Cluster {
  return new Cluster(nodesOf(cluster), { redisOptions: { protocol } })
}
