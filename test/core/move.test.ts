// Slots that move between two shard groups in whole cores, while clients go on.

import test from 'ava'
import { movesSince } from '../../src/api/cluster-version.js'
import { keySlot } from '../../src/base/keyslot.js'
import { SlotMap } from '../../src/slots/map.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'

const strategies = [
  ['strong', 'raft'],
  ['sequential', 'zab'],
] as const

function shardedWorld([level, strategy]: (typeof strategies)[number] = strategies[0]): CoreWorld {
  const w = new CoreWorld({
    members: 3,
    keyspaces: [{ ...keyspace('default', []), level, strategy }],
    config: () => ({ shards: 2 }),
  })
  w.settled()
  // A cluster uses what all of its members know once they have said so.
  w.until(() =>
    w.members.every(({ core }) => (core?.inspect().topology.version ?? 1) >= movesSince),
  )
  return w
}

function run(w: CoreWorld, client: Client, lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  for (const line of lines) {
    client.send(line)
    w.until(() => client.replies.length === client.sent, 20_000)
  }
  return client.replies.slice(from)
}

const map = SlotMap.even(2)
const keys = Array.from({ length: 60 }, (_, i) => `k${i}`)
const there = keys.filter((key) => map.shardOf(keySlot(key)) === 0)

function isMoving(w: CoreWorld): boolean {
  return w.members.some(({ core }) => (core?.inspect().topology.moves ?? []).length > 0)
}

for (const strategy of strategies) {
  test(`move: half of the slots (${strategy[1]}): all keys are served as before, by the other group`, (t) => {
    const w = shardedWorld(strategy)
    const client = w.client(1)
    run(w, client, [
      ...keys.map((key) => `set ${key} v${key}`),
      'rpush list{k1} a b c',
      'pexpire k3 100000',
    ])

    const [plan] = run(w, client, ['quorate move slots 0-8191 to 1'])

    t.true(plan?.includes('0-8191'), plan)
    w.until(() => !isMoving(w), 60_000)
    t.deepEqual(
      run(
        w,
        client,
        keys.map((key) => `get ${key}`),
      ),
      keys.map((key) => `$v${key}`),
    )
    t.deepEqual(
      run(
        w,
        w.client(2),
        keys.map((key) => `get ${key}`),
      ),
      keys.map((key) => `$v${key}`),
    )
    t.deepEqual(run(w, client, ['dbsize']), [`:${keys.length + 1}`])
    t.deepEqual(
      run(w, client, ['lrange list{k1} 0 -1']),
      run(w, w.client(3), ['lrange list{k1} 0 -1']),
    )
    const held = w.members.map(({ core }) => core?.inspect().groups.map(({ keys: count }) => count))
    t.deepEqual(
      held,
      w.members.map(() => [0, keys.length + 1]),
    )
    t.true(there.length > 0)
  })
}

test('move: sharded subscriptions of slots that go: stay, and hear what is published through any member', (t) => {
  const w = shardedWorld()
  const listener = w.client(1)
  listener.isRaw = true
  listener.send('ssubscribe news{k1}')
  w.until(() => listener.text.includes('ssubscribe'))
  const client = w.client(2)
  run(w, client, ['quorate move slots 0-8191 to 1'])
  w.until(() => !isMoving(w), 60_000)
  listener.text = ''

  const counts = [1, 2, 3].map((id) => run(w, w.client(id), [`spublish news{k1} from${id}`])[0])

  w.until(() => listener.text.includes('from3'))
  t.deepEqual(counts, [':1', ':1', ':1'])
  t.deepEqual(listener.text.match(/from\d/g), ['from1', 'from2', 'from3'])
})

test('move: ended in its midst, with several keyspaces: all slots of all of them are with one group again', (t) => {
  const spaces = [keyspace('other', ['b:']), keyspace('default', [])]
  const w = new CoreWorld({ members: 3, keyspaces: spaces, config: () => ({ shards: 2 }) })
  w.settled()
  w.until(() =>
    w.members.every(({ core }) => (core?.inspect().topology.version ?? 1) >= movesSince),
  )
  const client = w.client(1)
  const names = [...keys, ...keys.map((key) => `b:${key}`)]
  run(
    w,
    client,
    names.map((key) => `set ${key} v${key}`),
  )
  const went = (): number[] =>
    (w.members[0]?.core?.inspect().groups ?? []).map(({ slots }) => slots.gone.length)
  run(w, client, ['quorate move slots 0-8191 to 1'])
  t.true(
    w.until(() => went().some((count) => count > 0), 60_000),
    'something went',
  )

  run(w, client, ['quorate move cancel'])

  t.true(w.until(() => !isMoving(w), 120_000))
  const { slots = [] } = w.members[0]?.core?.inspect().topology ?? {}
  for (const { slots: own, id } of w.members[0]?.core?.inspect().groups ?? []) {
    const shard = Math.floor(id / spaces.length)
    t.is(own.leaving, null)
    t.is(own.importing, null)
    for (const [from, to] of own.gone) {
      const isOwner = slots.some(([a, b, owner]) => owner === shard && a <= to && from <= b)
      t.false(isOwner, `${from}-${to} of shard group ${shard}`)
    }
  }
  t.deepEqual(
    run(
      w,
      client,
      names.map((key) => `get ${key}`),
    ),
    names.map((key) => `$v${key}`),
  )
  t.deepEqual(run(w, client, ['dbsize']), [`:${names.length}`])
})

test('move: to a group whose bound of memory is below what comes: all of it comes, and then it refuses more', (t) => {
  // Half of it is each group's: enough for what it has, not for all.
  const bound = { maxMemory: 40_000, maxMemoryPolicy: 'noeviction' as const }
  const w = new CoreWorld({
    members: 3,
    keyspaces: [{ ...keyspace('default', []), ...bound }],
    config: () => ({ shards: 2 }),
  })
  w.settled()
  w.until(() =>
    w.members.every(({ core }) => (core?.inspect().topology.version ?? 1) >= movesSince),
  )
  const client = w.client(1)
  const set = keys.map((key) => `set ${key} ${'v'.repeat(200)}`)
  t.deepEqual(
    run(w, client, set),
    set.map(() => '+OK'),
  )

  run(w, client, ['quorate move slots 0-8191 to 1'])

  t.true(w.until(() => !isMoving(w), 60_000))
  const held = w.members[0]?.core?.inspect().groups.map(({ memory }) => memory) ?? []
  t.true((held[1] ?? 0) > 20_000, String(held))
  t.deepEqual(run(w, client, ['dbsize']), [`:${keys.length}`])
  t.regex(run(w, client, [`set k1 ${'w'.repeat(300)}`])[0] ?? '', /^-OOM/)
  t.regex(run(w, client, ['get k2'])[0] ?? '', /^\$v/)
  t.deepEqual(run(w, client, ['del k2']), [':1'])
})

test('move: of keyspaces whose logs are not kept: refused, and why is said', (t) => {
  const spaces = ['cache', 'default'].map((name, at) => {
    return { ...keyspace(name, at === 0 ? ['c:'] : []), durability: 'none' as const }
  })
  const w = new CoreWorld({ members: 3, keyspaces: spaces, config: () => ({ shards: 2 }) })
  w.settled()
  const client = w.client(1)

  for (const line of ['quorate move slots 0-9 to 1', 'quorate rebalance']) {
    t.regex(
      run(w, client, [line])[0] ?? '',
      /^-ERR no slots can move here: .* cache \(durability none\)/,
    )
  }
})
