// `maxmemory-clients`: what connections hold, and who is closed for it.

import test from 'ava'
import { World } from './world.js'

const kib = 1024

function worldWith(bound: string): World {
  const world = new World()
  const [client] = [world.connect()]
  client.ask('CLIENT', 'NO-EVICT', 'ON')
  client.ask('CONFIG', 'SET', 'maxmemory-clients', bound)
  return world
}

test('client memory: half a command past the bound: its connection is closed and counted', (t) => {
  const world = worldWith('300kb')
  const [small, large] = [world.connect(), world.connect()]
  small.send(`*2\r\n$4\r\necho\r\n$90000\r\n${'x'.repeat(50 * kib)}`)
  large.send(`*2\r\n$4\r\necho\r\n$900000\r\n${'x'.repeat(200 * kib)}`)
  world.turn()
  t.false(large.isClosed)

  large.send('x'.repeat(60 * kib))
  world.turn()

  t.true(large.isClosed)
  t.false(small.isClosed)
  t.is(world.router.state.stats.clientsEvicted, 1)
})

test('client memory: replies that are not taken, queues, watches, names: all count', (t) => {
  const world = worldWith('100kb')
  const reader = world.connect()
  world.router.unsent(reader.id, 101 * kib)
  world.turn()
  t.true(reader.isClosed)

  const queue = world.connect()
  queue.ask('MULTI')
  for (let i = 0; i < 3 && !queue.isClosed; i++) queue.command('SET', 'k', 'v'.repeat(40 * kib))
  world.turn()
  t.true(queue.isClosed)

  const listener = world.connect()
  for (let i = 0; i < 2_000; i++) listener.command('SUBSCRIBE', String(i))
  for (let i = 0; i < 100; i++) world.turn()
  t.true(listener.isClosed)
})

test('client memory: a share of maxmemory, a smaller bound at once, no-evict', (t) => {
  const world = worldWith('0')
  const clients = [1, 2, 3].map(() => world.connect())
  clients[2]?.ask('CLIENT', 'NO-EVICT', 'ON')
  clients.forEach((client, i) => world.router.unsent(client.id, (i + 1) * 100 * kib))
  world.turn()
  const operator = world.connect()
  operator.ask('CLIENT', 'NO-EVICT', 'ON')

  operator.ask('CONFIG', 'SET', 'maxmemory-clients', '5%')
  world.turn()
  t.deepEqual(
    clients.map(({ isClosed }) => isClosed),
    [false, false, false],
  )
  operator.ask('CONFIG', 'SET', 'maxmemory-clients', '450kb')
  world.turn()

  t.deepEqual(
    clients.map(({ isClosed }) => isClosed),
    [false, true, false],
  )
})
