// What an application does with an ioredis-like client: every kind of value, pipelines, transactions,
// scripts, blocking pops, messages, walks. The same for each of the three clients that share the interface.

import assert from 'node:assert/strict'
import { once } from 'node:events'

/** Cases for a client class; `make(port, options)` opens one. */
export function clientStory(make) {
  const story = (name, run) => ({
    name,
    run: async ({ port, after }) => {
      const open = (options = {}) => {
        const client = make(port, options)
        after(() => client.disconnect())
        return client
      }
      await run(open(), open)
    },
  })
  return [
    story('strings, hashes, lists, sets, sorted sets, streams', values),
    story('pipeline of a thousand commands, binary values', pipeline),
    story('MULTI, WATCH, a conflict', transaction),
    story('a script as a command, EVALSHA', script),
    story('BLPOP and BRPOP wait for a push', blocking),
    story('SUBSCRIBE, PSUBSCRIBE, PUBLISH', messages),
    story('scanStream, hscanStream, sscanStream, zscanStream', walks),
    story('SELECT and keyPrefix', spaces),
    story('errors are of their kind', errors),
  ]
}

async function values(redis) {
  assert.equal(await redis.set('s', 'one', 'PX', 60_000, 'NX'), 'OK')
  assert.equal(await redis.get('s'), 'one')
  assert.ok((await redis.pttl('s')) > 50_000)
  assert.equal(await redis.incrby('n', 41), 41)
  assert.equal(await redis.hset('h', { a: 1, b: 2 }), 2)
  assert.deepEqual(await redis.hgetall('h'), { a: '1', b: '2' })
  assert.equal(await redis.rpush('l', 'a', 'b', 'c'), 3)
  assert.deepEqual(await redis.lrange('l', 0, -1), ['a', 'b', 'c'])
  await redis.sadd('e', 'x', 'y')
  assert.deepEqual((await redis.smembers('e')).toSorted(), ['x', 'y'])
  await redis.zadd('z', 1, 'one', 2, 'two', 1.5, 'between')
  assert.deepEqual(await redis.zrange('z', 0, -1), ['one', 'between', 'two'])
  assert.equal(await redis.zrank('z', 'two'), 2)
  const id = await redis.xadd('x', '*', 'field', 'value')
  const [[stream, entries]] = await redis.xread('COUNT', 10, 'STREAMS', 'x', '0')
  assert.equal(stream, 'x')
  assert.deepEqual(entries, [[id, ['field', 'value']]])
  await redis.geoadd('g', 13.361389, 38.115556, 'Palermo', 15.087269, 37.502669, 'Catania')
  assert.deepEqual(await redis.geosearch('g', 'FROMLONLAT', 15, 37, 'BYRADIUS', 150, 'km'), [
    'Catania',
  ])
  await redis.pfadd('p', 'a', 'b', 'c')
  assert.equal(await redis.pfcount('p'), 3)
}

async function pipeline(redis) {
  const batch = redis.pipeline()
  for (let i = 0; i < 1_000; i++) batch.set(`k${i}`, Buffer.from([i & 255, 0, 255]))
  const results = await batch.exec()
  assert.ok(results.every(([error, reply]) => error === null && reply === 'OK'))
  assert.deepEqual(await redis.getBuffer('k300'), Buffer.from([300 & 255, 0, 255]))
  assert.equal(await redis.dbsize(), 1_000)
}

async function transaction(redis, open) {
  assert.deepEqual(await redis.multi().set('a', 1).incr('a').get('a').exec(), [
    [null, 'OK'],
    [null, 2],
    [null, '2'],
  ])
  const other = open()
  await redis.watch('a')
  await other.set('a', 'changed')
  assert.equal(await redis.multi().set('a', 'mine').exec(), null)
  assert.equal(await redis.get('a'), 'changed')
}

async function script(redis) {
  redis.defineCommand('add', {
    numberOfKeys: 1,
    lua: "redis.call('incrby', KEYS[1], ARGV[1]) return {redis.call('get', KEYS[1]), ARGV[1] + 1}",
  })
  assert.deepEqual(await redis.add('n', 5), ['5', 6])
  assert.deepEqual(await redis.add('n', 5), ['10', 6])
}

async function blocking(redis, open) {
  const worker = open()
  const popped = worker.blpop('jobs', 10)
  await new Promise((resolve) => setTimeout(resolve, 50))
  await redis.rpush('jobs', 'first')
  assert.deepEqual(await popped, ['jobs', 'first'])
  await redis.rpush('jobs', 'second')
  assert.deepEqual(await worker.brpop('jobs', 1), ['jobs', 'second'])
  assert.equal(await worker.blpop('jobs', 0.05), null)
}

async function messages(redis, open) {
  const listener = open()
  await listener.subscribe('news')
  await listener.psubscribe('new*')
  const plain = once(listener, 'message')
  const matched = once(listener, 'pmessage')
  assert.equal(await redis.publish('news', 'hello'), 2)
  assert.deepEqual(await plain, ['news', 'hello'])
  assert.deepEqual(await matched, ['new*', 'news', 'hello'])
  await listener.unsubscribe('news')
  assert.equal(await redis.publish('news', 'again'), 1)
}

async function walks(redis) {
  const batch = redis.pipeline()
  for (let i = 0; i < 300; i++) {
    batch.set(`key:${i}`, i)
    batch.hset('h', `f${i}`, i)
    batch.sadd('e', `m${i}`)
    batch.zadd('z', i, `m${i}`)
  }
  await batch.exec()
  const all = async (stream) => {
    const found = new Set()
    for await (const page of stream) for (const each of page) found.add(each)
    return found.size
  }
  assert.equal(await all(redis.scanStream({ match: 'key:*', count: 50 })), 300)
  assert.ok((await all(redis.hscanStream('h'))) >= 600 - 300)
  assert.equal(await all(redis.sscanStream('e')), 300)
  assert.ok((await all(redis.zscanStream('z'))) >= 300)
}

async function spaces(redis, open) {
  const third = open({ db: 3, keyPrefix: 'app:' })
  await third.set('k', 'v')
  assert.equal(await redis.get('app:k'), null)
  await redis.select(3)
  assert.equal(await redis.get('app:k'), 'v')
}

async function errors(redis) {
  await redis.set('s', 'text')
  await assert.rejects(redis.lpush('s', 'x'), /WRONGTYPE Operation against a key/)
  await assert.rejects(redis.incr('s'), /ERR value is not an integer or out of range/)
  await assert.rejects(
    redis.call('NOSUCH', 'x'),
    /ERR unknown command 'NOSUCH', with args beginning with: 'x'/,
  )
}
