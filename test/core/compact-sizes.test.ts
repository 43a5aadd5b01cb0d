// CONFIG SET of the sizes up to which containers are compact: for the whole cluster, kept by restarts; the
// replies are those of redis-server 7.0.15.

import test from 'ava'
import { type Client, CoreWorld } from './core-world.js'

function replies(w: CoreWorld, client: Client, ...lines: readonly string[]): readonly string[] {
  const before = client.replies.length
  client.send(...lines)
  if (!w.answered()) throw new Error(`no answer to ${lines.join('; ')}`)
  return client.replies.slice(before)
}

test('compact sizes: set through a follower: encodings follow them, on all members and after a restart', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(w.leader() === 1 ? 2 : 1)
  const sizes =
    'zset-max-ziplist-entries 1 hash-max-listpack-value 2 set-max-intset-entries 1 set-max-listpack-entries 0'
  t.deepEqual(replies(w, client, `CONFIG SET ${sizes}`), ['+OK'])
  t.true(w.converged())
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  t.true(w.settled())

  const other = w.client(3)
  const filled = replies(
    w,
    other,
    'ZADD z 1 a',
    'ZADD y 1 a 2 b',
    'HSET h a 12',
    'HSET i a 123',
    'SADD s 1',
    'SADD r 1 2',
    'SADD q a',
  )
  t.deepEqual(filled, [':1', ':2', ':1', ':1', ':1', ':2', ':1'])
  const shown = replies(w, other, 'CONFIG GET zset-max-listpack-entries zset-max-ziplist-entries')
  t.is(shown.join(' '), '*4 $zset-max-listpack-entries $1 $zset-max-ziplist-entries $1')
  const asked = ['z', 'y', 'h', 'i', 's', 'r', 'q'].map((key) => `OBJECT ENCODING ${key}`)
  t.deepEqual(replies(w, other, ...asked), [
    '$listpack',
    '$skiplist',
    '$listpack',
    '$hashtable',
    '$intset',
    '$hashtable',
    '$hashtable',
  ])
  t.true(w.converged())
  const digests = w.members.map(({ core }) => core?.inspect().groups[0]?.digest())
  t.deepEqual(digests[1], digests[0])
  t.deepEqual(digests[2], digests[0])
})

test('compact sizes: nodes of a stream: trimming about a length removes whole ones', (t) => {
  const w = new CoreWorld()
  t.true(w.settled())
  const client = w.client(2)
  t.deepEqual(replies(w, client, 'CONFIG SET stream-node-max-entries 10'), ['+OK'])
  const add = (count: number) =>
    replies(w, client, ...Array.from({ length: count }, (_, i) => `XADD s ${i + 1}-1 item v`))
  add(100)

  const trimmed = ['XADD s MAXLEN ~ 55 LIMIT 30 101-1 item v', 'XLEN s']
  t.is(replies(w, client, ...trimmed).at(-1), ':71')
  t.is(replies(w, client, 'XADD s MAXLEN ~ 55 LIMIT 30 102-1 item v', 'XLEN s').at(-1), ':62')

  replies(w, client, 'DEL s', 'CONFIG SET stream-node-max-entries 2')
  add(3)
  t.deepEqual(replies(w, client, 'XTRIM s MAXLEN ~ 0 LIMIT 1', 'XTRIM s MAXLEN ~ 0 LIMIT 2'), [
    ':0',
    ':2',
  ])
  // Without LIMIT a hundred nodes are looked at.
  replies(w, client, 'DEL s', 'CONFIG SET stream-node-max-entries 1')
  add(102)
  t.deepEqual(replies(w, client, 'XTRIM s MAXLEN ~ 1'), [':100'])
  // 0 is no bound but ours.
  replies(w, client, 'DEL s', 'CONFIG SET stream-node-max-entries 0 stream-node-max-bytes 0')
  add(600)
  t.deepEqual(replies(w, client, 'XTRIM s MAXLEN ~ 1'), [':512'])
})
