// INFO beside redis-server: every field that it has, in the section where it has it.

import test from 'ava'
import { outOfMemory } from '../../src/api/replies.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { askSocket } from './ask-socket.js'
import { encodeCommand, World } from './world.js'

/** `Section/field` of each line. */
function fieldsIn(text: string): string[] {
  const made: string[] = []
  let section = ''
  for (const line of text.split('\r\n')) {
    if (line.startsWith('# ')) section = line.slice(2)
    else if (line.includes(':')) made.push(`${section}/${line.slice(0, line.indexOf(':'))}`)
  }
  return made
}

besideRedis('info everything: beside redis-server: each of its fields', async (t) => {
  const redis = await startRedis()
  try {
    const theirs = fieldsIn(await askSocket(redis.port, encodeCommand(['INFO', 'everything'])))
    const client = new World().connect()
    client.ask('nosuch')
    const ours = new Set(fieldsIn(client.ask('INFO', 'everything')))

    t.true(theirs.length > 180)
    t.deepEqual(
      theirs.filter((field) => !ours.has(field)),
      [],
    )
  } finally {
    await redis.stop()
  }
})

test('info latencystats: commands of a batch and by themselves: percentiles as asked for', (t) => {
  let now = 0
  const world = new World({ stopwatch: { microseconds: () => (now += 100) } })
  const client = world.connect()
  client.ask('CONFIG', 'SET', 'latency-tracking-info-percentiles', '50 99.9')
  client.ask('CONFIG', 'RESETSTAT')
  for (let i = 0; i < 10; i++) client.ask('PING')

  t.regex(client.ask('INFO', 'latencystats'), /_usec_ping:p50=103\.000,p99\.9=103\.000\r\n/)
  t.regex(
    client.ask('INFO', 'commandstats'),
    /cmdstat_ping:calls=10,usec=1000,usec_per_call=100.00,/,
  )
  t.true(
    client
      .ask('LATENCY', 'HISTOGRAM', 'ping')
      .endsWith('$14\r\nhistogram_usec\r\n*2\r\n:132\r\n:10\r\n'),
  )
  client.ask('CONFIG', 'SET', 'latency-tracking', 'no')
  t.is(client.ask('LATENCY', 'HISTOGRAM', 'ping'), '*0\r\n')
})

test('info errorstats: a command of a transaction that the router runs: is counted', (t) => {
  const client = new World().connect()
  client.ask('MULTI')
  client.ask('AUTH', 'a')

  client.ask('EXEC')

  t.regex(client.ask('INFO', 'errorstats'), /errorstat_ERR:count=1\r\n/)
  t.regex(client.ask('INFO', 'commandstats'), /cmdstat_auth:calls=1,.*,failed_calls=1\r\n/)
})

test('info commandstats: refused for memory: rejected, not called', (t) => {
  const client = new World({ answer: () => outOfMemory }).connect()

  client.ask('SET', 'a', '1')

  const text = client.ask('INFO', 'commandstats')
  t.regex(text, /cmdstat_set:calls=0,.*,rejected_calls=1,failed_calls=0\r\n/)
  t.regex(client.ask('INFO', 'errorstats'), /errorstat_OOM:count=1\r\n/)
})

test('info replication: connected members: stand as replicas with what the leader knows of them', (t) => {
  const world = new World()
  for (const group of world.groups) Object.assign(group, { heldBy: (id: number) => id * 5 })
  const client = world.connect()

  t.true(
    client
      .ask('INFO', 'replication')
      .includes(
        'connected_slaves:2\r\nslave0:ip=127.0.0.1,port=7002,state=online,offset=10,lag=0\r\n' +
          'slave1:ip=127.0.0.1,port=7003,state=online,offset=15,lag=0\r\n',
      ),
  )
  t.true(client.ask('ROLE').startsWith('*3\r\n$6\r\nmaster\r\n:12\r\n*2\r\n*3\r\n'))
})

test('info persistence: changes since the last checkpoint: what the groups count', (t) => {
  const world = new World()
  const [group] = world.groups

  if (group !== undefined) group.counters = { changed: 7 }

  t.regex(world.connect().ask('INFO', 'persistence'), /rdb_changes_since_last_save:7\r\n/)
})
