// Scripts beside several replication groups: what lies in another one is refused, and nothing is left of the script.

import test from 'ava'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'
import { keyspace } from './core-world.js'
import { ScriptWorld, sendTo } from './script-world.js'

for (const call of [
  "'move', KEYS[1], 3",
  "'copy', KEYS[1], KEYS[1], 'DB', 3",
  "'sort', KEYS[1], 'BY', 'w*'",
  "'swapdb', 0, 3",
  "'flushall'",
]) {
  test(`scripts: ${call}: reaches into another group: CROSSSLOT, and no effect`, async (t) => {
    const keyspaces = [{ ...keyspace('three', []), databases: [3] }, keyspace('default', [])]
    const scripted = new ScriptWorld({ members: 1, keyspaces })
    t.teardown(() => scripted.close())
    const client = scripted.world.client(1)
    await scripted.ask(client, 'RPUSH', 'k', '1')
    const code = `redis.call('rpush', KEYS[1], 2) return redis.pcall(${call})`

    t.regex(await scripted.ask(client, 'EVAL', code, '1', 'k'), /^-CROSSSLOT /)
    t.is(await scripted.ask(client, 'LLEN', 'k'), ':1\r\n')
  })
}

test('scripts: a key of another group: CROSSSLOT, and no effect', async (t) => {
  const keyspaces = [keyspace('other', ['b:']), keyspace('default', [])]
  const scripted = new ScriptWorld({ members: 1, keyspaces })
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(1)
  const code = "redis.call('set', KEYS[1], 1) return redis.pcall('get', 'b:x')"

  t.regex(await scripted.ask(client, 'EVAL', code, '1', 'k'), /^-CROSSSLOT /)
  t.is(await scripted.ask(client, 'EXISTS', 'k'), ':0\r\n')
  t.regex(await scripted.ask(client, 'EVAL', 'return 1', '2', 'k', 'b:k'), /^-CROSSSLOT /)
  t.regex(await scripted.ask(client, 'EVAL', 'return 1', '0'), /^-CROSSSLOT /)
})

test('scripts: several wait together, one of them ends without an effect: the others have theirs', async (t) => {
  const keyspaces = [keyspace('other', ['b:']), keyspace('default', [])]
  const scripted = new ScriptWorld({ members: 1, keyspaces })
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(1)
  await scripted.ask(client, 'RPUSH', 'k', '0')
  const push = "return redis.call('rpush', KEYS[1], ARGV[1])"
  const ended = `redis.call('rpush', KEYS[1], 'x') redis.call('get', 'b:x') ${push}`
  const codes = [push, push, ended, push, ended, push]

  client.text = ''
  codes.forEach((code, i) => {
    sendTo(client, ['EVAL', code, '1', 'k', String(i)])
  })

  t.true(await scripted.until(() => client.text.split('\r\n').length > codes.length))
  const replies = client.text.replace(/-CROSSSLOT [^\r]*/g, 'CROSSSLOT')
  t.is(replies, ':2\r\n:3\r\nCROSSSLOT\r\n:4\r\nCROSSSLOT\r\n:5\r\n')
  const list = await scripted.ask(client, 'LRANGE', 'k', '0', '-1')
  t.deepEqual(list.match(/(?<=\n)[0-9](?=\r)/g), ['0', '0', '1', '3', '5'])
})

const shards = 3
const slots = SlotMap.even(shards)

/** A key of a shard group, of the default keyspace or another one. */
function keyOf(shard: number, prefix = ''): string {
  let n = 0
  while (slots.shardOf(keySlot(`${prefix}k${n}`)) !== shard) n++
  return `${prefix}k${n}`
}

function makeShards(): ScriptWorld {
  const keyspaces = [keyspace('other', ['b:']), keyspace('default', [])]
  return new ScriptWorld({ keyspaces, config: () => ({ shards }) })
}

test('shards: a group is stuck: what other groups were told behind it on the connection takes effect, replies keep their order', async (t) => {
  const scripted = makeShards()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const [client, looks] = [world.client(1), world.client(2)]
  const [a, b, c, d] = [keyOf(0), keyOf(1), keyOf(2), keyOf(0, 'b:')] as const
  client.isRaw = true
  client.text = ''

  const line = (...args: readonly string[]): void => sendTo(client, args)
  line('EVAL', 'while true do end', '1', a)
  line('SET', b, '1')
  line('MSET', b, '2', c, '2', d, '2')
  line('MGET', b, c)
  line('INCR', c)

  let seen = ''
  while (!seen.includes('\r\n3\r\n')) seen = await scripted.ask(looks, 'MGET', b, c, d)
  t.is(seen, '*3\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n2\r\n')
  t.is(client.text, '')
  const leader = world.client(world.leader(1))
  await scripted.ask(leader, 'CONFIG', 'SET', 'busy-reply-threshold', '50')
  let killed = ''
  while (!killed.startsWith('+OK')) killed = await scripted.ask(leader, 'SCRIPT', 'KILL')
  t.true(await scripted.until(() => client.text.endsWith(':3\r\n')))
  t.regex(
    client.text,
    /^-ERR [^\n]*SCRIPT KILL[^\n]*\n\+OK\r\n\+OK\r\n\*2\r\n\$1\r\n2\r\n\$1\r\n2\r\n:3\r\n$/,
  )
})

test('shards: scripts loaded at one member: run for keys of all groups, at all members', async (t) => {
  const scripted = makeShards()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const clients = [1, 2, 3].map((id) => world.client(id))
  const [first, second] = clients as [(typeof clients)[number], (typeof clients)[number]]
  const code = "return redis.call('incr', KEYS[1])"

  const [, sha = ''] = (await scripted.ask(first, 'SCRIPT', 'LOAD', code)).split('\r\n')
  let count = 0
  for (const client of clients) {
    count++
    t.is(await scripted.ask(client, 'SCRIPT', 'EXISTS', sha), '*1\r\n:1\r\n')
    for (let shard = 0; shard < shards; shard++) {
      for (const prefix of ['', 'b:']) {
        const reply = await scripted.ask(client, 'EVALSHA', sha, '1', keyOf(shard, prefix))
        t.is(reply, `:${count}\r\n`)
      }
    }
  }
  t.is(await scripted.ask(second, 'SCRIPT', 'FLUSH'), '+OK\r\n')
  for (let shard = 0; shard < shards; shard++) {
    t.regex(await scripted.ask(first, 'EVALSHA', sha, '1', keyOf(shard)), /^-NOSCRIPT/)
  }
})
