import test from 'ava'
import { CoreWorld, keyspace } from './core-world.js'

const levels = [
  { level: 'strong', strategy: 'raft' },
  { level: 'sequential', strategy: 'zab' },
  { level: 'causal', strategy: 'eventual' },
  { level: 'eventual', strategy: 'eventual' },
] as const

for (const { level, strategy } of levels) {
  test(`${level}: a clock that was ten minutes ahead comes back: times to live end all the same`, (t) => {
    let isAhead = true
    const w = new CoreWorld({
      keyspaces: [{ ...keyspace('default', []), level, strategy }],
      skew: () => (isAhead ? 600_000 : 0),
    })
    t.true(w.settled())
    const client = w.client(1)
    client.send('SET first 1')
    t.true(w.answered())
    isAhead = false
    // Members take the others' clocks to be where they were, for a while.
    w.until(() => false, 6_000)
    client.send('SET k v PX 1500', 'SADD s a', 'PEXPIRE s 1500')
    t.true(w.answered())
    w.until(() => false, 1_000)
    client.send('EXISTS k s')
    t.true(w.answered())
    w.until(() => false, 1_500)
    for (const id of [1, 2, 3]) {
      const asked = w.client(id)
      asked.send('EXISTS k s', 'DBSIZE')
      t.true(w.answered())
      t.deepEqual(asked.replies, [':0', ':1'], `member ${id}`)
    }
    t.is(client.replies.at(-1), ':2')
  })
}

for (const { level, strategy } of levels) {
  test(`${level}: nobody writes: what says how long something is past or to come goes on`, (t) => {
    const w = new CoreWorld({ keyspaces: [{ ...keyspace('default', []), level, strategy }] })
    t.true(w.settled())
    const client = w.client(1)
    client.send('CONFIG SET maxmemory-policy allkeys-lru', 'SET k v PX 60000', 'HSET h f v')
    client.send('HPEXPIRE h 60000 FIELDS 1 f', 'XADD s * f v', 'XGROUP CREATE s g 0')
    client.send('XREADGROUP GROUP g c STREAMS s >', 'SET other v')
    t.true(w.answered())
    w.until(() => false, 5_000)

    const asked = client
    const before = asked.replies.length
    asked.send('PTTL k', 'TTL k', 'HPTTL h FIELDS 1 f', 'XPENDING s g IDLE 4000 - + 10')
    asked.send('OBJECT IDLETIME other', 'GET other', 'OBJECT IDLETIME other')
    t.true(w.answered())
    const [pttl, ttl, field, pending, idle, , used] = asked.replies.slice(before)
    const left = Number(pttl?.slice(1))
    t.true(left > 54_000 && left <= 55_000, pttl)
    t.is(ttl, ':55')
    t.regex(field as string, /:5[45]\d\d\d/)
    t.regex(pending as string, /\$c/)
    t.is(idle, ':5')
    t.is(used, ':0')
  })
}
