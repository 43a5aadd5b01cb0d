// Scripts beside several replication groups: what lies in another one is refused, and nothing is left of the script.

import test from 'ava'
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
