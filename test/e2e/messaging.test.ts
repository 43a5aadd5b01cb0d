// Pub/sub, keyspace notifications and client-side caching with the clients that people use, each
// connection on another member of a real cluster, through a leader's death.

import { setTimeout as sleep } from 'node:timers/promises'
import test from 'ava'
import { Redis } from 'ioredis'
import { BasicClientSideCache, createClient } from 'redis'
import { TestCluster } from './cluster.js'

async function withCluster(use: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = await TestCluster.start()
  try {
    await use(cluster)
  } finally {
    await cluster.dispose()
  }
}

function redisAt(cluster: TestCluster, member: number): Redis {
  return new Redis({ host: '127.0.0.1', port: cluster.ports[member] ?? 0 })
}

/** Looks again and again, for at most ten seconds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_000; i++) {
    if (await holds()) return
    await sleep(10)
  }
}

test.serial('ioredis: messages between members: all of them, in order, and counted', (t) =>
  withCluster(async (cluster) => {
    const listeners = cluster.all.map((member) => redisAt(cluster, member))
    const publisher = redisAt(cluster, 1)
    const got: string[][] = listeners.map(() => [])
    const ends = listeners.map(async (listener, i) => {
      await listener.subscribe('news')
      await listener.psubscribe('log.*')
      listener.on('message', (_channel, text) => got[i]?.push(text))
      listener.on('pmessage', (pattern, channel, text) =>
        got[i]?.push(`${pattern} ${channel} ${text}`),
      )
    })
    await Promise.all(ends)

    const counts = new Set<number>()
    for (let i = 0; i < 500; i++) counts.add(await publisher.publish('news', String(i)))
    await publisher.publish('log.1', 'last')
    await until(() => got.every((each) => each.length >= 501))

    t.deepEqual([...counts], [listeners.length])
    const expected = [...Array.from({ length: 500 }, (_, i) => String(i)), 'log.* log.1 last']
    for (const each of got) t.deepEqual(each, expected)
    t.deepEqual(await publisher.pubsub('NUMSUB', 'news'), ['news', listeners.length])
    for (const each of [...listeners, publisher]) each.disconnect()
  }),
)

test.serial('ioredis: keyspace notifications: set at one member, heard at another', (t) =>
  withCluster(async (cluster) => {
    const [listener, setter, writer] = [0, 1, 2].map((member) => redisAt(cluster, member))
    if (!listener || !setter || !writer) return t.fail('there are three members')
    await setter.config('SET', 'notify-keyspace-events', 'Ex$g')
    const got: string[] = []
    listener.on('pmessage', (_pattern, channel, text) => got.push(`${channel} ${text}`))
    await listener.psubscribe('__keyevent@0__:*')

    await writer.set('a', '1', 'PX', 50)
    await until(() => got.length >= 3)

    t.deepEqual(got, [
      '__keyevent@0__:set a',
      '__keyevent@0__:expire a',
      '__keyevent@0__:expired a',
    ])
    for (const each of [listener, setter, writer]) each.disconnect()
    return undefined
  }),
)

test.serial(
  'node-redis: client-side cache: a write elsewhere is seen, also after the leader died',
  (t) =>
    withCluster(async (cluster) => {
      const leader = await cluster.waitLeader()
      const [home = 0, other = 0] = cluster.all.filter((member) => member !== leader)
      const cache = new BasicClientSideCache({ ttl: 0, maxEntries: 1_000 })
      const client = createClient({
        url: `redis://127.0.0.1:${cluster.ports[home]}`,
        RESP: 3,
        clientSideCache: cache,
      })
      await client.connect()
      const writer = redisAt(cluster, other)
      await writer.set('k', '0')

      t.is(await client.get('k'), '0')
      t.is(await client.get('k'), '0')
      t.true(cache.stats().hitCount >= 1)
      for (let i = 1; i <= 50; i++) {
        await writer.set('k', String(i))
        await until(async () => (await client.get('k')) === String(i))
        t.is(await client.get('k'), String(i))
      }
      await cluster.process(leader).kill()
      await until(async () => (await writer.set('k', 'after').catch(() => null)) === 'OK')
      await until(async () => (await client.get('k').catch(() => null)) === 'after')

      t.is(await client.get('k'), 'after')
      client.destroy()
      writer.disconnect()
    }),
)

test.serial('node-redis: RESP3: listens and asks on one connection, shard channels too', (t) =>
  withCluster(async (cluster) => {
    const [one, two] = [0, 2].map((member) =>
      createClient({ url: `redis://127.0.0.1:${cluster.ports[member]}`, RESP: 3 }),
    )
    if (!one || !two) return t.fail('there are three members')
    await one.connect()
    await two.connect()
    const got: string[] = []
    await one.subscribe('news', (text) => got.push(text))
    await one.sSubscribe('shard', (text) => got.push(text))

    t.is(await two.publish('news', 'a'), 1)
    t.is(await two.sPublish('shard', 'b'), 1)
    t.is(await one.set('k', 'v'), 'OK')
    await until(() => got.length >= 2)

    t.deepEqual(got, ['a', 'b'])
    t.is(await one.get('k'), 'v')
    one.destroy()
    two.destroy()
    return undefined
  }),
)
