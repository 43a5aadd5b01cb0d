// Keyspaces whose slots stay beside others that move: their keys are where they were, at every member, whatever shard
// groups and members come and go.

import test from 'ava'
import type { KeyspaceConfig } from '../../src/api/config.js'
import { CoreWorld, keyspace } from './core-world.js'
import { become, digests, listed, lists, reply, run, world } from './joining-world.js'
import {
  all,
  fill,
  isStill,
  lacking,
  listings,
  merged,
  replies,
  serve,
  spaces,
  topologyAt,
} from './rooted-world.js'

test('rooted: slots move between two shard groups: those of the eventual keyspace stay, and all keys are found by every member', (t) => {
  const w = new CoreWorld({ members: 3, keyspaces: spaces(), config: () => ({ shards: 2 }) })
  t.true(w.settled())
  fill(w, 1)

  const dry = reply(w, w.client(1), 'QUORATE MOVE SLOTS 0-12000 TO 1 DRYRUN')
  t.regex(dry, /"keyspaces":\["locks","sessions"\],"staying":\["default"\]/)
  reply(w, w.client(2), 'QUORATE MOVE SLOTS 0-12000 TO 1')
  t.true(w.until(() => isStill(w), 60_000))

  t.deepEqual(topologyAt(w, 3)?.rooted, ['default'])
  const groups = w.member(1).core?.inspect().groups ?? []
  // Groups of the first shard group, then of the second: of locks, of sessions, of the rest.
  t.deepEqual(
    groups.map((group) => group.keys > 5),
    [false, false, true, true, true, true],
  )
  for (const id of [1, 2, 3]) {
    t.deepEqual(lacking(w, id), [])
    t.deepEqual(listings(w, id), all)
    t.is(reply(w, w.client(id), 'MGET lock:1 session:1 1'), '*3 $lock:1 $session:1 $1')
    const each = ['1', 'lock:1'].map((key) => {
      return replies(w, id, [`WATCH ${key}`, 'MULTI', `SET ${key} ${key}`, `GET ${key}`, 'EXEC'])
    })
    t.deepEqual(
      each.map((found) => found.at(-1)),
      ['*2 +OK $1', '*2 +OK $lock:1'],
    )
    const both = replies(w, id, ['MULTI', 'SET 1 1', 'SET lock:1 lock:1', 'EXEC'])
    t.regex(both.join(), /-CROSSSLOT/)
  }
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  t.true(serve(w, 1, 2, 3))
  for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
})

test('rooted: members join with nothing, hold what everybody has, and a shard group of their own; the first one goes', (t) => {
  const w = world({ shards: 2, keyspaces: spaces() })
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004 EMPTY')
  t.true(w.until(() => isStill(w) && (w.member(4).core?.inspect().isServing() ?? false)))
  // The eventual groups of both shard groups.
  t.is(w.member(4).core?.inspect().groups.length, 2)
  t.true(w.until(() => lists(w, 4)[0] === '1,2,3,4/'))
  t.deepEqual(lacking(w, 4), [])

  const added = reply(w, w.client(4), 'QUORATE SHARD ADD MEMBERS 4')
  t.regex(added, /"members":\[4\].*"staying":\["default"\]/)
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w), 60_000))
  t.is(w.member(4).core?.inspect().groups.length, 4)
  for (const id of [1, 2, 3, 4]) t.deepEqual(lacking(w, id), [])

  t.regex(reply(w, w.client(2), 'QUORATE SHARD REMOVE 0'), /"out":"leaving"/)
  t.true(w.until(() => topologyAt(w, 4)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
  run(w, 6_000)
  for (const id of [1, 2, 3, 4]) {
    t.deepEqual(lacking(w, id), [])
    t.deepEqual(listings(w, id), all)
  }
  t.deepEqual(
    w
      .member(1)
      .core?.inspect()
      .groups.map(({ id }) => Number(id)),
    [2, 3, 4, 5],
  )
  t.is(reply(w, w.client(4), 'SET new 1'), '+OK')

  for (const id of [1, 2, 3, 4]) w.kill(id)
  for (const id of [1, 2, 3, 4]) w.start(id)
  t.true(serve(w, 1, 2, 3, 4))
  for (const id of [1, 2, 3, 4]) t.deepEqual(lacking(w, id), [])
  const equal = (): boolean => {
    const found = digests(w, [1, 2, 3]).map((each) => JSON.stringify(each))
    return new Set(found).size === 1
  }
  t.true(w.until(equal))
  t.is(reply(w, w.client(2), 'GET new'), '$1')

  reply(w, w.client(4), 'QUORATE REMOVE m1')
  t.true(w.until(() => w.member(1).stopped !== null, 60_000))
  for (const id of [2, 3, 4]) t.deepEqual(lacking(w, id), [])
  t.is(reply(w, w.client(3), 'SET new 2'), '+OK')
  t.true(w.until(() => reply(w, w.client(4), 'GET new') === '$2'))
})

test('rooted: a member is replaced where a shard group was added and one has gone', (t) => {
  const w = world({ shards: 1, keyspaces: spaces() })
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE SHARD ADD')
  // The eventual keyspace has one group as before.
  const causal = w.client(2)
  t.is(reply(w, causal, 'QUORATE CONSISTENCY CAUSAL'), '+OK')
  t.is(reply(w, causal, 'GET 1'), '$1')
  t.notRegex(reply(w, causal, 'INFO quorate'), /group5:/)
  reply(w, w.client(1), 'QUORATE SHARD REMOVE 0')
  t.true(w.until(() => topologyAt(w, 1)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
  reply(w, w.client(2), 'QUORATE REPLACE m3 4 127.0.0.1:7004')
  t.true(become(w, 1, 2, 4))
  t.true(w.until(() => w.member(3).stopped !== null, 60_000))
  for (const id of [1, 2, 4]) t.deepEqual(lacking(w, id), [])
  t.deepEqual(listings(w, 4), all)
})

test('rooted: causal in several groups: tokens hold at all members once the first shard group has gone', (t) => {
  const causal = { level: 'causal', strategy: 'eventual' } as const
  const w = world({ shards: 2, keyspaces: spaces(causal) })
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE SHARD ADD')
  const client = w.client(1)
  reply(w, client, 'SET a 1')
  const before = reply(w, client, 'QUORATE SESSION GET').slice(1)
  reply(w, w.client(1), 'QUORATE SHARD REMOVE 0')
  t.true(w.until(() => topologyAt(w, 1)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  t.true(serve(w, 1, 2, 3))
  const other = w.client(2)
  t.is(reply(w, other, `QUORATE SESSION SET ${before}`), '+OK')
  t.is(reply(w, other, 'GET a'), '$1')
  t.is(reply(w, other, 'SET b 1'), '+OK')
  const next = w.client(3)
  t.is(
    reply(w, next, `QUORATE SESSION SET ${reply(w, other, 'QUORATE SESSION GET').slice(1)}`),
    '+OK',
  )
  t.is(reply(w, next, 'GET b'), '$1')
  t.deepEqual(lacking(w, 3), [])
})

test('rooted: of durability none, in one order: stays where it is, and so does its shard group', (t) => {
  const w = world({ shards: 2, keyspaces: spaces({ durability: 'none' }) })
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE SHARD ADD')
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w), 60_000))
  for (const id of [1, 2, 3]) {
    t.deepEqual(lacking(w, id), [])
    t.deepEqual(listings(w, id), all)
  }
  t.regex(
    reply(w, w.client(1), 'QUORATE SHARD REMOVE 0'),
    /^-ERR shard group 0 holds keyspace default, whose slots stay/,
  )
  t.regex(reply(w, w.client(1), 'QUORATE SHARD REMOVE 2'), /"out":"leaving"/)
  t.true(w.until(() => topologyAt(w, 1)?.shards[2]?.out === 'gone' && isStill(w), 60_000))
  for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
})

test('rooted: an eventual keyspace that is placed on some of the members: moves with the others, its members may come and go, and so may its shard group', (t) => {
  const shardGroups = [
    { id: 0, weight: 1, members: [1, 2] },
    { id: 1, weight: 1, members: [2, 3] },
  ]
  const placed = { members: listed(1, 2, 3), shards: 2, shardGroups, keyspaces: spaces() }
  const w = new CoreWorld({ members: 3, config: () => placed as object })
  t.true(w.until(() => (topologyAt(w, 1)?.epoch ?? 0) > 0 && w.settled()))
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE MOVE SLOTS 0-4000 TO 1')
  t.true(w.until(() => isStill(w), 60_000))
  for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
  t.regex(reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004 DRYRUN'), /"epoch"/)
  t.regex(reply(w, w.client(1), 'QUORATE SHARD REMOVE 0'), /"out":"leaving"/)
  t.true(w.until(() => isStill(w) && topologyAt(w, 1)?.shards[0]?.out === 'gone', 60_000))
  for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
})

test('rooted: all keyspaces are: refused, with their names and why', (t) => {
  const none = { ...keyspace('hot', ['h:']), durability: 'none' as const }
  const w = new CoreWorld({
    members: 1,
    keyspaces: [none, { ...keyspace('default', []), ...merged }],
  })
  t.true(w.settled())
  for (const line of ['MOVE SLOTS 0 TO 1', 'REBALANCE DRYRUN', 'SHARD ADD', 'SHARD REMOVE 0'])
    t.regex(
      reply(w, w.client(1), `QUORATE ${line}`),
      /^-ERR no slots can move here: .* hot \(durability none\), default \(every member/,
    )
})

test('rooted: members of an earlier build: slots wait until all know that some stay', (t) => {
  const w = new CoreWorld({
    ...{ members: 3, keyspaces: spaces(), config: () => ({ shards: 2 }) },
    build: (id) => (id === 3 ? { facts: { clusterVersion: 3 } } : {}),
  })
  t.true(w.until(() => topologyAt(w, 1)?.version === 3))
  t.regex(reply(w, w.client(1), 'QUORATE REBALANCE'), /not at version 4 yet/)
  t.regex(reply(w, w.client(1), 'QUORATE SHARD ADD'), /not at version 4 yet/)
  t.regex(reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004 EMPTY'), /not at version 4 yet/)
})

test('rooted: what stays and what moves is known for good: a durability that is changed later sends nobody elsewhere', (t) => {
  let last: Partial<KeyspaceConfig> = { durability: 'none' }
  let first: Partial<KeyspaceConfig> = {}
  const config = () => ({
    shards: 2,
    keyspaces: spaces(last).map((each, at) => (at === 0 ? { ...each, ...first } : each)),
  })
  const w = new CoreWorld({ members: 3, config })
  t.true(w.settled())
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE MOVE SLOTS 0-4000 TO 1')
  t.true(w.until(() => isStill(w), 60_000))
  for (const id of [1, 2, 3]) reply(w, w.client(id), 'SAVE')
  run(w, 1_000)

  last = {}
  first = { durability: 'none' }
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)

  t.true(serve(w, 1, 2, 3))
  for (const id of [1, 2, 3]) {
    const found = lacking(w, id)
    t.deepEqual(found, [])
  }
  t.regex(
    reply(w, w.client(1), 'QUORATE REBALANCE'),
    /^-ERR slots of keyspace locks moved before, and cannot with durability none/,
  )
})
