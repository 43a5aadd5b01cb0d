// What a review of clusters found in which slots of some keyspaces stay.

import test from 'ava'
import { reply, run, world } from './joining-world.js'
import { fill, isStill, lacking, spaces, topologyAt } from './rooted-world.js'

test('rooted: swapdb of what is no index, where the first shard group has gone: says so', (t) => {
  const w = world({ shards: 1 })
  reply(w, w.client(1), 'QUORATE SHARD ADD')
  reply(w, w.client(1), 'QUORATE SHARD REMOVE 0')
  t.true(w.until(() => topologyAt(w, 1)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
  run(w, 6_000)
  t.is(reply(w, w.client(1), 'SWAPDB x 1'), '-ERR invalid first DB index')
})

test('consistency: causal reads of a strong keyspace: strong ones where one of its two groups has gone, whose causes may not be here yet', (t) => {
  const w = world({ shards: 1 })
  reply(w, w.client(1), 'QUORATE SHARD ADD')
  reply(w, w.client(1), 'QUORATE SHARD REMOVE 0')
  t.true(w.until(() => topologyAt(w, 1)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
  run(w, 6_000)
  const client = w.client(1)
  reply(w, client, 'QUORATE CONSISTENCY CAUSAL')
  t.regex(reply(w, client, 'QUORATE EXPLAIN k'), /\$read-level \$strong/)
})

test('rooted: a member that joined with nothing loses its disk; so does a founder, where shard group 0 has gone', (t) => {
  const w = world({ shards: 2, keyspaces: spaces() })
  fill(w, 1)
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004 EMPTY')
  t.true(w.until(() => isStill(w) && (w.member(4).core?.inspect().isServing() ?? false)))
  reply(w, w.client(4), 'QUORATE SHARD ADD MEMBERS 1 2 4')
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => isStill(w), 60_000))
  reply(w, w.client(2), 'QUORATE SHARD REMOVE 0')
  t.true(w.until(() => topologyAt(w, 4)?.shards[0]?.out === 'gone' && isStill(w), 60_000))
  run(w, 6_000)
  for (const id of [4, 3, 1]) {
    w.kill(id, true)
    w.start(id)
    t.true(
      w.until(
        () => w.member(id).core?.inspect().isServing() === true && w.member(id).stopped === null,
        60_000,
      ),
      `${id}`,
    )
    run(w, 3_000)
    t.is(w.member(id).stopped, null)
    for (const at of [1, 2, 3, 4]) t.deepEqual(lacking(w, at), [], `${id} ${at}`)
  }
})
