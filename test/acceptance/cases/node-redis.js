// node-redis 6 with RESP3: values, pipelining, transactions, scripts, messages, blocking, its own
// cache of replies that the server invalidates.

import assert from 'node:assert/strict'
import { createClient, defineScript } from 'node-redis'

export const cases = [
  story('every kind of value', async (redis) => {
    assert.equal(await redis.set('s', 'v', { EX: 100, NX: true }), 'OK')
    assert.equal(await redis.get('s'), 'v')
    await redis.hSet('h', { a: '1', b: '2' })
    assert.deepEqual({ ...(await redis.hGetAll('h')) }, { a: '1', b: '2' })
    await redis.zAdd('z', [
      { score: 1, value: 'one' },
      { score: 2.5, value: 'two' },
    ])
    assert.deepEqual(await redis.zRangeWithScores('z', 0, -1), [
      { value: 'one', score: 1 },
      { value: 'two', score: 2.5 },
    ])
    await redis.sAdd('e', ['x', 'y'])
    assert.equal(await redis.sCard('e'), 2)
    assert.equal(await redis.sIsMember('e', 'x'), 1)
    await redis.rPush('l', ['a', 'b'])
    assert.deepEqual(await redis.lRange('l', 0, -1), ['a', 'b'])
    assert.equal((await redis.ttl('s')) > 90, true)
  }),
  story('streams and consumer groups', async (redis) => {
    await redis.xGroupCreate('x', 'g', '0', { MKSTREAM: true })
    const id = await redis.xAdd('x', '*', { f: 'v' })
    const read = await redis.xReadGroup('g', 'c', { key: 'x', id: '>' }, { COUNT: 1 })
    assert.equal(read[0].messages[0].id, id)
    assert.equal((await redis.xPending('x', 'g')).pending, 1)
    assert.equal(await redis.xAck('x', 'g', id), 1)
  }),
  story('a thousand commands in one turn', async (redis) => {
    const replies = await Promise.all(Array.from({ length: 1_000 }, () => redis.incr('n')))
    assert.deepEqual(
      replies,
      Array.from({ length: 1_000 }, (_, i) => i + 1),
    )
  }),
  story('MULTI and WATCH', async (redis, open) => {
    assert.deepEqual(await redis.multi().set('k', '1').incr('k').exec(), ['OK', 2])
    const other = await open()
    await redis.watch('k')
    await other.set('k', 'x')
    await assert.rejects(redis.multi().get('k').exec(), /watched keys has been changed/)
  }),
  story('a script of its own', async (_redis, open) => {
    const scripts = {
      add: defineScript({
        NUMBER_OF_KEYS: 1,
        SCRIPT: "return redis.call('incrby', KEYS[1], ARGV[1])",
        parseCommand: (parser, key, by) => {
          parser.pushKey(key)
          parser.push(String(by))
        },
        transformReply: (reply) => reply,
      }),
    }
    const client = await open({ scripts })
    assert.equal(await client.add('n', 5), 5)
    assert.equal(await client.add('n', 5), 10)
  }),
  story('messages', async (redis, open) => {
    const listener = await open()
    const heard = new Promise((resolve) => {
      listener.subscribe('news', (message, channel) => resolve([message, channel]))
    })
    await new Promise((resolve) => setTimeout(resolve, 50))
    await redis.publish('news', 'hello')
    assert.deepEqual(await heard, ['hello', 'news'])
  }),
  story('a blocked pop', async (redis, open) => {
    const worker = await open()
    const popped = worker.blPop('jobs', 10)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await redis.rPush('jobs', 'job')
    assert.deepEqual({ ...(await popped) }, { key: 'jobs', element: 'job' })
  }),
  story('scanIterator', async (redis) => {
    await Promise.all(Array.from({ length: 500 }, (_, i) => redis.set(`key:${i}`, 'v')))
    const found = new Set()
    for await (const keys of redis.scanIterator({ MATCH: 'key:*', COUNT: 100 }))
      for (const key of keys) found.add(key)
    assert.equal(found.size, 500)
  }),
  story('client-side cache: what another changes is asked again', async (redis, open) => {
    const cached = await open({ clientSideCache: { ttl: 0, maxEntries: 100, evictPolicy: 'LRU' } })
    await redis.set('k', 'old')
    assert.equal(await cached.get('k'), 'old')
    assert.equal(await cached.get('k'), 'old')
    await redis.set('k', 'new')
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(await cached.get('k'), 'new')
  }),
]

function story(name, run) {
  return {
    name,
    run: async ({ port, after }) => {
      const open = async (options = {}) => {
        const client = createClient({ socket: { port, host: '127.0.0.1' }, RESP: 3, ...options })
        client.on('error', () => {})
        await client.connect()
        after(() => client.destroy())
        return client
      }
      await run(await open(), open)
    },
  }
}
