// Libraries that keep something in Redis: sessions, cached values, limits, locks, rooms of sockets.

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { once } from 'node:events'
import KeyvRedis from '@keyv/redis'
import { createAdapter } from '@socket.io/redis-adapter'
import { RedisStore } from 'connect-redis'
import { Redis } from 'ioredis-5'
import Keyv from 'keyv'
import { createClient } from 'node-redis'
import { RateLimiterRedis } from 'rate-limiter-flexible'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'

const { default: Redlock } = createRequire(import.meta.url)('redlock')

export const cases = [
  { name: 'connect-redis: a session from its beginning to its end', run: sessions },
  { name: '@keyv/redis: values, times, namespaces, iteration', run: cache },
  { name: 'rate-limiter-flexible: points run out and come again', run: limits },
  { name: 'redlock: one holder, extension, release', run: locks },
  { name: '@socket.io/redis-adapter: rooms over two servers', run: rooms },
]

async function sessions({ port, after }) {
  const client = createClient({ socket: { port, host: '127.0.0.1' } })
  await client.connect()
  after(() => client.destroy())
  const store = new RedisStore({ client, prefix: 'sess:', ttl: 100 })
  const session = { cookie: { originalMaxAge: 50_000 }, user: 'ada' }
  await store.set('one', session)
  await store.set('two', session)
  assert.equal((await store.get('one')).user, 'ada')
  await store.touch('one', session)
  assert.equal(await store.length(), 2)
  assert.deepEqual((await store.ids()).toSorted(), ['one', 'two'])
  assert.equal((await store.all()).length, 2)
  await store.destroy('one')
  assert.equal((await store.get('one')) ?? null, null)
  await store.clear()
  assert.equal(await store.length(), 0)
}

async function cache({ port, after }) {
  const store = new KeyvRedis(`redis://127.0.0.1:${port}`)
  const keyv = new Keyv({ store, namespace: 'app' })
  after(() => keyv.disconnect())
  assert.equal(await keyv.set('k', { a: [1, 2] }), true)
  assert.deepEqual(await keyv.get('k'), { a: [1, 2] })
  await keyv.set('short', 'x', 50)
  await new Promise((resolve) => setTimeout(resolve, 120))
  assert.equal(await keyv.get('short'), undefined)
  await keyv.setMany([
    { key: 'm1', value: 1 },
    { key: 'm2', value: 2 },
  ])
  assert.deepEqual(await keyv.get(['m1', 'm2']), [1, 2])
  const found = []
  for await (const [key] of keyv.iterator()) found.push(key)
  assert.equal(found.length, 3)
  assert.equal(await keyv.delete('k'), true)
  await keyv.clear()
  assert.equal(await keyv.get('m1'), undefined)
}

async function limits({ port, after }) {
  const client = new Redis(port)
  after(() => client.disconnect())
  const limiter = new RateLimiterRedis({
    storeClient: client,
    points: 3,
    duration: 1,
    blockDuration: 1,
  })
  for (let left = 2; left >= 0; left--)
    assert.equal((await limiter.consume('ada')).remainingPoints, left)
  const refusal = await limiter.consume('ada').then(
    () => null,
    (reason) => reason,
  )
  assert.ok(refusal !== null && refusal.msBeforeNext > 0 && refusal.msBeforeNext <= 1_000)
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  assert.equal((await limiter.consume('ada')).consumedPoints, 1)
  assert.equal((await limiter.penalty('ada', 1)).consumedPoints, 2)
  assert.equal((await limiter.reward('ada', 1)).consumedPoints, 1)
  assert.equal(await limiter.delete('ada'), true)
}

async function locks({ port, after }) {
  const client = new Redis(port)
  after(() => client.disconnect())
  const patient = new Redlock([client], { retryCount: 50, retryDelay: 20 })
  const eager = new Redlock([client], { retryCount: 0 })
  let lock = await patient.acquire(['resource'], 2_000)
  await assert.rejects(eager.acquire(['resource'], 100))
  lock = await lock.extend(3_000)
  await lock.release()
  let inside = 0
  let most = 0
  let total = 0
  await Promise.all(
    Array.from({ length: 5 }, () =>
      patient.using(['counter'], 2_000, async () => {
        most = Math.max(most, ++inside)
        const before = total
        await new Promise((resolve) => setTimeout(resolve, 5))
        total = before + 1
        inside--
      }),
    ),
  )
  assert.deepEqual([most, total], [1, 5])
}

async function rooms({ port, after }) {
  const open = async () => {
    const pub = new Redis(port)
    const sub = pub.duplicate()
    const http = createServer()
    const server = new Server(http, { adapter: createAdapter(pub, sub) })
    await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
    after(() => {
      server.close()
      pub.disconnect()
      sub.disconnect()
    })
    server.on('connection', (socket) => {
      socket.join('room')
      socket.on('shout', (text) => server.to('room').emit('heard', text))
    })
    const socket = io(`http://127.0.0.1:${http.address().port}`, { transports: ['websocket'] })
    after(() => socket.disconnect())
    await once(socket, 'connect')
    return { server, socket }
  }
  const [a, b] = [await open(), await open()]
  await new Promise((resolve) => setTimeout(resolve, 200))
  const heard = Promise.all([once(a.socket, 'heard'), once(b.socket, 'heard')])
  a.socket.emit('shout', 'hello')
  assert.deepEqual(await heard, [['hello'], ['hello']])
  assert.equal((await a.server.fetchSockets()).length, 2)
  assert.equal((await b.server.in('room').fetchSockets()).length, 2)
}
