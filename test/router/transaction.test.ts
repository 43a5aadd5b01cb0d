import test from 'ava'
import type { GroupCall } from '../../src/api/group.js'
import { limits } from '../../src/api/limits.js'
import { diskFull, noLeader, unknownResult } from '../../src/api/replies.js'
import { nullArray, type Reply } from '../../src/api/reply.js'
import { decodeTransaction } from '../../src/api/transaction.js'
import { type FakeGroup, keyspace, World } from './world.js'

const two = { keyspaces: [keyspace('o', { prefixes: ['o:'] }), keyspace('default')] }
const waiting = (): undefined => undefined

function only(group: FakeGroup | undefined): GroupCall {
  const call = group?.calls[0]?.call
  if (call === undefined) throw new Error('no call waits')
  return call
}

test('transaction: EXEC: is one call with its commands in order and their databases', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  client.command('MULTI')
  client.command('SET', 'a', '1')
  client.command('SELECT', '3')
  client.command('GET', 'b')
  client.command('EXEC')

  const call = only(world.groups[0])
  t.true(call.write)
  t.deepEqual(decodeTransaction(call.args), {
    watched: [],
    calls: [
      { db: 0, args: ['set', 'a', '1'] },
      { db: 3, args: ['get', 'b'] },
    ],
  })
})

test('transaction: only reads: EXEC does not go through the log', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  for (const name of ['MULTI', 'EXEC']) {
    client.command(name)
    if (name === 'MULTI') client.command('GET', 'a')
  }

  t.false(only(world.groups[0]).write)
})

test('transaction: EXEC with a WATCH under way: waits for the version', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  client.command('WATCH', 'a')
  client.command('MULTI')
  client.command('SET', 'a', '1')
  client.command('EXEC')

  t.deepEqual(only(world.groups[0]).args, ['watch', 'a'])
  t.is(world.groups[0]?.calls.length, 1)
  world.groups[0]?.answer(0, [7])
  client.read()
  t.deepEqual(decodeTransaction(only(world.groups[0]).args)?.watched, [
    { db: 0, key: 'a', version: 7 },
  ])
  world.groups[0]?.answer(0, nullArray)
  t.is(client.read(), '+OK\r\n+OK\r\n+QUEUED\r\n*-1\r\n')
})

test('transaction: UNWATCH behind a WATCH under way: nothing is watched', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  for (const name of ['UNWATCH', 'MULTI']) {
    if (name === 'UNWATCH') client.command('WATCH', 'a')
    client.command(name)
  }
  world.groups[0]?.answer(0, [7])
  client.command('SET', 'a', '1')
  client.command('EXEC')

  t.deepEqual(decodeTransaction(only(world.groups[0]).args)?.watched, [])
})

test('transaction: a version that could not be had: EXEC answers null and executes nothing', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  client.command('WATCH', 'a')
  world.groups[0]?.answer(0, noLeader)
  t.is(client.read(), `-${noLeader.text}\r\n`)
  client.command('MULTI')
  client.command('SET', 'a', '1')
  client.command('EXEC')

  t.is(client.read(), '+OK\r\n+QUEUED\r\n*-1\r\n')
  t.is(world.groups[0]?.calls.length, 0)
})

for (const [what, lines, expected] of [
  ['keys of two groups', ['MULTI', 'SET o:a 1', 'SET a 1', 'EXEC'], '+OK +QUEUED +QUEUED'],
  ['a watched key of another group', ['WATCH o:a', 'MULTI', 'SET a 1', 'EXEC'], '+OK +OK +QUEUED'],
] as const) {
  test(`transaction: ${what}: EXEC is refused and nothing is sent`, (t) => {
    const world = new World({
      config: two,
      answer: (call) => (call.args[0] === 'watch' ? [1] : undefined),
    })
    const client = world.connect()

    const replies = lines.map((line) => client.ask(...line.split(' ')).trim())

    t.is(replies.slice(0, -1).join(' '), expected)
    t.true(replies.at(-1)?.startsWith('-CROSSSLOT '))
    t.true(world.groups.every((group) => group.calls.length === 0))
    t.is(client.ask('EXEC'), '-ERR EXEC without MULTI\r\n')
  })
}

test('transaction: one command over two groups, or a keyless one of both: refused when queued', (t) => {
  const world = new World({ config: two, answer: waiting })
  const client = world.connect()

  client.ask('MULTI')
  t.true(client.ask('DEL', 'o:a', 'a').startsWith('-CROSSSLOT '))
  t.true(client.ask('DBSIZE').startsWith('-CROSSSLOT '))

  t.true(client.ask('EXEC').startsWith('-EXECABORT '))
})

for (const [error, expected] of [
  [diskFull, `-EXECABORT Transaction discarded because of: ${diskFull.text}\r\n`],
  [noLeader, `-${noLeader.text}\r\n`],
  [unknownResult, `-${unknownResult.text}\r\n`],
] as const) {
  test(`transaction: the group answers ${error.text.slice(0, 12)}: so does EXEC, in Redis' form`, (t) => {
    const world = new World({ answer: () => error })
    const client = world.connect()

    client.ask('MULTI')
    client.ask('SET', 'a', '1')

    t.is(client.ask('EXEC'), expected)
  })
}

test('transaction: commands of the router among those of the group: replies in the order of the queue', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  client.command('MULTI')
  client.command('PING')
  client.command('GET', 'a')
  client.command('SELECT', '4')
  client.command('GET', 'b')
  client.command('EXEC')
  client.command('GET', 'c')
  t.is(client.read(), '')
  t.is(world.groups[0]?.calls.length, 1)
  world.groups[0]?.answer(0, ['1', '2'])

  const before = `+OK\r\n${'+QUEUED\r\n'.repeat(4)}`
  t.is(client.read(), `${before}*4\r\n+PONG\r\n$1\r\n1\r\n+OK\r\n$1\r\n2\r\n`)
  const { db, args } = only(world.groups[0])
  t.deepEqual([db, args], [4, ['get', 'c']])
})

test('transaction: EXEC is not answered soon: the replies before it leave without it', (t) => {
  const world = new World({ answer: waiting })
  const client = world.connect()

  client.command('MULTI')
  client.command('SET', 'a', '1')
  client.command('EXEC')
  t.is(client.read(), '')
  t.is(world.router.wakeAt(), world.now.mono + limits.batchPatienceMs)
  world.pass(limits.batchPatienceMs)

  t.is(client.read(), '+OK\r\n+QUEUED\r\n')
  world.groups[0]?.answer(0, ['OK'])
  t.is(client.read(), '*1\r\n$2\r\nOK\r\n')
})

test('transaction: aborted: its router commands do not run', (t) => {
  const world = new World({ answer: (): Reply => nullArray })
  const client = world.connect()

  client.ask('MULTI')
  client.ask('SELECT', '4')
  client.ask('SET', 'a', '1')

  t.is(client.ask('EXEC'), '*-1\r\n')
  t.regex(client.ask('CLIENT', 'INFO'), / db=0 /)
})

test('transaction: a queue beyond the bound of a query: the connection is closed', (t) => {
  const world = new World()
  const client = world.connect()
  const megabyte = 'x'.repeat(1024 * 1024)

  client.ask('MULTI')
  for (let i = 0; i < limits.queryBytesMax / megabyte.length; i++) client.ask('SET', 'a', megabyte)

  t.true(client.isClosed)
})

test('transaction: CLIENT INFO: shows the queue', (t) => {
  const world = new World()
  const client = world.connect()
  const other = world.connect()

  t.regex(client.ask('CLIENT', 'INFO'), / flags=N .* multi=-1 .* multi-mem=0 /)
  client.ask('MULTI')
  client.ask('GET', 'a')

  t.regex(
    other.ask('CLIENT', 'LIST', 'ID', String(client.id)),
    / flags=x .* multi=1 .* multi-mem=[1-9]/,
  )
})

test('transaction: writers are paused: EXEC of a write waits, of a read not', (t) => {
  const world = new World({ answer: () => [] })
  const [writer, reader, other] = [world.connect(), world.connect(), world.connect()]
  writer.ask('MULTI')
  writer.ask('SET', 'a', '1')
  reader.ask('MULTI')
  reader.ask('GET', 'a')

  other.ask('CLIENT', 'PAUSE', '100', 'WRITE')

  t.is(writer.ask('EXEC'), '')
  t.is(reader.ask('EXEC'), '*1\r\n$-1\r\n')
  world.pass(200)
  t.not(writer.read(), '')
})
