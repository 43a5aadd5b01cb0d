// The commands of operators and tools: their replies beside redis-server's, and what they do here.

import test from 'ava'
import { createEngine } from '../../src/engine/engine.js'
import { besideRedis } from '../beside-redis.js'
import { startRedis } from '../redis-server.js'
import { askSocket, partingOf } from './ask-socket.js'
import { serverScripts } from './server-scripts.js'
import { encodeCommand, World, keyspace } from './world.js'

const { commands } = createEngine({ databases: 16, bulkBytesMax: 1024, maxMemory: 0 })

for (const protocol of ['2', '3']) {
  besideRedis(
    `server: the same scripts in RESP${protocol} at redis-server: the same bytes`,
    async (t) => {
      const redis = await startRedis(['--enable-debug-command', 'yes'])
      try {
        const different: unknown[] = []
        for (const script of serverScripts) {
          const text = [['HELLO', protocol], ...script].map(encodeCommand).join('')
          const theirs = afterHello(await askSocket(redis.port, text))
          const parting = partingOf(afterHello(await askWorld(text)), theirs)
          if (parting !== null) different.push({ script, parting })
        }

        t.deepEqual(different, [])
      } finally {
        await redis.stop()
      }
    },
  )
}

/** Time passes until all is answered. */
function askWorld(text: string): string {
  const world = new World({ commands, config: { debugCommand: 'yes' } })
  const client = world.connect()
  client.send(text)
  let got = client.read()
  for (let i = 0; i < 5; i++) {
    world.pass(10)
    got += client.read()
  }
  return got
}

/** Without the reply of HELLO, which names version and connection. */
function afterHello(text: string): string {
  const end = '$7\r\nmodules\r\n*0\r\n'
  return text.slice(text.indexOf(end) + end.length)
}

test('debug: unless allowed: refused, save where it comes from this machine and may', (t) => {
  const replyOf = (debugCommand: 'no' | 'local'): string =>
    new World({ config: { debugCommand } }).connect().ask('DEBUG', 'SLEEP', '0')

  t.regex(replyOf('no'), /^-ERR DEBUG command not allowed/)
  t.is(replyOf('local'), '+OK\r\n')
})

test('debug sleep: other clients and what follows: wait as long', (t) => {
  const world = new World({ config: { debugCommand: 'yes' } })
  const sleeper = world.connect()
  const other = world.connect()

  sleeper.command('DEBUG', 'SLEEP', '0.1')
  sleeper.command('PING')
  t.is(sleeper.read(), '')
  t.is(other.ask('PING'), '')
  world.pass(99)
  t.is(sleeper.read(), '')
  world.pass(1)

  t.is(sleeper.read(), '+OK\r\n+PONG\r\n')
  t.is(other.read(), '+PONG\r\n')
})

test('debug digest: many groups: forty digits that every one of them changes, and a line for each', (t) => {
  const keyspaces = ['a', 'b', 'c', 'd', 'default'].map((name) =>
    keyspace(name, { prefixes: name === 'default' ? [] : [`${name}:`] }),
  )
  const world = new World({ config: { debugCommand: 'yes', keyspaces } })
  const client = world.connect()
  const digest = (): string => client.ask('DEBUG', 'DIGEST')
  const first = digest()
  t.regex(first, /^\+[0-9a-f]{40}\r\n$/)
  t.is(digest(), first)

  for (const group of world.groups) {
    const was = group.stateDigest
    group.stateDigest = 'ff112233aabbccdd'
    t.not(digest(), first, group.keyspace)
    group.stateDigest = was
  }

  t.is(digest(), first)
  const lines = client.ask('DEBUG', 'DIGEST', 'groups')
  t.true(lines.startsWith('*5\r\n'))
  t.true(lines.includes('default/0:00112233aabbccdd'))
})

test('slowlog: a command of the router that took long: is there without its password', (t) => {
  let now = 0
  const world = new World({ stopwatch: { microseconds: () => (now += 6_000) } })
  const client = world.connect()
  client.ask('CLIENT', 'SETNAME', 'me')
  client.ask('CONFIG', 'SET', 'slowlog-log-slower-than', '5000')
  client.ask('CONFIG', 'SET', 'requirepass', 'secretword')
  client.ask('CONFIG', 'SET', 'slowlog-log-slower-than', '-1')

  const log = client.ask('SLOWLOG', 'GET')

  t.true(log.includes('requirepass') && log.includes('(redacted)'))
  t.false(log.includes('secretword'))
  t.regex(log, /:1700000000\r\n:6000\r\n/)
  t.true(log.includes('$15\r\n127.0.0.1:40001\r\n$2\r\nme\r\n'))
})

test('slowlog: more entries than slowlog-max-len: the oldest go; long ones are cut', (t) => {
  const world = new World()
  const { times } = world.router.state
  const entry = world.router.state.table.find('ping')
  if (entry === undefined) return t.fail()
  const client = world.connect()
  client.ask('CONFIG', 'SET', 'slowlog-max-len', '2')
  const many = ['ping', ...Array.from({ length: 39 }, (_, i) => `a${i}`)]

  for (const args of [['ping', 'gone'], ['ping', 'x'.repeat(200)], many]) {
    times.tell(entry, { args, microseconds: 20_000, session: null })
  }

  const log = client.ask('SLOWLOG', 'GET')
  t.is(client.ask('SLOWLOG', 'LEN'), ':2\r\n')
  t.true(log.includes(`${'x'.repeat(128)}... (72 more bytes)`))
  t.true(log.includes('... (9 more arguments)') && log.includes('*32\r\n'))
  t.false(log.includes('gone'))
  client.ask('CONFIG', 'SET', 'slowlog-max-len', '1')
  t.is(client.ask('SLOWLOG', 'LEN'), ':1\r\n')
})

test('latency: commands above the threshold: latest, history, graph, doctor and reset know them', (t) => {
  const world = new World()
  const { times, table } = world.router.state
  const client = world.connect()
  client.ask('CONFIG', 'SET', 'latency-monitor-threshold', '10')
  const slow = (name: string, ms: number): void => {
    const entry = table.find(name)
    if (entry === undefined) return t.fail(name)
    world.pass(1_000)
    client.ask('PING')
    times.tell(entry, { args: [name], microseconds: ms * 1_000, session: null })
  }
  for (const ms of [101, 250, 500, 9]) slow('config', ms)
  slow('ping', 20)

  t.is(
    client.ask('LATENCY', 'LATEST'),
    '*2\r\n*4\r\n$7\r\ncommand\r\n:1700000003\r\n:500\r\n:500\r\n' +
      '*4\r\n$12\r\nfast-command\r\n:1700000005\r\n:20\r\n:20\r\n',
  )
  t.true(
    client.ask('LATENCY', 'HISTORY', 'command').startsWith('*3\r\n*2\r\n:1700000001\r\n:101\r\n'),
  )
  t.true(
    client
      .ask('LATENCY', 'GRAPH', 'command')
      .includes(
        'command - high 500 ms, low 101 ms (all time high 500 ms)\n' +
          `${'-'.repeat(80)}\n  #\n  |\n o|\n_||\n   \n432\nsss\n`,
      ),
  )
  t.regex(client.ask('LATENCY', 'DOCTOR'), /1\. command: 3 latency spikes \(average 283ms/)
  t.is(client.ask('LATENCY', 'RESET', 'command', 'x'), ':1\r\n')
  t.is(client.ask('LATENCY', 'HISTORY', 'command'), '*0\r\n')
})

test('wait: at the leader of three: counts who holds the log, in time or not', (t) => {
  const world = new World()
  const client = world.connect()
  const held = new Map([
    [2, 12],
    [3, 5],
  ])
  for (const group of world.groups) Object.assign(group, { heldBy: (id: number) => held.get(id) })

  t.is(client.ask('WAIT', '1', '0'), ':1\r\n')
  client.command('WAIT', '2', '50')
  client.command('PING')
  t.is(client.read(), '')
  held.set(3, 12)
  world.pass(10)
  t.is(client.read(), ':2\r\n+PONG\r\n')
  held.set(3, 11)
  client.command('WAIT', '2', '50')
  t.is(client.read(), '')
  world.pass(50)
  t.is(client.read(), ':1\r\n')
  t.is(client.ask('WAITAOF', '1', '1', '0'), '*2\r\n:1\r\n:1\r\n')
})

test('failover: to a member that is there, to nobody, of one that leads nothing', (t) => {
  const asked: unknown[] = []
  const world = new World({ cluster: { handOver: (to) => asked.push(to) } })
  const client = world.connect()

  t.is(client.ask('FAILOVER', 'TO', '127.0.0.1', '7003'), '+OK\r\n')
  t.is(client.ask('FAILOVER'), '+OK\r\n')
  t.regex(client.ask('FAILOVER', 'TO', '127.0.0.1', '1'), /^-ERR FAILOVER target HOST and PORT/)
  t.deepEqual(asked, [3, null])
})
