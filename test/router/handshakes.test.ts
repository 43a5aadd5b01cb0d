// What clients and tools send at connect or poll (measured with a sniffer, or read in their source): no
// error reply that the client does not expect, one reply per command, in order.

import test from 'ava'
import { encodeCommand, World } from './world.js'

type Script = readonly (readonly string[])[]

const guid = 'b2f4e3a0'

/** Commands that answer without an error. */
const clean: Readonly<Record<string, Script>> = {
  'ioredis 5': [
    ['client', 'SETINFO', 'LIB-NAME', 'ioredis'],
    ['client', 'SETINFO', 'LIB-VER', '5.9.3'],
    ['info'],
  ],
  'ioredis 6': [
    ['hello', '3'],
    ['client', 'SETINFO', 'LIB-VER', '6.0.0'],
    ['client', 'SETINFO', 'LIB-NAME', 'ioredis'],
    ['info'],
  ],
  iovalkey: [['info'], ['set', 'a', '1']],
  'node-redis 6': [
    ['HELLO', '3'],
    ['CLIENT', 'SETINFO', 'LIB-VER', '6.3.1'],
    ['CLIENT', 'SETINFO', 'LIB-NAME', 'node-redis'],
    ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'external-ip'],
  ],
  'redis-py 8': [
    ['HELLO', '3'],
    ['CLIENT', 'MAINT_NOTIFICATIONS', 'ON', 'moving-endpoint-type', 'internal-ip'],
    ['CLIENT', 'SETINFO', 'LIB-NAME', 'redis-py'],
    ['CLIENT', 'SETINFO', 'LIB-VER', '8.0.0'],
    ['SELECT', '3'],
  ],
  'go-redis 9': [
    ['hello', '3', 'setname', 'app'],
    ['select', '2'],
    ['client', 'setname', 'app'],
    ['client', 'maint_notifications', 'on'],
    ['client', 'setinfo', 'LIB-NAME', 'go-redis(,go1.22)'],
    ['client', 'setinfo', 'LIB-VER', '9.22.0'],
  ],
  'Lettuce 7': [
    ['HELLO', '3', 'SETNAME', 'spring'],
    ['CLIENT', 'SETINFO', 'lib-name', 'Lettuce'],
    ['CLIENT', 'SETINFO', 'lib-ver', '7.7.0'],
    ['CLIENT', 'MAINT_NOTIFICATIONS', 'on'],
    ['PING'],
  ],
  'Jedis 8': [
    ['HELLO', '3'],
    ['CLIENT', 'SETNAME', 'jedis'],
    ['CLIENT', 'SETINFO', 'LIB-NAME', 'jedis'],
    ['CLIENT', 'SETINFO', 'LIB-VER', '8.0.0'],
  ],
  'BullMQ 6': [['hello', '3'], ['client', 'setname', 'bull:cXVldWU='], ['info']],
  redis_exporter: [
    ['PING'],
    ['CLIENT', 'SETNAME', 'redis_exporter'],
    ['INFO', 'ALL'],
    ['CONFIG', 'GET', '*'],
    ['LATENCY', 'LATEST'],
    ['LATENCY', 'HISTOGRAM'],
    ['SLOWLOG', 'LEN'],
    ['SLOWLOG', 'GET', '1'],
    ['COMMAND', 'INFO', 'COMMANDLOG'],
    ['CLIENT', 'LIST'],
  ],
  RedisInsight: [
    ['INFO', 'server'],
    ['INFO', 'memory', 'keyspace', 'clients', 'stats', 'replication'],
    ['MODULE', 'LIST'],
    ['CONFIG', 'GET', 'databases'],
    ['DBSIZE'],
    ['CLIENT', 'LIST'],
    ['SLOWLOG', 'GET', '50'],
    ['CONFIG', 'SET', 'slowlog-max-len', '200'],
  ],
  'redis-cli interactive': [['COMMAND', 'DOCS'], ['INFO', 'SERVER'], ['COMMAND']],
  'redis-benchmark': [
    ['CONFIG', 'GET', 'save'],
    ['CONFIG', 'GET', 'appendonly'],
  ],
  'redis-cli --bigkeys': [['DBSIZE'], ['SCAN', '0']],
}

for (const [client, script] of Object.entries(clean)) {
  test(`handshake: ${client}: pipelined: one reply each, no error`, (t) => {
    const world = new World({ answer: answerOf })
    const connection = world.connect()
    const singly: string[] = []
    for (const args of script) singly.push(connection.ask(...args))

    for (const [i, reply] of singly.entries()) {
      t.not(reply, '', script[i]?.join(' '))
      t.false(reply.startsWith('-'), `${script[i]?.join(' ')}: ${reply.slice(0, 100)}`)
    }
    const pipelined = new World({ answer: answerOf }).connect()
    pipelined.send([...script, ['ECHO', guid]].map(encodeCommand).join(''))
    const text = pipelined.read()
    // INFO counts what came before, so only the first lines of the replies are equal.
    let at = 0
    for (const reply of singly) {
      const line = reply.slice(0, reply.indexOf('\r\n')).replace(/^([$=*])\d+$/, '$1')
      at = text.indexOf(line, at)
      t.true(at >= 0, line)
      at += line.length
    }
    t.true(text.endsWith(`$8\r\n${guid}\r\n`))
    t.false(connection.isClosed)
  })
}

test('handshake: StackExchange.Redis: all pipelined: errors only where it expects them, in order', (t) => {
  const world = new World({ answer: answerOf })
  const connection = world.connect()
  const script: Script = [
    ['HELLO', '3'],
    ['CLIENT', 'SETNAME', 'host'],
    ['CLIENT', 'SETINFO', 'lib-name', 'SE.Redis'],
    ['CLIENT', 'SETINFO', 'lib-ver', '3.0.0'],
    ['CLIENT', 'ID'],
    ['CONFIG', 'GET', 'timeout'],
    ['CONFIG', 'GET', 'replica-read-only'],
    ['CONFIG', 'GET', 'databases'],
    ['SENTINEL', 'MASTERS'],
    ['INFO', 'replication'],
    ['INFO', 'server'],
    ['CLUSTER', 'NODES'],
    ['GET', '__Booksleeve_TieBreak'],
    ['ECHO', guid],
  ]

  connection.send(script.map(encodeCommand).join(''))
  const text = connection.read()

  t.true(text.startsWith('%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n'))
  t.true(text.endsWith(`$8\r\n${guid}\r\n`))
  const errors = [...text.matchAll(/^-(.*)\r$/gm)].map(([, error]) => error)
  t.deepEqual(errors, [
    "ERR unknown command 'SENTINEL', with args beginning with: 'MASTERS' ",
    'ERR This instance has cluster support disabled',
  ])
  const order = ['timeout', 'replica-read-only', 'databases', 'role:master', 'redis_version:', guid]
  const places = order.map((word) => text.indexOf(word))
  t.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
  t.true(places.every((place) => place >= 0))
})

test('handshake: HELLO 3 AUTH SETNAME with a password: authenticated, named, RESP3', (t) => {
  const world = new World({ config: { password: 'secret' } })
  const client = world.connect()

  const reply = client.ask('hello', '3', 'AUTH', 'default', 'secret', 'SETNAME', 'me')

  t.is(
    reply,
    '%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:1\r\n' +
      '$4\r\nmode\r\n$10\r\nstandalone\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n',
  )
  t.is(client.ask('CLIENT', 'GETNAME'), '$2\r\nme\r\n')
})

/** Plausible answers of the engine. */
function answerOf({
  args,
}: {
  readonly args: readonly string[]
}): string | number | null | string[][] | [string, string[]] {
  if (args[0] === 'dbsize') return 0
  if (args[0] === 'scan') return ['0', []]
  return args[0] === 'get' ? null : 'OK'
}
