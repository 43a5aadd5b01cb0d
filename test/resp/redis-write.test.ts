// The reply writer against redis-server: each kind of reply in both protocols, and the digits of
// doubles.

import { connect } from 'node:net'
import fc from 'fast-check'
import { error } from '../../src/api/replies.js'
import { ok, pong, type Reply } from '../../src/api/reply.js'
import { respDoor } from '../../src/resp/door.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { frame } from './feeding.js'

/** All that redis-server answers to these requests on one connection. */
function ask(port: number, requests: readonly (readonly string[])[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket = connect(port, '127.0.0.1')
    socket.setEncoding('latin1')
    socket.once('error', reject)
    socket.on('data', (text: string) => {
      heard += text
    })
    socket.once('close', () => resolve(heard))
    socket.write([...requests, ['QUIT']].map((args) => frame(...args)).join(''), 'latin1')
  })
}

const kinds: readonly (readonly [readonly string[], Reply])[] = [
  [['PING'], pong],
  [['SET', 'key', 'value'], ok],
  [['GET', 'key'], 'value'],
  [['GET', 'none'], null],
  [['STRLEN', 'key'], 5],
  [['INCRBY', 'n', '9223372036854775807'], 9223372036854775807n],
  [
    ['MGET', 'key', 'none', 'key'],
    ['value', null, 'value'],
  ],
  [['SET', 'key'], error("ERR wrong number of arguments for 'set' command")],
  [['SADD', 'set', 'a'], 1],
  [['SMEMBERS', 'set'], { type: 'set', items: ['a'] }],
  [['HSET', 'hash', 'f', 'v'], 1],
  [['HGETALL', 'hash'], { type: 'map', pairs: ['f', 'v'] }],
  [['HGETALL', 'none'], { type: 'map', pairs: [] }],
  [['BLPOP', 'none', '0.001'], { type: 'null-array' }],
  [['CONFIG', 'GET', 'databases'], { type: 'map', pairs: ['databases', '16'] }],
  [['SUBSCRIBE', 'c'], { type: 'push', items: ['subscribe', 'c', 1] }],
]

const debugs: readonly (readonly [string, Reply])[] = [
  ['true', { type: 'boolean', value: true }],
  ['false', { type: 'boolean', value: false }],
  ['null', null],
  ['double', { type: 'double', value: Number('3.141') }],
  ['verbatim', { type: 'verbatim', format: 'txt', text: 'This is a verbatim\nstring' }],
]

for (const protocol of [2, 3]) {
  besideRedis(`write: RESP${protocol}: byte for byte what redis-server answers`, async (t) => {
    const server = await startRedis(['--enable-debug-command', 'yes'])
    const all = [
      ...debugs.map(([name, reply]) => [['DEBUG', 'PROTOCOL', name], reply] as const),
      ...kinds,
    ]

    const heard = await ask(server.port, [
      ['HELLO', String(protocol)],
      ['ECHO', 'begin'],
      ...all.map(([request]) => request),
    ])
    await server.stop()

    const begin = '$5\r\nbegin\r\n'
    const expected = all.map(([, reply]) => respDoor.encode(reply, protocol)).join('')
    t.is(heard.slice(heard.indexOf(begin) + begin.length), `${expected}+OK\r\n`)
  })
}

besideRedis('write: doubles: the digits of redis-server', async (t) => {
  const server = await startRedis()
  const spread = fc.double({ noNaN: true, maxExcluded: false })
  const near = fc
    .tuple(fc.integer(), fc.constantFrom(1, 3, 10, 1000, 2 ** 18, 1e7))
    .map(([a, b]) => a / b)
  const values = fc
    .sample(fc.oneof(spread, near), { numRuns: 3000, seed: 3 })
    // A small sorted set of Redis forgets the sign of zero.
    .filter((value) => !Object.is(value, -0))

  const heard = await ask(
    server.port,
    values.flatMap((value) => [
      ['ZADD', 'z', String(value).replace('Infinity', 'inf'), 'm'],
      ['ZSCORE', 'z', 'm'],
    ]),
  )
  await server.stop()

  const scores = heard.split('\r\n').filter((_, i) => i % 3 === 2)
  const mine = values.map((value) => respDoor.encode({ type: 'double', value }, 2).split('\r\n')[1])
  t.deepEqual(scores.slice(0, values.length), mine)
})
