// Shard groups that come and go: a new one begins empty and gets slots, one that goes gives them away; members that
// hold none serve their clients through the others.

import test from 'ava'
import { clusterVersionNewest } from '../../src/api/cluster-version.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { CoreWorld, keyspace } from './core-world.js'
import { keyspaceOf, listed, lists, reply, run, world } from './joining-world.js'
import { ScriptWorld } from './script-world.js'

interface Shown {
  readonly id: number
  readonly members: readonly number[]
  readonly out?: string
  readonly slots: number
}

function shardsAt(w: CoreWorld, id: number): readonly Shown[] {
  return JSON.parse(reply(w, w.client(id), 'QUORATE TOPOLOGY').slice(1)).shards
}

function isStill(w: CoreWorld): boolean {
  const known = w.members.filter(({ core }) => core !== null).map(({ core }) => core?.inspect())
  return known.every((each) => (each?.topology.moves ?? []).length === 0)
}

/** Every member has heard of what this one knows. */
function isTold(w: CoreWorld): boolean {
  const epochs = w.members.map(({ core }) => core?.inspect().topology.epoch)
  // Who was not admitted knows none.
  return new Set(epochs.filter((epoch) => (epoch ?? 0) > 0)).size === 1
}

function serve(w: CoreWorld, ...ids: readonly number[]): boolean {
  return w.until(() => ids.every((id) => w.member(id).core?.inspect().isServing() === true))
}

const keys = Array.from({ length: 60 }, (_, at) => `key:${at}`)

/** What clients of this member are answered, in one pipeline. */
function replies(w: CoreWorld, id: number, lines: readonly string[]): readonly string[] {
  const client = w.client(id)
  client.send(...lines)
  w.until(() => client.replies.length >= lines.length)
  return client.replies
}

function fill(w: CoreWorld, id: number): void {
  const lines = keys.map((key) => `SET ${key} ${key}`)
  if (replies(w, id, lines).some((each) => each !== '+OK')) throw new Error('not filled')
}

/** What lacks of `keys`, by a client of this member. */
function lacking(w: CoreWorld, id: number): string[] {
  const found = replies(
    w,
    id,
    keys.map((key) => `GET ${key}`),
  )
  return keys.filter((key, at) => found[at] !== `$${key}`)
}

for (const strategy of ['raft', 'zab']) {
  test(`shard groups, ${strategy}: one is added on all members, gets its share of the slots, and is removed again`, (t) => {
    const w = world({ shards: 2, ...keyspaceOf(strategy) })
    fill(w, 1)

    const added = reply(w, w.client(2), 'QUORATE SHARD ADD')
    t.regex(added, /"id":2,"weight":1,"members":\[1,2,3\]/)
    t.regex(reply(w, w.client(2), 'QUORATE REBALANCE'), /"to":2/)
    t.true(w.until(() => isStill(w) && isTold(w)))
    t.true((shardsAt(w, 3)[2]?.slots ?? 0) > 5_000)
    for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
    t.is(reply(w, w.client(3), 'DBSIZE'), `:${keys.length}`)

    for (const id of [1, 2, 3]) w.kill(id)
    for (const id of [1, 2, 3]) w.start(id)
    t.true(serve(w, 1, 2, 3))
    for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])

    t.regex(reply(w, w.client(1), 'QUORATE SHARD REMOVE 0'), /"out":"leaving"/)
    t.true(
      w.until(() => w.member(1).core?.inspect().topology.shards[0]?.out === 'gone' && isTold(w)),
    )
    run(w, 6_000)
    for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
    t.is(reply(w, w.client(3), 'DBSIZE'), `:${keys.length}`)
    for (const id of [1, 2, 3]) w.kill(id)
    for (const id of [1, 2, 3]) w.start(id)
    t.true(serve(w, 1, 2, 3))
    t.is(w.member(1).core?.inspect().groups.length, 2)
    for (const id of [1, 2, 3]) t.deepEqual(lacking(w, id), [])
  })
}

test('shard groups: a member joins empty, holds a new shard group alone, and all others serve it', (t) => {
  const w = world({ shards: 2 })
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004 EMPTY')
  t.true(w.until(() => isTold(w) && (w.member(4).core?.inspect().isServing() ?? false)))
  t.is(w.member(4).core?.inspect().groups.length, 0)
  t.deepEqual(lacking(w, 4), [])

  t.regex(reply(w, w.client(4), 'QUORATE SHARD ADD MEMBERS 4'), /"members":\[4\]/)
  t.true(w.until(() => isTold(w)))
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w) && isTold(w)))
  for (const id of [1, 2, 3, 4]) t.deepEqual(lacking(w, id), [])
  t.true((w.member(4).core?.inspect().groups[0]?.keys ?? 0) > 0)
  w.kill(4)
  w.start(4)
  t.true(w.until(() => w.member(4).core?.inspect().isServing() ?? false))
  for (const id of [1, 4]) t.deepEqual(lacking(w, id), [])
})

test('shard groups: a member that was away while one was added: has it once it hears of it, and after a lost disk', (t) => {
  const w = world({ shards: 2 })
  fill(w, 1)
  w.kill(3)
  t.regex(reply(w, w.client(1), 'QUORATE SHARD ADD'), /"id":2/)
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w) && isTold(w)))
  w.start(3)
  t.true(w.until(() => isTold(w) && (w.member(3).core?.inspect().isServing() ?? false)))
  w.kill(1)
  t.true(serve(w, 2, 3))
  t.deepEqual(lacking(w, 3), [])

  w.start(1)
  t.true(serve(w, 1, 2, 3))
  w.kill(3, true)
  w.start(3)
  t.true(serve(w, 1, 2, 3))
  t.true(w.until(() => w.member(3).core?.inspect().groups[2]?.status?.recovering === null))
  w.kill(1)
  t.true(serve(w, 2, 3))
  t.deepEqual(lacking(w, 3), [])
})

test('shard groups: a member dies before it has begun a new group: begins it in the next life', (t) => {
  const w = world({ shards: 2 })
  w.isDiskStuck = false
  const client = w.client(1)
  client.send('QUORATE SHARD ADD')
  t.true(
    w.until(() => w.members.slice(0, 3).every(({ core }) => core?.inspect().groups.length === 3)),
  )
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) t.false(w.member(id).rows.log.has('g\0\0\0\x02'))
  for (const id of [1, 2, 3]) w.start(id)

  t.true(serve(w, 1, 2, 3))
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w) && isTold(w)))
  t.deepEqual(lacking(w, 2), [])
})

/** Two shard groups, on members 1 and 2 alone and on all three; a fourth is started beside them. */
function placedWorld(): CoreWorld {
  const members = [1, 2, 3] as const
  const shardGroups = [
    { id: 0, weight: 1, members: [1, 2] },
    { id: 1, weight: 1, members: [...members] },
  ]
  const w = new CoreWorld({
    members: 4,
    config: (id) =>
      ({
        members: id === 4 ? listed(1, 2, 3, 4) : listed(1, 2, 3),
        ...{ shards: 2, shardGroups },
      }) as object,
  })
  if (!w.until(() => w.member(1).core?.inspect().topology.epoch === 1)) throw new Error('no birth')
  return w
}

test('shard groups: where they are placed a member that joins holds none; one that replaces another takes its seats', (t) => {
  const w = placedWorld()
  fill(w, 3)
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
  t.true(w.until(() => isTold(w) && (w.member(4).core?.inspect().isServing() ?? false)))
  t.is(w.member(4).core?.inspect().groups.length, 0)
  t.deepEqual(lacking(w, 4), [])
  t.regex(reply(w, w.client(4), 'QUORATE SHARD ADD'), /say which MEMBERS/)
})

test('shard groups: where they are placed a member is replaced, and others removed', (t) => {
  const w = placedWorld()
  fill(w, 3)
  reply(w, w.client(1), 'QUORATE REPLACE 2 4 127.0.0.1:7004')
  const isOut = (id: number): boolean =>
    w
      .member(1)
      .core?.inspect()
      .topology.members.every((member) => member.id !== id) === true
  t.true(w.until(() => isOut(2)))
  t.true(serve(w, 1, 3, 4))
  t.deepEqual(lists(w, 4).slice(0, 2), ['1,4/', '1,3,4/'])
  for (const id of [1, 3, 4]) t.deepEqual(lacking(w, id), [])

  reply(w, w.client(4), 'QUORATE REMOVE 1')
  t.true(w.until(() => w.member(4).core?.inspect().topology.members.length === 2))
  t.true(serve(w, 3, 4))
  t.deepEqual(lists(w, 4).slice(0, 2), ['4/', '3,4/'])
  t.deepEqual(lacking(w, 3), [])
  t.regex(reply(w, w.client(3), 'QUORATE REMOVE 4'), /the last one of shard group 0/)
})

test('shard groups: where there was one, and now are two: commands over all keys, and without keys, meet both', (t) => {
  const w = new CoreWorld({ members: 1 })
  t.true(w.until(() => w.member(1).core?.inspect().topology.version === clusterVersionNewest))
  fill(w, 1)
  const client = w.client(1)
  t.is(reply(w, client, `DBSIZE`), `:${keys.length}`)
  reply(w, client, 'QUORATE SHARD ADD')
  reply(w, client, 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w) && isTold(w)))
  t.is(reply(w, client, `DBSIZE`), `:${keys.length}`)
  t.true((w.member(1).core?.inspect().groups ?? []).every((group) => group.keys > 10))
  reply(w, client, 'FLUSHALL')
  t.is(reply(w, client, `DBSIZE`), ':0')
})

test('shard groups: what cannot be is refused, and says why', (t) => {
  const w = world({ shards: 2 })
  const client = w.client(1)
  for (const [line, why] of [
    ['QUORATE SHARD ADD MEMBERS 9', /no member 9 that stays/],
    ['QUORATE SHARD ADD MEMBERS 1 1', /once each/],
    ['QUORATE SHARD ADD WEIGHT 0', /a weight is a number from 1 to 1000/],
    ['QUORATE SHARD ADD WEIGHT x', /^-ERR WEIGHT: given x, allowed: a number from 1 to 1000$/],
    ['QUORATE SHARD ADD MEMBERS x', /^-ERR MEMBERS: given x, allowed: ids of members$/],
    ['QUORATE SHARD ADD MEMBERS 1 2 x', /^-ERR MEMBERS: given x, allowed: ids of members$/],
    ['QUORATE SHARD REMOVE x', /^-ERR REMOVE: given x, allowed: the number of a shard group/],
    ['QUORATE SHARD REMOVE 7', /there is no shard group 7/],
    ['QUORATE SHARD REMOVE', /syntax error/],
    ['QUORATE SHARD GROW', /syntax error/],
  ] as const)
    t.regex(reply(w, client, line), why)
  t.regex(reply(w, client, 'QUORATE SHARD ADD DRYRUN'), /"id":2/)
  t.is(w.member(1).core?.inspect().topology.shards.length, 2)
})

test('shard groups: of merging keyspaces: refused', (t) => {
  const spaces = [{ ...keyspace('default', []), level: 'eventual', strategy: 'eventual' }]
  const w = new CoreWorld({ keyspaces: spaces as never, members: 1 })
  t.true(w.until(() => w.member(1).core?.inspect().topology.version === clusterVersionNewest))
  t.regex(
    reply(w, w.client(1), 'QUORATE SHARD ADD'),
    /^-ERR no slots can move here: .* default \(every member/,
  )
})

/** A script and a function, and then another shard group in place of the first one. */
async function afterMove(scripted: ScriptWorld) {
  const client = scripted.world.client(1)
  const loaded = await scripted.ask(client, 'SCRIPT', 'LOAD', 'return KEYS[1]')
  const code = "#!lua name=own\nredis.register_function('named', function(keys) return keys[1] end)"
  await scripted.ask(client, 'FUNCTION', 'LOAD', code)
  await scripted.ask(client, 'QUORATE', 'SHARD', 'ADD')
  await scripted.ask(client, 'QUORATE', 'SHARD', 'REMOVE', '0')
  return { client, sha: loaded.split('\r\n')[1] ?? '' }
}

function isFirstGone({ world: w }: ScriptWorld): boolean {
  return w.until(() => w.member(1).core?.inspect().topology.shards[0]?.out === 'gone')
}

test('shard groups: scripts and functions that were loaded before are in a new one, too', async (t) => {
  const config = () => ({ shards: 1 })
  const scripted = new ScriptWorld({ members: 1, config })
  t.teardown(() => scripted.close())
  const { client, sha } = await afterMove(scripted)
  // Names of libraries are in no slot.
  for (const name of ['a', 'b', 'c', 'd']) {
    const other = `#!lua name=${name}\nredis.register_function('f${name}', function(keys) return 1 end)`
    t.is(await scripted.ask(client, 'FUNCTION', 'LOAD', other), `$1\r\n${name}\r\n`)
  }
  t.true(isFirstGone(scripted))

  for (const command of ['EVALSHA', 'FCALL'])
    t.regex(await scripted.ask(client, command, 'x', '0'), /^-(NOSCRIPT|ERR Function not found)/)
  t.is(await scripted.ask(client, 'EVALSHA', sha, '1', 'k'), '$1\r\nk\r\n')
  t.is(await scripted.ask(client, 'FCALL', 'named', '1', 'k'), '$1\r\nk\r\n')
  t.is(await scripted.ask(client, 'SCRIPT', 'EXISTS', sha), '*1\r\n:1\r\n')
})

test.serial('seeded bug move-scripts-stay: a new shard group knows no script', async (t) => {
  plantBug('move-scripts-stay')
  const scripted = new ScriptWorld({ members: 1, config: () => ({ shards: 1 }) })
  try {
    const { client, sha } = await afterMove(scripted)
    t.true(isFirstGone(scripted))
    t.regex(await scripted.ask(client, 'EVALSHA', sha, '1', 'k'), /^-NOSCRIPT/)
  } finally {
    plantBug('')
    scripted.close()
  }
})
