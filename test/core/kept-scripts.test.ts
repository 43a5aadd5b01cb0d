// What scripts did stays in place at the leader until their entries are applied: nobody sees it before,
// and nothing of it is left where the entries are lost.

import test from 'ava'
import { LuaRunner } from '../../src/host/scripts/runner.js'
import { type Client, CoreWorld } from './core-world.js'

function makeWorld(): CoreWorld {
  const scripts = (): LuaRunner => new LuaRunner({ wake: () => {}, secret: 'test' })
  const world = new CoreWorld({ scripts, config: () => ({ debugCommand: 'yes' }) })
  world.settled()
  return world
}

function send(client: Client, ...args: readonly string[]): void {
  client.isRaw = true
  const text = args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')
  const bytes = Buffer.from(`*${args.length}\r\n${text}`, 'latin1')
  client.member.inbox.push({ kind: 'bytes', connection: client.connection, bytes })
}

function ask(world: CoreWorld, client: Client, ...args: readonly string[]): string {
  client.text = ''
  send(client, ...args)
  world.until(() => client.text.endsWith('\r\n'))
  return client.text
}

const increment = "return redis.call('incr', KEYS[1])"

test('kept scripts: a leader that is cut off: nobody reads what its scripts did, and it is gone afterwards', (t) => {
  const world = makeWorld()
  const leader = world.leader()
  const [writer, reader] = [world.client(leader), world.client(leader)]
  t.is(ask(world, writer, 'EVAL', increment, '1', 'n'), ':1\r\n')
  for (let i = 0; i < 20; i++) world.step()

  for (const other of [1, 2, 3]) world.cut.add(`${leader}-${other}`).add(`${other}-${leader}`)
  for (let i = 0; i < 4; i++) send(writer, 'EVAL', increment, '1', 'n')
  world.step()
  send(reader, 'GET', 'n')
  for (let i = 0; i < 20; i++) world.step()
  t.is(reader.text, '')
  t.true(world.until(() => world.leader() !== leader))
  const other = world.client(world.leader())
  t.is(ask(world, other, 'EVAL', "return redis.call('incrby', KEYS[1], 10)", '1', 'n'), ':11\r\n')
  world.cut.clear()

  t.true(world.converged())
  t.regex(ask(world, world.client(leader), 'GET', 'n'), /^\$2\r\n1[15]\r\n$/)
})

test('kept scripts: scripts, reads and writes of one connection and of others: equal on all members', (t) => {
  const world = makeWorld()
  const leader = world.leader()
  const clients = [world.client(leader), world.client(leader), world.client((leader % 3) + 1)]
  const [first] = clients as [Client, Client, Client]

  for (let round = 0; round < 40; round++) {
    for (const client of clients) {
      client.text = ''
      send(client, 'EVAL', increment, '1', 'n')
      send(client, 'EVAL', "return redis.call('get', KEYS[1])", '1', `past${round % 3}`)
      send(client, 'SPOP', 's')
      send(
        client,
        'EVAL',
        "redis.call('sadd', KEYS[1], 1, 2, 3) return redis.call('spop', KEYS[1])",
        '1',
        's',
      )
      if (round % 2 === 0) send(client, 'GET', 'n')
      if (round % 5 === 0) send(client, 'SET', `past${round % 3}`, 'x', 'PX', '12')
      send(
        client,
        'EVAL',
        "redis.call('set', KEYS[1], 1) return redis.call('lpush', KEYS[1], 1)",
        '1',
        'w',
      )
      if (round % 3 === 0) for (let i = 0; i < 6; i++) world.step()
    }
    const behind = (client: Client): boolean => client.text.includes('WRONGTYPE')
    t.true(
      world.until(() => clients.every(behind)),
      `round ${round}`,
    )
  }

  t.true(world.converged())
  t.is(ask(world, first, 'GET', 'n'), '$3\r\n120\r\n')
})

test('kept scripts: one that looks at a key past its time: equal on all members', (t) => {
  const world = makeWorld()
  const client = world.client(world.leader())
  t.is(ask(world, client, 'DEBUG', 'SET-ACTIVE-EXPIRE', '0'), '+OK\r\n')
  ask(world, client, 'SET', 'past', 'x', 'PX', '3')
  for (let i = 0; i < 20; i++) world.step()

  const get = "return redis.call('get', KEYS[1])"
  t.is(ask(world, client, 'EVAL', get, '1', 'past'), '$-1\r\n')

  t.true(world.converged())
})

test('kept scripts: TIME in a script: is that of its entry, not of the one before', (t) => {
  const world = makeWorld()
  const client = world.client(world.leader())
  ask(world, client, 'SET', 'a', '1')
  const before = world.now.wall
  for (let i = 0; i < 5_000; i++) world.step()

  const reply = ask(world, client, 'EVAL', "return redis.call('time')[1]", '0')

  t.true(Number(reply.split('\r\n')[1]) * 1000 > before + 3_000, reply)
})
