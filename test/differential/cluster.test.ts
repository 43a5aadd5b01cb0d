// Connections in cluster routing beside a redis-server in cluster mode: the same shapes and the same words. Ids,
// addresses, epochs and times differ by nature and are left out.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { besideRedis } from '../beside-redis.js'
import { CoreWorld, keyspace } from '../core/core-world.js'
import { startRedis } from '../redis-server.js'
import { RawRedis } from './raw-redis.js'

type Line = readonly string[]

/** Each on a connection of its own; `{foo}` names another slot than `{bar}`. */
const scripts: readonly (readonly Line[])[] = [
  [['CLUSTER', 'SLOTS']],
  [['CLUSTER', 'SHARDS']],
  [['CLUSTER', 'NODES']],
  [['CLUSTER', 'INFO']],
  [['CLUSTER', 'MYID']],
  [['CLUSTER', 'LINKS']],
  lines('CLUSTER KEYSLOT foo', 'CLUSTER KEYSLOT {foo}x', 'CLUSTER KEYSLOT'),
  lines(
    'MSET {foo}1 a {foo}2 b',
    'CLUSTER COUNTKEYSINSLOT 12182',
    'CLUSTER COUNTKEYSINSLOT 1',
    'CLUSTER COUNTKEYSINSLOT 16384',
    'CLUSTER COUNTKEYSINSLOT -1',
    'CLUSTER COUNTKEYSINSLOT x',
    'CLUSTER GETKEYSINSLOT 12182 0',
    'CLUSTER GETKEYSINSLOT 1 1',
    'CLUSTER GETKEYSINSLOT 16384 1',
    'CLUSTER GETKEYSINSLOT 1 -1',
    'CLUSTER GETKEYSINSLOT x 1',
    'CLUSTER GETKEYSINSLOT 1 x',
    'CLUSTER GETKEYSINSLOT 1',
  ),
  lines('CLUSTER REPLICAS x', 'CLUSTER SLAVES x', 'CLUSTER COUNT-FAILURE-REPORTS x', 'CLUSTER foo'),
  lines('CLUSTER', 'CLUSTER NODES x', 'CLUSTER SLOTS x', 'CLUSTER MEET', 'CLUSTER SETSLOT'),
  lines('READONLY', 'READWRITE', 'ASKING', 'READONLY x', 'SELECT 0', 'SELECT 1', 'SELECT x'),
  lines(
    'SET foo 1',
    'MGET foo bar',
    'MSET foo 1 bar 2',
    'DEL foo bar',
    'EXISTS foo bar',
    'WATCH foo bar',
  ),
  lines(
    'RENAME foo bar',
    'SUNIONSTORE {foo}x foo bar',
    'LMPOP 2 foo bar LEFT',
    'XREAD STREAMS foo bar 0 0',
  ),
  lines('MULTI', 'GET foo', 'MGET foo bar', 'EXEC', 'GET foo'),
  lines('MULTI', 'GET foo', 'SET bar 1', 'EXEC', 'GET bar'),
  lines('MULTI', 'GET foo', 'GET {foo}1', 'EXEC'),
  lines('EVAL return(1) 2 foo bar', 'EVALSHA x 2 foo bar', 'FCALL x 2 foo bar'),
  lines(
    'SWAPDB 0 1',
    'MOVE foo 1',
    'MOVE foo 0',
    'COPY foo {foo}x DB 1',
    'COPY foo {foo}x DB 0',
    'COPY foo bar',
  ),
  lines('INFO cluster', 'CLIENT NO-EVICT ON', 'COMMAND GETKEYS MGET foo bar'),
]

function lines(...texts: readonly string[]): readonly Line[] {
  return texts.map((text) => text.split(' '))
}

/** Lines of NODES and of INFO keep their fields, replies their nesting. */
function shapeOf(reply: string): string {
  return reply
    .replace(/^([$=])\d+/gm, '$1n')
    .replace(/[0-9a-f]{40}/g, 'id')
    .replace(/^(txt:)?id \S+ (\S+) - \d+ \d+ \d+ (\w+) /gm, '$1id address $2 - 0 0 0 $3 ')
    .replace(/^(cluster_(?:current|my)_epoch):\d+/gm, '$1:n')
    .replace(/(\$n\r\n)(?:127\.0\.0\.1)?(\r\n:)\d+(\r\n\$n\r\nid\r\n)/g, '$1host$2n$3')
    .replace(/(port\r\n:)\d+/g, '$1n')
    .replace(/((?:ip|endpoint)\r\n\$n\r\n)(?:127\.0\.0\.1)?\r/g, '$1host\r')
    .replace(/(replication-offset\r\n:)\d+/g, '$1n')
}

for (const protocol of ['2', '3']) {
  besideRedis(
    `cluster routing: beside redis-server in cluster mode, RESP${protocol}: the same shapes and texts`,
    async (t) => {
      const directory = mkdtempSync(join(tmpdir(), 'quorate-cluster-'))
      const server = await startRedis(['--cluster-enabled', 'yes', '--dir', directory])
      t.teardown(async () => {
        await server.stop()
        rmSync(directory, { recursive: true, force: true })
      })
      const operator = await RawRedis.open(server.port)
      await operator.send([['CLUSTER', 'ADDSLOTSRANGE', '0', '16383']])
      let isUp = false
      while (!isUp)
        isUp = (await operator.send([['CLUSTER', 'INFO']]))[0]?.includes('state:ok') === true
      operator.close()
      const world = new CoreWorld({
        members: 1,
        keyspaces: [keyspace('default', [])],
        config: () => ({ listeners: [{ ...listener, routing: 'cluster' }] }),
      })
      world.settled()

      for (const script of scripts) {
        const sent = [['HELLO', protocol], ...script]
        const redis = await RawRedis.open(server.port)
        const theirs = (await redis.send(sent)).slice(1)
        redis.close()
        const ours = repliesOf(world, sent).slice(1)

        t.deepEqual(
          script.map((line, i) => [line.join(' '), shapeOf(ours[i] as string)]),
          script.map((line, i) => [line.join(' '), shapeOf(theirs[i] as string)]),
        )
      }
    },
  )
}

const listener = { name: 'resp', door: 'resp', host: '127.0.0.1', port: 1, path: null } as const

/** Of our only member, one line after the other, as they came. */
function repliesOf(world: CoreWorld, script: readonly Line[]): readonly string[] {
  const client = world.client(1)
  client.isRaw = true
  return script.map((line) => {
    const from = client.text.length
    client.send(line.join(' '))
    world.until(() => client.text.length > from, 5_000)
    return client.text.slice(from)
  })
}
