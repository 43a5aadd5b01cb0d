// MIGRATE from a real cluster to a real redis-server: every type arrives, and what writers were told is on
// one of the two sides.

import test, { type ExecutionContext } from 'ava'
import { Redis } from 'ioredis'
import { redisMissing, type RedisServer, startRedis } from '../redis-server.js'
import { TestCluster } from './cluster.js'
import { plainClient } from './workload.js'

// The target is a real redis-server.
const besideRedis = redisMissing === null ? test.serial : test.serial.skip

interface Sides {
  readonly cluster: TestCluster
  readonly redis: RedisServer
  readonly ours: Redis
  readonly theirs: Redis
}

async function withSides(
  options: { readonly members: number; readonly args?: readonly string[] },
  use: (sides: Sides) => Promise<void>,
): Promise<void> {
  const redis = await startRedis(options.args)
  const cluster = await TestCluster.start({ members: options.members })
  const ours = new Redis({ host: '127.0.0.1', port: cluster.ports[0] ?? 0 })
  const theirs = new Redis({ host: '127.0.0.1', port: redis.port, lazyConnect: true })
  try {
    await use({ cluster, redis, ours, theirs })
  } finally {
    ours.disconnect()
    theirs.disconnect()
    await cluster.dispose()
    await redis.stop()
  }
}

/** The reply, or the text of the error. */
function ask(client: Redis, words: readonly (string | number)[]): Promise<unknown> {
  const [name = '', ...args] = words
  return client.call(String(name), ...args).catch((error: Error) => error.message)
}

function migrate(sides: Sides, ...args: readonly string[]): Promise<unknown> {
  return ask(sides.ours, ['MIGRATE', '127.0.0.1', sides.redis.port, ...args])
}

/** One value of every type and of every encoding that differs in a dump, with the command that shows it. */
const values: readonly (readonly [key: string, make: string[], show: string[]])[] = [
  ['string', ['SET', 'string', 'a\u00e9\0b'], ['GET', 'string']],
  ['number', ['SET', 'number', '-12345'], ['GET', 'number']],
  ['long', ['SET', 'long', 'x'.repeat(200_000)], ['GET', 'long']],
  ['bits', ['SETBIT', 'bits', '1000', '1'], ['BITCOUNT', 'bits']],
  ['list', ['RPUSH', 'list', 'a', '1', 'y'.repeat(10_000)], ['LRANGE', 'list', '0', '-1']],
  ['hash', ['HSET', 'hash', 'f', 'v', 'g', '2'], ['HGETALL', 'hash']],
  ['ints', ['SADD', 'ints', '1', '2', '300000'], ['SMEMBERS', 'ints']],
  ['set', ['SADD', 'set', 'a'], ['SMEMBERS', 'set']],
  ['zset', ['ZADD', 'zset', '1.5', 'a', 'inf', 'b'], ['ZRANGE', 'zset', '0', '-1', 'WITHSCORES']],
  ['geo', ['GEOADD', 'geo', '13.36', '38.11', 'p'], ['GEOHASH', 'geo', 'p']],
  ['hll', ['PFADD', 'hll', 'a', 'b', 'c'], ['PFCOUNT', 'hll']],
  ['stream', ['XADD', 'stream', '1-1', 'f', 'v'], ['XRANGE', 'stream', '-', '+']],
]

async function fill({ ours }: Sides): Promise<void> {
  for (const [, make] of values) await ask(ours, make)
  await ours.call('XGROUP', 'CREATE', 'stream', 'g', '0')
  await ours.call('XREADGROUP', 'GROUP', 'g', 'c', 'STREAMS', 'stream', '>')
  for (let i = 0; i < 1_000; i++) await ours.hset('large', `f${i}`, i)
}

async function areAlike(t: ExecutionContext, { ours, theirs }: Sides): Promise<void> {
  for (const [key, , show] of values) {
    t.deepEqual(await ask(theirs, show), await ask(ours, show), key)
  }
}

besideRedis('migrate: every type to redis-server: copied alike, then moved', (t) =>
  withSides({ members: 1 }, async (sides) => {
    const { ours, theirs } = sides
    await fill(sides)
    await ours.pexpire('hash', 3_600_000)
    const keys = [...values.map(([key]) => key), 'large']

    t.is(await migrate(sides, '', '0', '5000', 'COPY', 'KEYS', 'none', ...keys), 'OK')
    await areAlike(t, sides)
    t.is(await theirs.hlen('large'), 1_000)
    const pending = ['XPENDING', 'stream', 'g']
    t.deepEqual(await ask(theirs, pending), await ask(ours, pending))
    const left = await theirs.pttl('hash')
    t.true(left > 0 && left <= 3_600_000)
    t.is(await theirs.pttl('set'), -1)
    t.regex(await ours.info('stats'), /migrate_cached_sockets:1\r\n/)

    t.regex(String(await migrate(sides, 'set', '0', '5000')), /^ERR Target .*: BUSYKEY/)
    t.is(await migrate(sides, '', '0', '5000', 'REPLACE', 'KEYS', ...keys), 'OK')
    t.is(await ours.dbsize(), 0)
    t.is(await theirs.dbsize(), keys.length)
    t.is(await migrate(sides, '', '0', '5000', 'KEYS', ...keys), 'NOKEY')

    // And back: what Redis dumps is restored here.
    const here = ['127.0.0.1', sides.cluster.ports[0] ?? 0]
    const back = await ask(theirs, ['MIGRATE', ...here, '', 0, 5000, 'KEYS', ...keys])
    t.is(back, 'OK')
    t.is(await ours.dbsize(), keys.length)
    t.is(await theirs.dbsize(), 0)
  }),
)

besideRedis('migrate: databases, passwords, what redis-server cannot load: nothing is lost', (t) =>
  withSides({ members: 1, args: ['--requirepass', 'secret'] }, async (sides) => {
    const { ours } = sides
    const theirs = new Redis({
      host: '127.0.0.1',
      port: sides.redis.port,
      password: 'secret',
      db: 3,
    })
    try {
      await ours.set('a', '1')
      await ours.hset('fields', 'f', 'v')
      await ours.call('HPEXPIRE', 'fields', '3600000', 'FIELDS', '1', 'f')

      t.regex(String(await migrate(sides, 'a', '3', '5000')), /^ERR Target .*: NOAUTH/)
      t.regex(
        String(await migrate(sides, 'a', '3', '5000', 'AUTH', 'wrong')),
        /^ERR Target .*: WRONGPASS/,
      )
      t.regex(
        String(await migrate(sides, 'a', '99', '5000', 'AUTH', 'secret')),
        /^ERR Target .*: ERR DB index is out of range/,
      )
      t.is(await ours.get('a'), '1')
      t.is(await migrate(sides, 'a', '3', '5000', 'AUTH2', 'default', 'secret'), 'OK')
      t.is(await theirs.get('a'), '1')
      t.is(await ours.exists('a'), 0)
      t.regex(
        String(await migrate(sides, 'fields', '3', '5000', 'AUTH', 'secret')),
        /^ERR Target .*: ERR /,
      )
      t.is(await ours.hget('fields', 'f'), 'v')
    } finally {
      theirs.disconnect()
    }
  }),
)

const counters = 16

besideRedis('migrate: writes to the same keys go on at every member: none is lost', (t) =>
  withSides({ members: 3 }, async (sides) => {
    const { cluster, theirs } = sides
    const acknowledged = new Map<string, number>()
    let unknown = 0
    let isOver = false
    const write = async (port: number, salt: number): Promise<void> => {
      const client = plainClient(port)
      await client.connect()
      for (let i = salt; !isOver; i += 7) {
        const key = `n${i % counters}`
        const reply = await client.incr(key).catch((error: Error) => error.message)
        if (typeof reply === 'number') acknowledged.set(key, (acknowledged.get(key) ?? 0) + 1)
        else if (reply.startsWith('UNKNOWNRESULT')) unknown++
      }
      client.disconnect()
    }
    const writers = cluster.ports.map((port, salt) => write(port, salt))

    // Each key is moved once: a key that is written to anew behind that counts again from 1 here.
    let retries = 0
    for (let i = 0; i < counters; i += 2) {
      const keys = [`n${i}`, `n${i + 1}`]
      await cluster.waitFor('writes', async () => keys.every((key) => acknowledged.has(key)))
      const mover = plainClient(cluster.ports[i % cluster.count] ?? 0)
      await mover.connect()
      for (const key of keys) {
        // An error says that a key may be on both sides: asked for again, the newer value takes its place.
        for (let tries = 0; tries < 50; tries++) {
          const options = tries === 0 ? [] : ['REPLACE']
          const moved = ['MIGRATE', '127.0.0.1', sides.redis.port, key, 0, 5000, ...options]
          if ((await ask(mover, moved)) === 'OK') break
          retries++
        }
      }
      mover.disconnect()
    }
    isOver = true
    await Promise.all(writers)

    for (let i = 0; i < counters; i++) {
      const key = `n${i}`
      const here = Number((await sides.ours.get(key)) ?? 0)
      const there = Number((await theirs.get(key)) ?? 0)
      t.true(there > 0, key)
      const least = acknowledged.get(key) ?? 0
      t.true(here + there >= least, `${key}: ${here} + ${there} of ${least}`)
      t.true(here + there <= least + unknown, `${key}: ${here} + ${there} of ${least}`)
    }
    t.log({ acknowledged: [...acknowledged.values()].reduce((a, b) => a + b, 0), retries, unknown })
  }),
)
