// Shard groups of some of the members, in whole cores: a member without a replica serves its clients as the others
// do theirs, over faults of those that it serves them through.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { type Client, CoreWorld, keyspace } from './core-world.js'
import { a, alike, b } from './placed-commands.js'

const strategies = [
  ['strong', 'raft'],
  ['sequential', 'zab'],
] as const

type Placement = readonly (readonly number[])[]

/** Four members; the last one holds nothing, or only the second group. */
const placements: readonly Placement[] = [
  [[1, 2, 3]],
  [
    [1, 2, 3],
    [2, 3, 4],
  ],
]

function placedWorld(
  placement: Placement,
  [level, strategy]: (typeof strategies)[number] = strategies[0],
): CoreWorld {
  const shardGroups = placement.map((ids, id) => {
    return { id, weight: 1, members: ids as readonly MemberId[] }
  })
  const w = new CoreWorld({
    members: 4,
    keyspaces: [{ ...keyspace('default', []), level, strategy }],
    config: () => ({ shards: placement.length, shardGroups }),
  })
  // A member without a replica has nothing to be settled about: a command says when it can serve.
  w.until(() => w.members.slice(0, 3).every(({ core }) => isLed(core)), 5_000)
  const client = w.client(4)
  for (let tries = 0; tries < 100; tries++) if (run(w, client, ['dbsize'])[0] === ':0') return w
  throw new Error('member 4 does not serve')
}

function isLed(core: CoreWorld['members'][number]['core']): boolean {
  const groups = core?.inspect().groups ?? []
  return groups.length > 0 && groups.every(({ status }) => status?.leader != null)
}

/** Runs lines one after the other. */
function run(w: CoreWorld, client: Client, lines: readonly string[]): readonly string[] {
  const from = client.replies.length
  for (const line of lines) {
    client.send(line)
    w.until(() => client.replies.length === client.sent, 8_000)
  }
  return client.replies.slice(from)
}

function leaderOf(w: CoreWorld, group = 0): number {
  for (const { id, core } of w.members) {
    const found = core?.inspect().groups.find((each) => each.id === group)
    if (found?.status?.role === 'leader') return id
  }
  return 0
}

for (const strategy of strategies) {
  const asked = [...alike, 'config set maxmemory 100mb']

  for (const placement of placements) {
    const name = JSON.stringify(placement)
    test(`placement of ${strategy[1]}: ${name}: every member answers alike`, (t) => {
      const w = placedWorld(placement, strategy)

      const replies = [1, 4].map((id) => run(w, w.client(id), asked))

      t.deepEqual(
        asked.map((line, i) => `${line} -> ${replies[1]?.[i]}`),
        asked.map((line, i) => `${line} -> ${replies[0]?.[i]}`),
      )
    })
  }
}

test('placement: a client of a member without a replica: others see what it wrote, and it what they wrote', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const [near, far] = [w.client(1), w.client(4)]

  t.deepEqual(run(w, far, [`set ${a} far`]), ['+OK'])
  t.deepEqual(run(w, near, [`get ${a}`, `set ${a} near`]), ['$far', '+OK'])
  t.deepEqual(run(w, far, [`get ${a}`]), ['$near'])
})

test('placement: the leader dies while batches are under way: each takes effect once', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const client = w.client(4)
  for (let i = 0; i < 20; i++) client.send(`incr ${a}`)
  w.until(() => client.replies.length > 1, 8_000)
  for (let i = 0; i < 20; i++) client.send(`incr ${a}`)
  w.until(() => false, 2)

  w.kill(leaderOf(w))
  w.until(() => client.replies.length === client.sent, 20_000)

  t.deepEqual(
    client.replies.slice(-40),
    Array.from({ length: 40 }, (_, i) => `:${i + 1}`),
  )
})

test('placement: frames are lost: each command takes effect once, answered with its own reply', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const client = w.client(4)
  w.lossPerMille = 200

  const replies = run(
    w,
    client,
    Array.from({ length: 60 }, () => `incr ${a}`),
  )

  t.deepEqual(
    replies,
    Array.from({ length: 60 }, (_, i) => `:${i + 1}`),
  )
})

test('placement: a blocked client of a member without a replica: served over a change of leader', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const [blocked, other] = [w.client(4), w.client(4)]
  blocked.send(`blpop ${a} 0`)
  w.until(() => false, 100)

  w.kill(leaderOf(w))
  run(w, other, [`rpush ${a} x`])
  w.until(() => blocked.replies.length === 1, 8_000)

  t.deepEqual(blocked.replies, [`*2 $${a} $x`])
  t.deepEqual(run(w, other, [`llen ${a}`]), [':0'])
})

test('placement: a late answer is lost: the member asks for it', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const [blocked, near] = [w.client(4), w.client(leaderOf(w))]
  blocked.send(`blpop ${a} 0`)
  w.until(() => false, 100)

  for (const id of [1, 2, 3]) w.cut.add(`${id}-4`)
  run(w, near, [`rpush ${a} x`])
  w.until(() => false, 50)
  w.cut.clear()
  w.until(() => blocked.replies.length === 1, 4_000)

  t.deepEqual(blocked.replies, [`*2 $${a} $x`])
})

test('placement: notifications: a member without a replica tells its clients of changes and expiry', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const [listener, near, far] = [w.client(4), w.client(1), w.client(4)]
  run(w, far, ['config set notify-keyspace-events KEA'])
  w.until(() => false, 50)
  listener.send('psubscribe __keyevent@0__:*')
  w.until(() => listener.replies.length === 1, 1_000)
  w.until(() => false, 50)

  run(w, near, [`set ${a} 1 px 50`])
  run(w, far, [`set ${b} 1`])
  w.until(() => listener.replies.length >= 5, 2_000)

  t.deepEqual(
    listener.replies.slice(1).map((reply) => reply.split(':').slice(2).join(':')),
    [`set $${a}`, `expire $${a}`, `set $${b}`, `expired $${a}`],
  )
})

test('placement: tracking: a client of a member without a replica hears of changes, of its own ones as it asked', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const [cache, quiet, near] = [w.client(4), w.client(4), w.client(1)]
  cache.send('HELLO 3', 'CLIENT TRACKING ON')
  quiet.send('HELLO 3', 'CLIENT TRACKING ON NOLOOP')
  w.until(() => quiet.replies.length === 2 && cache.replies.length === 2, 1_000)
  w.until(() => false, 100)
  for (const client of [cache, quiet]) client.replies.length = 0

  for (const client of [cache, quiet]) client.send(`get ${a}`)
  w.until(() => cache.replies.length === 1 && quiet.replies.length === 1, 1_000)
  quiet.send(`set ${a} 1`)
  w.until(() => cache.replies.length === 2 && quiet.replies.length === 2, 1_000)
  cache.send(`get ${a}`)
  w.until(() => cache.replies.length === 3, 1_000)
  near.send(`set ${a} 2`)
  w.until(() => cache.replies.length === 4, 1_000)
  w.until(() => false, 700)

  t.deepEqual(cache.replies, ['_', `>2 $invalidate *1 $${a}`, '$1', `>2 $invalidate *1 $${a}`])
  t.deepEqual(quiet.replies, ['_', '+OK'])
})

test('placement: status of a group without a replica: remote, with what is known', (t) => {
  const w = placedWorld([[1, 2, 3]])
  const client = w.client(4)
  run(w, client, [`set ${a} 1`])
  w.until(() => false, 1_000)
  run(w, client, ['dbsize'])
  w.until(() => false, 1_000)

  const [status, info] = run(w, client, ['quorate status', 'info keyspace']) as [string, string]

  const [group] = JSON.parse(status.slice(1)).groups
  t.like(group, { role: 'remote', health: 'ok', leader: leaderOf(w), keys: 1 })
  t.regex(info, /db0:keys=1,/)
})

test('placement: a disk written under another one: refused with both', (t) => {
  let shardGroups: readonly { id: number; weight: number; members: readonly MemberId[] }[] = [
    { id: 0, weight: 1, members: [1 as MemberId] },
    { id: 1, weight: 1, members: [1 as MemberId] },
  ]
  const world = new CoreWorld({ members: 1, config: () => ({ shards: 2, shardGroups }) })
  t.true(world.settled())
  world.kill(1)
  shardGroups = [
    { ...(shardGroups[0] as (typeof shardGroups)[0]), weight: 2 },
    shardGroups[1] as never,
  ]

  world.start(1)
  world.until(() => world.member(1).stopped !== null, 100)

  t.regex(world.member(1).stopped?.why ?? '', /shards: given members and weights/)
})
