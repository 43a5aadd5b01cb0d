// Commands over several replication groups: split by keyspace, gathered into one reply.

import test from 'ava'
import { busyGroup, noLeader, unknownResult } from '../../src/api/replies.js'
import { ok, type Reply } from '../../src/api/reply.js'
import { scanPosition as positionOf } from '../../src/api/scan.js'
import { keyspace, type Answerer, World } from './world.js'

const spaces = [
  keyspace('a', { prefixes: ['a:'] }),
  keyspace('b', { prefixes: ['b:'] }),
  keyspace('default'),
]

function threeGroups(answer: Answerer): World {
  return new World({ config: { keyspaces: spaces }, answer })
}

/** What each group was asked, as `group: command`. */
function recorder(reply: (args: readonly string[]) => Reply): {
  readonly asked: string[]
  readonly answer: Answerer
} {
  const asked: string[] = []
  return {
    asked,
    answer: ({ args }) => {
      asked.push(args.join(' '))
      return reply(args)
    },
  }
}

test('fanout: MGET over three groups: values in the order of the keys', (t) => {
  const { asked, answer } = recorder((args) => args.slice(1).map((key) => `v(${key})`))
  const world = threeGroups(answer)

  const reply = world.connect().ask('MGET', 'b:1', 'x', 'a:1', 'b:2', 'y')

  t.is(reply, '*5\r\n$6\r\nv(b:1)\r\n$4\r\nv(x)\r\n$6\r\nv(a:1)\r\n$6\r\nv(b:2)\r\n$4\r\nv(y)\r\n')
  t.deepEqual(asked, ['mget b:1 b:2', 'mget x y', 'mget a:1'])
})

test('fanout: MSET over groups: each gets its pairs, one OK', (t) => {
  const { asked, answer } = recorder(() => ok)
  const world = threeGroups(answer)

  const reply = world.connect().ask('MSET', 'a:1', '1', 'x', '2', 'a:2', '3')

  t.is(reply, '+OK\r\n')
  t.deepEqual(asked, ['mset a:1 1 a:2 3', 'mset x 2'])
})

test('fanout: MSET over groups with a key too many: refused before any part is proposed', (t) => {
  const { asked, answer } = recorder(() => ok)
  const client = threeGroups(answer).connect()

  const reply = client.ask('MSET', 'a:1', '1', 'x')
  const other = client.ask('MSETNX', 'a:1', '1', 'x')

  t.is(reply, "-ERR wrong number of arguments for 'mset' command\r\n")
  t.is(other, "-ERR wrong number of arguments for 'msetnx' command\r\n")
  t.deepEqual(asked, [])
})

test('fanout: cross-group-writes refuse: writes over groups are refused, reads and others are not', (t) => {
  const { asked, answer } = recorder(() => [])
  const config = { keyspaces: spaces, gathersWrites: false }
  const client = new World({ config, answer }).connect()
  const refused = '-CROSSSLOT Keys in request belong to different replication groups\r\n'

  t.is(client.ask('MSET', 'a:1', '1', 'x', '2'), refused)
  t.is(client.ask('DEL', 'a:1', 'x'), refused)
  t.is(client.ask('FLUSHDB'), refused)
  t.is(client.ask('FLUSHALL'), refused)
  t.deepEqual(asked, [])
  t.is(client.ask('MGET', 'a:1', 'x'), '*2\r\n$-1\r\n$-1\r\n')
  t.not(client.ask('DEL', 'a:1', 'a:2'), refused)
})

test('fanout: cross-group-writes refuse: functions are loaded and deleted in all groups', (t) => {
  const { asked, answer } = recorder(() => 'lib')
  const client = new World({
    config: { keyspaces: spaces, gathersWrites: false },
    answer,
  }).connect()

  t.is(client.ask('FUNCTION', 'LOAD', '#!lua name=lib'), '$3\r\nlib\r\n')
  t.is(asked.length, spaces.length)
  client.ask('FUNCTION', 'FLUSH')
  t.is(asked.length, 2 * spaces.length)
})

test('fanout: cross-group-writes refuse: a database of one group is flushed', (t) => {
  const { asked, answer } = recorder(() => ok)
  const keyspaces = [keyspace('own', { databases: [3] }), keyspace('default')]
  const client = new World({ config: { keyspaces, gathersWrites: false }, answer }).connect()

  client.ask('SELECT', '3')
  t.is(client.ask('FLUSHDB'), '+OK\r\n')
  t.deepEqual(asked, ['flushdb'])
})

test('fanout: DEL over groups: counts are added', (t) => {
  const { answer } = recorder((args) => args.length - 1)

  t.is(threeGroups(answer).connect().ask('DEL', 'a:1', 'x', 'b:1', 'b:2'), ':4\r\n')
})

test('fanout: keys in one group: one call, not split', (t) => {
  const { asked, answer } = recorder(() => 2)

  t.is(threeGroups(answer).connect().ask('del', 'a:1', 'a:2'), ':2\r\n')
  t.deepEqual(asked, ['del a:1 a:2'])
})

test('fanout: a command that may not be split: refused before any part is proposed', (t) => {
  const { asked, answer } = recorder(() => ok)
  const client = threeGroups(answer).connect()

  t.true(client.ask('RENAME', 'a:1', 'b:1').startsWith('-CROSSSLOT '))
  t.true(client.ask('MSETNX', 'a:1', '1', 'x', '2').startsWith('-CROSSSLOT '))
  t.deepEqual(asked, [])
})

test('fanout: counted keys: go to the group that has them all, or are refused', (t) => {
  const { asked, answer } = recorder((args) => args.slice(2))
  const client = threeGroups(answer).connect()

  t.is(client.ask('ZUNION', '2', 'a:1', 'a:2'), '*2\r\n$3\r\na:1\r\n$3\r\na:2\r\n')
  t.true(client.ask('ZUNION', '2', 'a:1', 'b:1').startsWith('-CROSSSLOT '))
  // What cannot be right is for the engine to say.
  client.ask('ZUNION', 'x', 'a:1', 'b:1')
  t.deepEqual(asked, ['zunion 2 a:1 a:2', 'zunion x a:1 b:1'])
})

test('fanout: COPY into a database of another keyspace: refused', (t) => {
  const world = new World({
    config: { keyspaces: [keyspace('other', { databases: [3] }), keyspace('default')] },
    answer: () => 1,
  })
  const client = world.connect()

  t.true(client.ask('COPY', 'x', 'y', 'DB', '3').startsWith('-CROSSSLOT '))
  t.is(client.ask('COPY', 'x', 'y', 'DB', '4'), ':1\r\n')
})

test('fanout: one part of a write refused, none happened: the definite error', (t) => {
  const world = threeGroups(() => noLeader)

  t.true(world.connect().ask('MSET', 'a:1', '1', 'x', '2').startsWith('-CLUSTERDOWN '))
})

test('fanout: one part of a write happened, another refused: the outcome is not known', (t) => {
  for (const good of ['a:1', 'x']) {
    const world = threeGroups(({ args }) => (args[1] === good ? ok : busyGroup))

    t.is(world.connect().ask('MSET', 'a:1', '1', 'x', '2'), `-${unknownResult.text}\r\n`)
  }
})

test('fanout: one part of unknown outcome, another refused: the outcome is not known', (t) => {
  const world = threeGroups(({ args }) => (args[1] === 'x' ? unknownResult : noLeader))

  t.is(world.connect().ask('DEL', 'a:1', 'x'), `-${unknownResult.text}\r\n`)
})

test('fanout: one part of a read refused: its error', (t) => {
  const world = threeGroups(({ args }) => (args[1] === 'x' ? noLeader : 1))

  t.true(world.connect().ask('EXISTS', 'a:1', 'x').startsWith('-CLUSTERDOWN '))
})

test('fanout: parts answered out of order behind another command: replies keep the order', (t) => {
  const world = threeGroups(() => undefined)
  const client = world.connect()

  client.command('GET', 'x')
  client.command('EXISTS', 'a:1', 'b:1')
  client.command('GET', 'y')
  world.groups[1]?.answer(0, 1)
  world.groups[2]?.answer(1, 'Y')
  world.groups[0]?.answer(0, 1)
  t.is(client.read(), '')
  world.groups[2]?.answer(0, 'X')

  t.is(client.read(), '$1\r\nX\r\n:2\r\n$1\r\nY\r\n')
})

test("fanout: parts share the lane of the session: order within a group is the group's to keep", (t) => {
  const world = threeGroups(() => undefined)
  const client = world.connect()

  client.command('SET', 'a:1', '1')
  client.command('MGET', 'a:1', 'x')

  const [first, second] = world.groups[0]?.calls ?? []
  t.is(first?.lane, second?.lane)
})

test('fanout: DBSIZE, KEYS, FLUSHDB over groups: gathered', (t) => {
  const { asked, answer } = recorder(([name]) => {
    if (name === 'dbsize') return 5
    return name === 'keys' ? ['k'] : ok
  })
  const client = threeGroups(answer).connect()

  t.is(client.ask('DBSIZE'), ':15\r\n')
  t.is(client.ask('KEYS', '*'), '*3\r\n$1\r\nk\r\n$1\r\nk\r\n$1\r\nk\r\n')
  t.is(client.ask('FLUSHDB'), '+OK\r\n')
  t.is(asked.length, 9)
})

test('fanout: a database of its own keyspace: only the groups that may hold its keys are asked', (t) => {
  const { asked, answer } = recorder(() => 1)
  const world = new World({
    config: { keyspaces: [keyspace('five', { databases: [5] }), keyspace('default')] },
    answer,
  })
  const client = world.connect()

  t.is(client.ask('DBSIZE'), ':1\r\n')
  client.ask('SELECT', '5')
  t.is(client.ask('DBSIZE'), ':1\r\n')
  client.ask('FLUSHALL')
  t.is(asked.length, 4)
})

test('fanout: RANDOMKEY: a key of some group, nil only when all are empty', (t) => {
  const world = threeGroups(() => null)
  t.is(world.connect().ask('RANDOMKEY'), '$-1\r\n')

  let asked = 0
  const other = threeGroups(() => (asked++ % 3 === 1 ? 'key' : null))
  t.is(other.connect().ask('RANDOMKEY'), '$3\r\nkey\r\n')
})

test('fanout: SCAN over groups with uneven pages: each key exactly once', (t) => {
  const names = Array.from({ length: 300 }, (_, i) => `${'ab'[i % 3] ?? 'c'}:${i}`)
  const sorted = names.toSorted((a, b) => positionOf(a) - positionOf(b))
  const groupOf = (key: string): number => (key[0] === 'a' ? 0 : key[0] === 'b' ? 1 : 2)
  let turn = 0
  // Each call takes the next group in order: gatherAll asks them in order.
  const world = threeGroups(({ args }) => {
    const group = turn++ % 3
    const from = Number(args[1])
    const mine = sorted.filter((key) => groupOf(key) === group && positionOf(key) >= from)
    const page = mine.slice(0, 7 + group * 5)
    const rest = mine[page.length]
    return [rest === undefined ? '0' : String(positionOf(rest)), page]
  })
  const client = world.connect()

  const seen: string[] = []
  let cursor = '0'
  let rounds = 0
  do {
    const [, , next, , ...rest] = client.ask('SCAN', cursor).split('\r\n')
    seen.push(...rest.filter((part) => part.includes(':')))
    cursor = next ?? '0'
  } while (cursor !== '0' && ++rounds < 1_000)

  t.deepEqual(
    seen.toSorted((a, b) => (a < b ? -1 : 1)),
    names.toSorted((a, b) => (a < b ? -1 : 1)),
  )
  t.true(rounds > 5)
})
