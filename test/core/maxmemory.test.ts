// CONFIG SET maxmemory in a cluster: set through one member it holds on all, for every group, over
// restarts and leaders; and what Redis answers while memory is short.

import test from 'ava'
import { type Client, CoreWorld, keyspace } from './core-world.js'

const oom = "-OOM command not allowed when used memory > 'maxmemory'."

function replies(w: CoreWorld, client: Client, ...lines: readonly string[]): readonly string[] {
  const before = client.replies.length
  client.send(...lines)
  if (!w.answered()) throw new Error(`no answer to ${lines.join('; ')}`)
  return client.replies.slice(before)
}

test('maxmemory: set through a follower: shown and kept by all members, until it is set to 0', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const follower = w.leader() === 1 ? 2 : 1
  const client = w.client(follower)

  t.deepEqual(replies(w, client, 'SET a 1', 'CONFIG SET maxmemory 1', 'SET a 2', 'DEL a'), [
    '+OK',
    '+OK',
    oom,
    ':1',
  ])
  t.true(w.converged())
  for (const id of [1, 2, 3]) {
    const other = w.client(id)
    const asked = replies(w, other, 'CONFIG GET maxmemory', 'SET b 1', 'GET b')
    t.deepEqual(asked, ['*2 $maxmemory $1', oom, '_'])
  }
  t.deepEqual(replies(w, client, 'CONFIG SET maxmemory 0', 'SET a 2'), ['+OK', '+OK'])
})

test('maxmemory: several settings at once: all or none', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(2)

  const [refused] = replies(w, client, 'CONFIG SET maxmemory 100mb maxmemory-policy bad')
  t.true(
    refused?.startsWith("-ERR CONFIG SET failed (possibly related to argument 'maxmemory-policy')"),
  )
  t.deepEqual(replies(w, client, 'CONFIG GET maxmemory').slice(-1), ['*2 $maxmemory $0'])
  const line =
    'CONFIG SET maxmemory 100mb maxmemory-policy ALLKEYS-LRU maxmemory-samples 7 timeout 9'
  t.deepEqual(replies(w, client, line), ['+OK'])

  const shown = replies(
    w,
    client,
    'CONFIG GET maxmemory maxmemory-policy maxmemory-samples timeout',
  )
  const text = shown.join(' ')
  for (const part of ['$104857600', '$allkeys-lru', 'maxmemory-samples $7', 'timeout $9']) {
    t.true(text.includes(part), text)
  }
})

test('maxmemory: all members restart, then the leader dies: it still holds', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  t.deepEqual(replies(w, w.client(1), 'CONFIG SET maxmemory 1'), ['+OK'])
  t.true(w.converged())

  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  t.true(w.settled())
  t.deepEqual(replies(w, w.client(2), 'SET a 1'), [oom])

  const leader = w.leader() as number
  w.kill(leader)
  const left = leader === 1 ? 2 : 1
  const client = w.client(left)
  t.deepEqual(replies(w, client, 'SET a 1'), [oom])
})

test('maxmemory: two keyspaces: all groups are bound together, and the file bounds one of them', (t) => {
  const cache = {
    ...keyspace('cache', ['c:']),
    maxMemory: 100_000,
    maxMemoryPolicy: 'allkeys-lru' as const,
  }
  const w = new CoreWorld({ keyspaces: [cache, keyspace('default', [])] })
  t.true(w.settled())
  const client = w.client(2)

  for (let i = 0; i < 400; i += 20) {
    const lines = Array.from({ length: 20 }, (_, j) => `SET c:${i + j} ${'v'.repeat(40)}`)
    t.deepEqual([...new Set(replies(w, client, ...lines))], ['+OK'])
  }
  t.deepEqual(replies(w, client, 'CONFIG SET maxmemory 1', 'SET c:1 1', 'SET a 1'), [
    '+OK',
    oom,
    oom,
  ])
  t.deepEqual(replies(w, client, 'CONFIG SET maxmemory 0', 'SET a 1'), ['+OK', '+OK'])
})

test('maxmemory: a policy set at run time: keys are evicted, replicas agree', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(2)
  const bound = 1024 * 1024 + 200_000
  replies(w, client, `CONFIG SET maxmemory ${bound} maxmemory-policy allkeys-lru`)

  for (let round = 0; round < 20; round++) {
    const lines = Array.from({ length: 100 }, (_, i) => `SET key${round}-${i} ${'v'.repeat(40)}`)
    t.deepEqual([...new Set(replies(w, client, ...lines))], ['+OK'])
  }
  t.true(w.converged())

  const keys = Number(replies(w, client, 'DBSIZE')[0]?.slice(1))
  t.true(keys > 200 && keys < 1_200, `${keys} keys`)
  const digests = w.members.map(({ core }) => core?.inspect().groups[0]?.digest())
  t.deepEqual(digests[1], digests[0])
  t.deepEqual(digests[2], digests[0])
})

test('maxmemory: a policy for keys with a time, and none has one: nothing passes the bound', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(2)
  const bound = 1024 * 1024 + 40_000
  replies(w, client, `CONFIG SET maxmemory ${bound} maxmemory-policy volatile-lru`)

  const lines = Array.from({ length: 200 }, (_, i) => `SET key${i} ${'v'.repeat(40)}`)
  const answers = replies(w, client, ...lines)

  const stored = answers.filter((reply) => reply === '+OK').length
  t.true(stored > 50 && stored < 120, `${stored} of 200 stored`)
  t.is(answers.at(-1), oom)
})

test('maxmemory: the default keyspace has a bound in the file: what is set takes its place', (t) => {
  const small = { ...keyspace('default', []), maxMemory: 400 }
  const w = new CoreWorld({ keyspaces: [small] })
  t.true(w.settled())
  const client = w.client(1)

  replies(w, client, 'SET a 1')
  t.deepEqual(replies(w, client, 'SET b 1'), [oom])
  t.deepEqual(replies(w, client, 'CONFIG GET maxmemory').slice(-1), ['*2 $maxmemory $400'])
  t.deepEqual(replies(w, client, 'CONFIG SET maxmemory 100mb', 'SET b 1'), ['+OK', '+OK'])
})

test('maxmemory: a bound of one member in the file: it refuses, and takes what frees room', (t) => {
  const w = new CoreWorld({ config: () => ({ maxMemory: 1024 * 1024 + 60_000 }) })
  t.true(w.settled())
  const client = w.client(2)

  const set = replies(
    w,
    client,
    ...Array.from({ length: 300 }, (_, i) => `SET key${i} ${'v'.repeat(40)}`),
  )
  const stored = set.filter((reply) => reply === '+OK').length
  t.true(stored > 100 && stored < 200, `${stored} of 300 stored`)
  t.is(set.at(-1), oom)
  t.deepEqual(replies(w, client, 'FLUSHALL', 'SET a 1', 'GET a').slice(0, 2), ['+OK', '+OK'])
})

test('maxmemory: MULTI while memory is short: nothing is queued, EXEC aborts', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(2)
  const other = w.client(1)
  replies(w, client, 'SET a 1', 'CONFIG SET maxmemory 1')
  w.converged()

  t.deepEqual(replies(w, client, 'MULTI', 'SET b 1', 'GET a', 'EXEC'), [
    '+OK',
    oom,
    oom,
    '-EXECABORT Transaction discarded because of previous errors.',
  ])
  replies(w, client, 'CONFIG SET maxmemory 0')
  replies(w, client, 'MULTI', 'SET b 1', 'GET a')
  replies(w, other, 'CONFIG SET maxmemory 1')
  t.deepEqual(replies(w, client, 'EXEC'), [
    `-EXECABORT Transaction discarded because of: ${oom.slice(1)}`,
  ])
})

test('maxmemory: EXEC of what only reads and frees: runs while memory is short', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(2)
  replies(w, client, 'SET a 1', 'MULTI', 'GET a', 'DEL a')
  replies(w, w.client(1), 'CONFIG SET maxmemory 1')

  t.deepEqual(replies(w, client, 'EXEC'), ['*2 $1 :1'])
})

test('maxmemory: keys are evicted while leaders die and frames are lost: replicas agree', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const bound = 1024 * 1024 + 150_000
  replies(w, w.client(1), `CONFIG SET maxmemory ${bound} maxmemory-policy allkeys-lfu`)
  w.lossPerMille = 10

  for (let round = 0; round < 12; round++) {
    const leader = w.leader() ?? 1
    const client = w.client(1 + (leader % 3))
    const lines = Array.from({ length: 60 }, (_, i) => `SET key${round}-${i} ${'v'.repeat(60)}`)
    client.send(...lines)
    if (round % 4 === 1) {
      w.kill(leader)
      w.start(leader)
    }
    t.true(w.answered())
    t.false(client.replies.some((reply) => reply.startsWith('-OOM')))
  }
  w.lossPerMille = 0
  t.true(w.converged())

  const groups = w.members.map(({ core }) => core?.inspect().groups[0])
  t.true(groups.some((group) => (group?.counters['evicted'] ?? 0) > 0))
  for (const group of groups) t.deepEqual(group?.digest(), groups[0]?.digest())
})

test('maxmemory: one keyspace evicts, another does not: room for both is made by the one', (t) => {
  const cache = { ...keyspace('cache', ['c:']), maxMemoryPolicy: 'allkeys-lru' as const }
  const kept = { ...keyspace('default', []), maxMemoryPolicy: 'noeviction' as const }
  const w = new CoreWorld({ keyspaces: [cache, kept] })
  t.true(w.settled())
  const client = w.client(2)
  const write = (prefix: string, round: number): readonly string[] => {
    const lines = Array.from(
      { length: 40 },
      (_, i) => `SET ${prefix}${round}-${i} ${'v'.repeat(60)}`,
    )
    return replies(w, client, ...lines)
  }
  replies(w, client, `CONFIG SET maxmemory ${1024 * 1024 + 300_000}`)
  for (let round = 0; round < 20; round++) t.false(write('c:', round).some((it) => it !== '+OK'))

  for (let round = 0; round < 6; round++) t.false(write('d:', round).some((it) => it !== '+OK'))

  const found = replies(w, client, ...Array.from({ length: 40 }, (_, i) => `EXISTS d:0-${i}`))
  t.deepEqual([...new Set(found)], [':1'])
  const reports = w.members.map(({ core }) => core?.inspect().groups)
  t.deepEqual(reports[1]?.[1]?.digest(), reports[0]?.[1]?.digest())
})
