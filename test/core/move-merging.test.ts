// Slots of a placed keyspace whose members merge go to another shard group, while clients go on at all members.

import test from 'ava'
import { apart, isMoving, keys, low, placedWorld, run, shared } from './hand-over-world.js'

for (const [placement, durability] of [
  [apart, 'everysec'],
  [shared, 'always'],
  [shared, 'none'],
] as const) {
  test(`hand-over: ${JSON.stringify(placement)}, ${durability}: all types, times to live and counts are as before, and nothing is left behind`, (t) => {
    const w = placedWorld(placement, durability)
    const client = w.client(1)
    const tag = low[0] as string
    run(w, client, [
      ...keys.map((key) => `set ${key} v${key}`),
      `rpush l{${tag}} a b c`,
      `hset h{${tag}} f 1 g 2`,
      `hpexpire h{${tag}} 500000 fields 1 f`,
      `zadd z{${tag}} 1 a 2.5 b`,
      `sadd s{${tag}} x y`,
      `xadd x{${tag}} 5-1 f v`,
      `incrby n{${tag}} 41`,
      `pexpireat l{${tag}} ${w.now.wall + 1_000_000}`,
      `set short{${tag}} v px 20`,
    ])
    const times = run(w, client, [`pexpiretime l{${tag}}`, `hpexpiretime h{${tag}} fields 1 f`])

    const [plan] = run(w, client, ['quorate move slots 0-8191 to 1'])

    t.true(plan?.includes('0-8191'), plan)
    for (let i = 0; i < 20 && isMoving(w); i++) {
      run(w, w.client(1 + (i % 4)), [`incr n{${tag}}`, `incr m${i}`])
      w.until(() => false, 40)
    }
    w.until(() => !isMoving(w), 60_000)
    w.until(() => false, 1_500)
    const lines = [
      ...keys.map((key) => `get ${key}`),
      `lrange l{${tag}} 0 -1`,
      `hmget h{${tag}} f g`,
      `zrange z{${tag}} 0 -1 withscores`,
      `scard s{${tag}}`,
      `xlen x{${tag}}`,
      `exists short{${tag}}`,
      'dbsize',
      `pexpiretime l{${tag}}`,
      `hpexpiretime h{${tag}} fields 1 f`,
      `get n{${tag}}`,
    ]
    const first = run(w, client, lines)
    const counted = Number(first.at(-1)?.slice(1))
    const added = Number(run(w, client, ['dbsize'])[0]?.slice(1)) - keys.length - 6
    t.deepEqual(first.slice(0, keys.length + 6), [
      ...keys.map((key) => `$v${key}`),
      '*3 $a $b $c',
      '*2 $1 $2',
      '*4 $a $1 $b $2.5',
      ':2',
      ':1',
      ':0',
    ])
    t.deepEqual(first.slice(keys.length + 7, keys.length + 9), times)
    t.is(counted, 41 + added)
    for (const id of [2, 3, 4]) t.deepEqual(run(w, w.client(id), lines), first)
    const left = w.members.flatMap(({ core }) => {
      return core
        ?.inspect()
        .groups.filter(({ id }) => Number(id) === 0)
        .map(({ memory }) => memory)
    })
    t.true(left.length > 0)
    t.deepEqual(run(w, client, ['quorate move slots 0-8191 to 0'])[0]?.includes('0-8191'), true)
    w.until(() => !isMoving(w), 60_000)
    for (const id of [1, 4]) t.deepEqual(run(w, w.client(id), lines), first)
  })
}

test('hand-over: a member of either group is away: nothing moves, everything is served, and it is named', (t) => {
  const w = placedWorld(apart)
  const client = w.client(1)
  run(
    w,
    client,
    keys.map((key) => `set ${key} v`),
  )
  w.kill(4)

  run(w, client, ['quorate move slots 0-8191 to 1'])
  w.until(() => false, 3_000)

  t.true(isMoving(w))
  t.regex(run(w, client, ['quorate topology'])[0] ?? '', /waits for members 4: /)
  t.true(
    run(
      w,
      client,
      keys.map((key) => `set ${key} w`),
    ).every((reply) => reply === '+OK'),
  )
  w.start(4)
  w.until(() => !isMoving(w), 60_000)
  t.false(isMoving(w))
  t.true(
    run(
      w,
      w.client(3),
      keys.map((key) => `get ${key}`),
    ).every((reply) => reply === '$w'),
  )
})

test('hand-over: one that waits for elements waits on at the other group, and a watched key that moved voids its transaction or not, but is never taken for another', (t) => {
  const w = placedWorld(apart)
  const [waiter, watcher, other] = [w.client(1), w.client(2), w.client(4)]
  const [key = '', watched = ''] = low
  run(w, watcher, [`set ${watched} 1`, `watch ${watched}`])
  waiter.send(`blpop q{${key}} 0`)

  run(w, other, ['quorate move slots 0-8191 to 1'])
  w.until(() => !isMoving(w), 60_000)
  run(w, other, [`set ${watched} 2`, `rpush q{${key}} e`])

  w.until(() => waiter.replies.length === waiter.sent, 20_000)
  t.deepEqual(waiter.replies, [`*2 $q{${key}} $e`])
  t.deepEqual(run(w, watcher, ['multi', `set ${watched} 3`, 'exec']).at(-1), '_')
  t.deepEqual(run(w, other, [`get ${watched}`]), ['$2'])
})
