// Scripts in whole clusters with Lua: what is kept survives everybody's death and a snapshot, and a script
// that runs for long blocks its own group only, until it is killed, without a trace.

import test from 'ava'
import { limits } from '../../src/api/limits.js'
import { type Client, keyspace } from './core-world.js'
import { ScriptWorld, sendTo } from './script-world.js'

const sha = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db'
const library =
  "#!lua name=lib\nredis.register_function('f', function(keys) return redis.call('incr', keys[1]) end)"

test('scripts: what was loaded through one member: is known to all, after all of them died too', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const leader = world.leader() as number
  const asked = world.client(leader === 1 ? 2 : 1)

  t.is(await scripted.ask(asked, 'SCRIPT', 'LOAD', 'return 1'), `$40\r\n${sha}\r\n`)
  t.is(await scripted.ask(asked, 'FUNCTION', 'LOAD', library), '$3\r\nlib\r\n')
  t.is(await scripted.ask(asked, 'FCALL', 'f', '1', 'n'), ':1\r\n')
  for (const id of [1, 2, 3]) world.kill(id)
  for (const id of [1, 2, 3]) world.start(id)
  t.true(world.settled())

  for (const id of [1, 2, 3]) {
    const client = world.client(id)
    t.is(await scripted.ask(client, 'EVALSHA', sha, '0'), ':1\r\n')
    t.is(await scripted.ask(client, 'FCALL', 'f', '1', 'n'), `:${id + 1}\r\n`)
  }
  t.true(world.converged())
})

test('scripts: a member that lost its disk: gets them with the snapshot', async (t) => {
  const scripted = new ScriptWorld({ checkpointLogBytes: 2_000 })
  const { world } = scripted
  t.teardown(() => scripted.close())
  const leader = world.leader() as number
  const client = world.client(leader)
  const gone = leader === 3 ? 2 : 3

  await scripted.ask(client, 'SCRIPT', 'LOAD', 'return 1')
  world.kill(gone, true)
  for (let i = 0; i < 60; i++) await scripted.ask(client, 'SET', `k${i}`, 'v'.repeat(200))
  world.start(gone)
  t.true(await scripted.until(() => world.converged()))

  t.is(await scripted.ask(world.client(gone), 'SCRIPT', 'EXISTS', sha), '*1\r\n:1\r\n')
})

test('scripts: one that never ends: BUSY in its group, others go on, KILL leaves no effect', async (t) => {
  const keyspaces = [keyspace('other', ['b:']), keyspace('default', [])]
  const scripted = new ScriptWorld({ members: 1, keyspaces })
  const { world } = scripted
  t.teardown(() => scripted.close())
  const [runs, looks] = [world.client(1), world.client(1)]
  await scripted.ask(looks, 'CONFIG', 'SET', 'busy-reply-threshold', '50')
  runs.isRaw = true
  runs.text = ''
  sendTo(runs, ['EVAL', "redis.call('set', KEYS[1], 1) while true do end", '1', 'leak'])

  for (let steps = 0; steps < 200; steps++) await scripted.ask(looks, 'PING')

  t.regex(await scripted.ask(looks, 'SET', 'k', 'v'), /^-BUSY Redis is busy running a script\./)
  t.is(await scripted.ask(looks, 'SET', 'b:k', 'v'), '+OK\r\n')
  t.regex(await scripted.ask(looks, 'FUNCTION', 'KILL'), /^-BUSY /)
  t.is(await scripted.ask(looks, 'SCRIPT', 'KILL'), '+OK\r\n')
  t.true(await scripted.until(() => runs.text.endsWith('\r\n')))
  t.regex(runs.text, /^-ERR Script killed by user with SCRIPT KILL\.\.\. script: /)
  t.is(await scripted.ask(looks, 'EXISTS', 'leak'), ':0\r\n')
  t.regex(await scripted.ask(looks, 'SCRIPT', 'KILL'), /^-NOTBUSY /)
})

test('scripts: a transaction with one, behind a wait: its blocking commands wait on no member', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const [waits, client] = [world.client(1), world.client(1)]
  sendTo(waits, ['BLPOP', 'nobody', '0'])
  for (let i = 0; i < 50; i++) world.step()

  await scripted.ask(client, 'MULTI')
  await scripted.ask(client, 'EVAL', 'return 1', '1', 'k')
  await scripted.ask(client, 'BLPOP', 'empty', '0')

  t.is(await scripted.ask(client, 'EXEC'), '*2\r\n:1\r\n*-1\r\n')
  t.true(await scripted.until(() => world.converged()))
})

test('scripts: a transaction with one and a command with a subcommand: what this did stays', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(world.leader() as number)
  const set = "return redis.call('set', KEYS[1], '1')"

  await scripted.ask(client, 'MULTI')
  await scripted.ask(client, 'XGROUP', 'CREATE', 'x', 'g', '0', 'MKSTREAM')
  await scripted.ask(client, 'EVAL', set, '1', 'k')
  t.is(await scripted.ask(client, 'EXEC'), '*2\r\n+OK\r\n+OK\r\n')

  t.is(await scripted.ask(client, 'EXISTS', 'x', 'k'), ':2\r\n')
})

test('scripts: a long one beside the loop: its calls are executed, once', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(world.leader() === 1 ? 2 : 1)
  const code =
    "for i = 1, 20000 do if i % 100 == 0 then redis.call('incr', 'n') end end for i = 1, 3e6 do end return redis.call('get', 'n')"

  t.is(await scripted.ask(client, 'EVAL', code, '0'), '$3\r\n200\r\n')
  t.true(world.converged())
})

test('scripts: one that never ends, seen from a follower: BUSY once it takes too long, KILL ends it', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const leader = world.leader() as number
  const [other, third] = [1, 2, 3].filter((id) => id !== leader) as [number, number]
  const [runs, looks, patient] = [world.client(other), world.client(other), world.client(third)]
  const queues = world.client(other)
  await scripted.ask(looks, 'CONFIG', 'SET', 'busy-reply-threshold', '50')
  await scripted.ask(queues, 'MULTI')
  await scripted.ask(queues, 'INCR', 'n')
  runs.isRaw = true
  runs.text = ''
  sendTo(runs, ['EVAL', "redis.call('set', KEYS[1], 1) while true do end", '1', 'leak'])
  for (let steps = 0; steps < 200; steps++) await scripted.ask(patient, 'PING')

  const busy = /^-BUSY Redis is busy running a script\./
  for (const args of [['SET', 'k', 'v'], ['GET', 'k'], ['PING'], ['INFO'], ['BLPOP', 'k', '0']]) {
    t.regex(await scripted.ask(looks, ...args), busy, args.join(' '))
  }
  t.regex(await scripted.ask(queues, 'EXEC'), /^-EXECABORT .*BUSY /)
  t.is(await scripted.ask(queues, 'DISCARD'), '-ERR DISCARD without MULTI\r\n')
  t.is(await scripted.ask(patient, 'PING'), '+PONG\r\n', 'its member bears five seconds')
  t.regex(await scripted.ask(looks, 'FUNCTION', 'STATS'), /\$4\r\neval\r\n.*while true do end/is)
  t.regex(await scripted.ask(looks, 'QUORATE', 'STATUS'), /^\$/)
  t.is(await scripted.ask(looks, 'SCRIPT', 'KILL'), '+OK\r\n')
  t.true(await scripted.until(() => runs.text.endsWith('\r\n')))
  t.regex(runs.text, /^-ERR Script killed by user with SCRIPT KILL\.\.\. script: /)
  t.is(await scripted.ask(looks, 'EXISTS', 'leak'), ':0\r\n')
  t.is(await scripted.ask(looks, 'SET', 'k', 'v'), '+OK\r\n')
})

test('scripts: one that publishes: subscribers of every member hear of it once', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const clients = [1, 2, 3].map((id) => world.client(id))
  for (const client of clients) {
    client.isRaw = true
    sendTo(client, ['SUBSCRIBE', 'c'])
  }
  t.true(await scripted.until(() => clients.every(({ text }) => text.endsWith(':1\r\n'))))
  for (let steps = 0; steps < 50; steps++) world.step()
  for (const client of clients) client.text = ''
  const code = "redis.call('publish', 'c', 'heard') return 1"
  const asked = world.client(world.leader() === 1 ? 2 : 1)

  t.is(await scripted.ask(asked, 'EVAL', code, '0'), ':1\r\n')

  t.true(await scripted.until(() => clients.every(({ text }) => text.endsWith('heard\r\n'))))
  for (let steps = 0; steps < 50; steps++) world.step()
  const message = '*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$5\r\nheard\r\n'
  for (const { text } of clients) t.is(text, message)
})

test('scripts: memory is short: refused as in Redis, alone and in EXEC; what frees room runs', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(world.leader() === 1 ? 2 : 1)
  const ask = (...args: readonly string[]): Promise<string> => scripted.ask(client, ...args)
  const oom = "OOM command not allowed when used memory > 'maxmemory'."
  const own = "#!lua\nreturn redis.call('set', 'x', '1')"
  await ask('SET', 'x', '0')
  await ask('FUNCTION', 'LOAD', library)

  await ask('MULTI')
  await ask('EVAL', own, '0')
  await ask('CONFIG', 'SET', 'maxmemory', '0')
  t.regex(await ask('EXEC'), /^\*2\r\n\+OK\r\n-ERR Command not allowed/)
  await ask('MULTI')
  await ask('FUNCTION', 'LOAD', 'REPLACE', library)
  t.is(await ask('EXEC'), '*1\r\n$3\r\nlib\r\n')
  await ask('MULTI')
  await ask('EVAL', own, '0')
  await scripted.ask(world.client(3), 'CONFIG', 'SET', 'maxmemory', '1')
  t.is(await ask('EXEC'), `-EXECABORT Transaction discarded because of: ${oom}\r\n`)

  const cases: readonly (readonly [readonly string[], string])[] = [
    [['EVAL', own, '0'], `-${oom}\r\n`],
    [['EVAL', "return redis.pcall('set', 'x', '1')", '0'], `-${oom}\r\n`],
    [['EVAL', "redis.call('del', 'y') return redis.call('set', 'x', '2')", '0'], '+OK\r\n'],
    [['EVAL', "#!lua flags=no-writes\nreturn redis.call('get', 'x')", '0'], '$1\r\n2\r\n'],
    [['EVAL', "#!lua flags=allow-oom\nreturn redis.call('set', 'x', '3')", '0'], '+OK\r\n'],
    [['FCALL', 'f', '1', 'n'], `-${oom}\r\n`],
    [['FUNCTION', 'LOAD', 'REPLACE', library], `-${oom}\r\n`],
    [['SCRIPT', 'LOAD', 'return 1'], `$40\r\n${sha}\r\n`],
    [['FUNCTION', 'FLUSH'], '+OK\r\n'],
  ]
  for (const [args, expected] of cases) t.is(await ask(...args), expected, args.join(' '))
})

test('scripts: memory is short: they run, and no more of them are kept than have room', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(world.leader() === 1 ? 2 : 1)
  const ask = (...args: readonly string[]): Promise<string> => scripted.ask(client, ...args)
  const bytes = 128 * 1024
  const count = limits.scriptTextsFullBytesMax / bytes + 12
  const text = (i: number): string => `return ${i} -- ${'x'.repeat(bytes)}`
  const used = async (): Promise<number> =>
    Number(/used_memory_dataset:(\d+)/.exec(await ask('INFO', 'memory'))?.[1])
  await ask('CONFIG', 'SET', 'maxmemory', '1')

  for (let i = 0; i < count; i++) t.is(await ask('EVAL', text(i), '0'), `:${i}\r\n`)

  t.true((await used()) < limits.scriptTextsFullBytesMax * 1.1)
  t.is(
    await ask('SCRIPT', 'LOAD', text(count)),
    "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
  )
  t.true(world.converged())
  await ask('CONFIG', 'SET', 'maxmemory', '0')
  t.regex(await ask('SCRIPT', 'LOAD', text(count)), /^\$40/)
})

test("scripts: what they call: MONITOR and INFO of the client's member know of it", async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const id = world.leader() === 1 ? 2 : 1
  const [client, monitor] = [world.client(id), world.client(id)]
  monitor.isRaw = true
  sendTo(monitor, ['MONITOR'])
  t.true(await scripted.until(() => monitor.text.includes('OK')))
  const code =
    "redis.call('set', KEYS[1], 1) redis.call('get', KEYS[1]) return redis.call('incr', KEYS[1])"

  t.is(await scripted.ask(client, 'EVAL', code, '1', 'k'), ':2\r\n')
  await scripted.ask(client, 'MULTI')
  await scripted.ask(client, 'INCR', 'k')
  await scripted.ask(client, 'EVAL', "return redis.call('incr', KEYS[1])", '1', 'k')
  t.is(await scripted.ask(client, 'EXEC'), '*2\r\n:3\r\n:4\r\n')

  const shown = [...monitor.text.matchAll(/\[0 (\S+)\] "(\w+)"/g)].map(
    ([, source, name]) => `${source === 'lua' ? 'lua ' : ''}${name}`,
  )
  t.deepEqual(shown.slice(0, 3), ['EVAL', 'lua set', 'lua incr'])
  t.deepEqual(
    shown.filter((line) => line.startsWith('lua')),
    ['lua set', 'lua incr', 'lua incr'],
  )
  const info = await scripted.ask(client, 'INFO', 'commandstats', 'memory')
  for (const line of ['cmdstat_set:calls=1,', 'cmdstat_get:calls=1,', 'cmdstat_incr:calls=3,']) {
    t.true(info.includes(line), line)
  }
  t.true(info.includes('number_of_cached_scripts:2\r'))
})

test('scripts: of a client that keeps values: their keys are tracked where they read', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const id = world.leader() === 1 ? 2 : 1
  const [reader, writer] = [world.client(id), world.client(id)]
  reader.isRaw = true
  await scripted.ask(reader, 'HELLO', '3')
  await scripted.ask(reader, 'CLIENT', 'TRACKING', 'ON')
  const told = async (code: string, command = 'EVAL'): Promise<boolean> => {
    await scripted.ask(reader, command, code, '1', 'k')
    reader.text = ''
    await scripted.ask(writer, 'INCR', 'k')
    for (let steps = 0; steps < 20; steps++) world.step()
    return reader.text.includes('invalidate')
  }

  t.false(await told("redis.call('set', 'other', 1)"))
  t.true(await told("redis.call('get', 'other')"))
  t.false(await told("redis.call('ping')", 'EVAL_RO'))
  t.true(await told("redis.call('get', KEYS[1])", 'EVAL_RO'))
})

test('scripts: a pause of writes: holds those that may write, not those that promise not to', async (t) => {
  const scripted = new ScriptWorld({ members: 1 })
  const { world } = scripted
  t.teardown(() => scripted.close())
  const [admin, other] = [world.client(1), world.client(1)]
  const reads = '#!lua flags=no-writes\nreturn 7'
  const sum = (await scripted.ask(admin, 'SCRIPT', 'LOAD', reads)).slice(5, 45)
  const registered = "{function_name='f', flags={'no-writes'}, callback=function() return 8 end}"
  await scripted.ask(
    admin,
    'FUNCTION',
    'LOAD',
    `#!lua name=lib\nredis.register_function${registered}`,
  )
  await scripted.ask(admin, 'CLIENT', 'PAUSE', '100000', 'WRITE')

  t.is(await scripted.ask(other, 'EVAL', reads, '0'), ':7\r\n')
  t.is(await scripted.ask(other, 'EVALSHA', sum, '0'), ':7\r\n')
  t.is(await scripted.ask(other, 'FCALL', 'f', '0'), ':8\r\n')
  t.is(await scripted.ask(other, 'EVAL_RO', 'return 9', '0'), ':9\r\n')
  await scripted.ask(other, 'MULTI')
  await scripted.ask(other, 'EVALSHA', sum, '0')
  t.is(await scripted.ask(other, 'EXEC'), '*1\r\n:7\r\n')
  const held = [
    ['EVAL', 'return 1', '0'],
    ['EVAL', '#!lua\nreturn 1', '0'],
    ['PUBLISH', 'c', 'm'],
    ['PFCOUNT', 'h'],
  ]
  const clients = held.map(() => world.client(1))
  for (const [i, args] of held.entries()) {
    const client = clients[i] as Client
    client.isRaw = true
    sendTo(client, args)
  }
  for (let steps = 0; steps < 50; steps++) world.step()
  t.deepEqual(
    clients.map(({ text }) => text),
    held.map(() => ''),
  )
  t.regex(await scripted.ask(admin, 'INFO', 'clients'), /blocked_clients:4\r/)
  await scripted.ask(admin, 'CLIENT', 'UNPAUSE')
  t.true(await scripted.until(() => clients.every(({ text }) => text.endsWith('\r\n'))))
})

test('slowlog: commands of groups: stand there as they were sent', async (t) => {
  const scripted = new ScriptWorld()
  const { world } = scripted
  t.teardown(() => scripted.close())
  const client = world.client(world.leader() === 1 ? 2 : 1)
  await scripted.ask(client, 'CONFIG', 'SET', 'slowlog-log-slower-than', '0')

  await scripted.ask(client, 'InCrByFloat', 'n', '1.0')
  await scripted.ask(client, 'gEt', 'n')

  const log = await scripted.ask(client, 'SLOWLOG', 'GET')
  t.true(log.includes('\r\nInCrByFloat\r\n'))
  t.true(log.includes('\r\ngEt\r\n'))
})
