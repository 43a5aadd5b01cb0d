// Session tokens and levels of a connection in whole cores: what one member showed, another one shows no less
// of, or says that it cannot.

import test from 'ava'
import type { Durability, Level } from '../../src/api/config.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { Terms } from '../../src/router/terms/terms.js'
import { decodeToken, encodeToken, type SessionToken } from '../../src/router/terms/token.js'
import { ask, tokenOf } from './asking.js'
import { CoreWorld, keyspace } from './core-world.js'

const strategyOf = { strong: 'raft', sequential: 'zab', causal: 'eventual', eventual: 'eventual' }

function space(level: Level, durability: Durability = 'always', strategy = strategyOf[level]) {
  return { ...keyspace('default', []), level, strategy, durability }
}

function world(level: Level, durability: Durability = 'always'): CoreWorld {
  return new CoreWorld({ keyspaces: [space(level, durability)] })
}

/** A member that does not lead, and another one. */
function followers(w: CoreWorld): readonly [number, number] {
  const [one, other] = [1, 2, 3].filter((id) => id !== w.leader())
  return [one as number, other as number]
}

const behind = /^-TRYAGAIN /

for (const level of ['sequential', 'causal'] as const) {
  test(`session token: ${level}: a member that lags: commands wait until it has caught up, other connections do not`, (t) => {
    const w = world(level)
    t.true(w.settled())
    const [one, other] = followers(w)
    const writer = w.client(one)
    const reader = w.client(other)
    const stranger = w.client(other)
    ask(w, writer, 'SET k old')
    w.until(() => ask(w, stranger, 'GET k')[0] === '$old')
    w.isolate(other)
    ask(w, writer, 'SET k new', 'SADD s a')
    const token = tokenOf(w, writer)

    t.deepEqual(ask(w, reader, `QUORATE SESSION SET ${token}`), ['+OK'])
    const sent = reader.replies.length
    reader.send('GET k', 'SCARD s', 'PING')
    w.until(() => false, 300)
    t.is(reader.replies.length, sent)
    t.deepEqual(ask(w, stranger, 'GET k'), ['$old'])
    w.rejoin(other)
    t.true(w.until(() => reader.replies.length === sent + 3, 900))

    t.deepEqual(reader.replies.slice(sent), ['$new', ':1', '+PONG'])
  })

  test(`session token: ${level}: a member that stays behind: refused in time, each command by itself`, (t) => {
    const w = world(level)
    t.true(w.settled())
    const [one, other] = followers(w)
    const writer = w.client(one)
    const reader = w.client(other)
    w.isolate(other)
    ask(w, writer, 'SET k new')
    const token = tokenOf(w, writer)
    ask(w, reader, `QUORATE SESSION SET ${token}`)

    const from = w.mono
    const replies = ask(w, reader, 'GET k', 'PING', 'MGET k l', 'GET k')
    t.true(w.mono - from < 1_200)
    t.regex(replies[0] as string, behind)
    t.is(replies[1], '+PONG')
    t.regex(replies[2] as string, behind)
    t.regex(replies[3] as string, behind)
    t.deepEqual(
      ask(w, reader, 'MULTI', 'GET k')
        .concat(ask(w, reader, 'EXEC'))
        .slice(0, 2),
      ['+OK', '+QUEUED'],
    )
    t.regex(reader.replies.at(-1) as string, behind)
    // Tokens made meanwhile stand for no less.
    const later = tokenOf(w, reader)
    const third = w.client(other)
    ask(w, third, `QUORATE SESSION SET ${later}`)
    t.regex(ask(w, third, 'GET k')[0] as string, behind)

    w.rejoin(other)
    t.true(w.until(() => ask(w, third, 'GET k')[0] === '$new', 4_000))
    t.deepEqual(ask(w, reader, 'GET k'), ['$new'])
  })
}

test('session token: causal: a write behind a token is behind what the token stands for, everywhere', (t) => {
  const w = world('causal')
  t.true(w.settled())
  const writer = w.client(1)
  const follower = w.client(2)
  w.isolate(2)
  ask(w, writer, 'SET k first')
  ask(w, follower, `QUORATE SESSION SET ${tokenOf(w, writer)}`)

  t.regex(ask(w, follower, 'SET k second')[0] as string, behind)
  w.rejoin(2)
  t.deepEqual(ask(w, follower, 'SET k second', 'GET k'), ['+OK', '$second'])

  for (const id of [1, 2, 3]) {
    const client = w.client(id)
    t.true(w.until(() => ask(w, client, 'GET k')[0] === '$second', 2_000))
  }
})

test('session token: eventual: asks for nothing', (t) => {
  const w = world('eventual')
  t.true(w.settled())
  const writer = w.client(1)
  const reader = w.client(2)
  w.isolate(2)
  ask(w, writer, 'SET k new')

  t.deepEqual(ask(w, reader, `QUORATE SESSION SET ${tokenOf(w, writer)}`, 'GET k'), ['+OK', '_'])
})

test('session token: strong: reads need none, weakened ones wait as sequential ones do', (t) => {
  const w = world('strong')
  t.true(w.settled())
  const [one, other] = followers(w)
  const writer = w.client(one)
  const reader = w.client(other)
  ask(w, reader, 'QUORATE CONSISTENCY sequential')
  ask(w, writer, 'SET k old')
  w.until(() => ask(w, reader, 'GET k')[0] === '$old')
  w.isolate(other)
  ask(w, writer, 'SET k new')
  const token = tokenOf(w, writer)

  t.deepEqual(ask(w, reader, 'GET k'), ['$old'])
  t.deepEqual(ask(w, reader, `QUORATE SESSION SET ${token}`), ['+OK'])
  t.regex(ask(w, reader, 'GET k')[0] as string, behind)
  w.rejoin(other)

  t.true(w.until(() => ask(w, reader, 'GET k')[0] === '$new', 4_000))
})

test('session token: of another cluster, inside MULTI, with words too many: refused', (t) => {
  const w = world('causal')
  const elsewhere = world('sequential')
  t.true(w.settled() && elsewhere.settled())
  const client = w.client(1)
  const token = tokenOf(elsewhere, elsewhere.client(1))

  const replies = ask(
    w,
    client,
    `QUORATE SESSION SET ${token}`,
    'QUORATE SESSION SET',
    'QUORATE SESSION GET x',
    'MULTI',
    'QUORATE SESSION GET',
    'EXEC',
  )

  t.regex(replies[0] as string, /^-ERR Invalid session token: it is of another cluster/)
  t.is(replies[1], '-ERR syntax error')
  t.is(replies[2], '-ERR syntax error')
  t.regex(replies[4] as string, /^-ERR /)
  t.regex(replies[5] as string, /^-EXECABORT /)
})

test('session token: where its wait is left out, a member that lags answers what is old', (t) => {
  const w = world('causal')
  t.true(w.settled())
  const writer = w.client(1)
  const reader = w.client(2)
  w.isolate(2)
  ask(w, writer, 'SET k new')
  const token = tokenOf(w, writer)
  plantBug('shard-session-not-awaited')

  const replies = ask(w, reader, `QUORATE SESSION SET ${token}`, 'GET k')
  plantBug('')

  t.deepEqual(replies, ['+OK', '_'])
})

test('session token: a second one, long after the wait for the first: waited for as long', (t) => {
  const w = world('causal')
  t.true(w.settled())
  const writer = w.client(1)
  const reader = w.client(2)
  for (const value of ['one', 'two']) {
    w.isolate(2)
    ask(w, writer, `SET k ${value}`)
    const sent = reader.replies.length
    reader.send(`QUORATE SESSION SET ${tokenOf(w, writer)}`, 'GET k')
    w.until(() => false, 300)
    t.is(reader.replies.length, sent + 1)
    w.rejoin(2)
    w.until(() => false, 2_000)

    t.is(reader.replies.at(-1), `$${value}`)
  }
})

test('session token: more groups than fit: the others are asked for by a strong read, and refused where there is none', (t) => {
  const shards = 64
  const w = new CoreWorld({
    keyspaces: [space('sequential')],
    config: () => ({ shards, sessionWaitMs: 300 }),
  })
  t.true(w.settled())
  const [one, other] = followers(w)
  const writer = w.client(one)
  const keys = Array.from({ length: 400 }, (_, i) => `k${i}`)
  ask(w, writer, ...keys.map((key) => `SET ${key} old`))
  const stranger = w.client(other)
  w.until(() => ask(w, stranger, ...keys.map((key) => `GET ${key}`)).every((at) => at === '$old'))
  w.isolate(other)
  ask(w, writer, ...keys.map((key) => `SET ${key} new`))
  const token = tokenOf(w, writer)
  t.true(token.length <= 256)
  const reader = w.client(other)
  ask(w, reader, `QUORATE SESSION SET ${token}`)

  const refused = ask(w, reader, ...keys.map((key) => `GET ${key}`))
  w.rejoin(other)
  t.true(w.until(() => ask(w, reader, `MGET ${keys.join(' ')}`)[0]?.startsWith('-') === false))
  const found = ask(w, reader, ...keys.map((key) => `GET ${key}`))

  t.true(refused.every((reply) => behind.test(reply)))
  t.true(found.every((reply) => reply === '$new'))
})

test('session token: more causal keyspaces than fit: the others wait for word of every member', (t) => {
  const names = Array.from({ length: 12 }, (_, i) => `s${i}`)
  const causal = { level: 'causal', strategy: 'eventual' } as const
  const w = new CoreWorld({
    keyspaces: [
      ...names.map((name) => ({ ...keyspace(name, [`${name}:`]), ...causal })),
      keyspace('default', []),
    ],
  })
  t.true(w.settled())
  const writer = w.client(1)
  for (const id of [2, 3]) ask(w, w.client(id), ...names.map((name) => `SET ${name}:x ${id}`))
  w.isolate(2)
  ask(w, writer, ...names.map((name) => `SET ${name}:k new`))
  const token = tokenOf(w, writer)
  const reader = w.client(2)
  ask(w, reader, `QUORATE SESSION SET ${token}`)

  const refused = ask(w, reader, ...names.map((name) => `GET ${name}:k`))
  w.rejoin(2)
  w.until(() => false, 2_000)
  const found = ask(w, reader, ...names.map((name) => `GET ${name}:k`))

  t.true(token.length <= 256)
  t.true(refused.every((reply) => behind.test(reply)))
  t.true(found.every((reply) => reply === '$new'))
})

for (const members of [3, 1]) {
  test(`session token: causal, 4 shard groups, ${members} members: one that hears nobody serves who brings its own token back`, (t) => {
    const w = new CoreWorld({
      members,
      keyspaces: [space('causal')],
      config: () => ({ shards: 4 }),
    })
    t.true(w.settled())
    w.isolate(1)
    ask(w, w.client(1), 'SET a 1', 'SET b 2')
    w.kill(1)
    w.start(1)
    w.isolate(1)
    t.true(w.settled())
    const writer = w.client(1)
    t.deepEqual(ask(w, writer, 'SET c 3'), ['+OK'])
    t.deepEqual(ask(w, writer, 'SET d 4'), ['+OK'])
    const token = tokenOf(w, writer)
    const reader = w.client(1)

    const replies = ask(w, reader, `QUORATE SESSION SET ${token}`, 'MGET a b c d')

    t.deepEqual(replies, ['+OK', '*4 $1 $2 $3 $4'])
  })
}
/** A token that lists nothing, and asks for all that this one does. */
function unlisted(text: string): string {
  const owner = Buffer.from(text, 'base64url').readUInt32BE(1)
  const { stamps } = decodeToken(text, owner) as SessionToken
  const ends = [...stamps.values()].flat().map(({ upTo }) => upTo)
  const rest = { restUpTo: Math.max(0, ...ends), hasRest: true }
  return encodeToken({ stamps: new Map(), places: new Map(), ...rest }, owner)
}

for (const level of ['sequential', 'causal'] as const) {
  test(`session token: ${level}: made while another one that lists nothing is waited for: stands for no less`, (t) => {
    const w = world(level)
    t.true(w.settled())
    const [one, other] = followers(w)
    const writer = w.client(one)
    ask(w, writer, 'SET k old')
    w.until(() => false, 300)
    w.isolate(other)
    ask(w, writer, 'SET k new')
    const first = w.client(other)
    ask(w, first, `QUORATE SESSION SET ${unlisted(tokenOf(w, writer))}`)
    t.regex(ask(w, first, 'GET k')[0] as string, behind)
    const second = w.client(other)
    ask(w, second, `QUORATE SESSION SET ${tokenOf(w, first)}`)

    t.regex(ask(w, second, 'GET k')[0] as string, behind)
    w.rejoin(other)
    t.true(w.until(() => ask(w, second, 'GET k')[0] === '$new', 4_000))
  })
}

test('session token: a second one that lists nothing: what was asked for the first does not answer it', (t) => {
  const terms = new Terms()
  const first = terms.needAnew(0)
  first.isAsking = true

  const second = terms.needAnew(0)
  first.barrier = 'passed'

  t.is(terms.need(0), second)
  t.is(second.barrier, 'wanted')
  t.false(second.isAsking)
})

test('session token: MIGRATE of keys at its end: waits for their groups, and a token made behind it stands for them', (t) => {
  const w = new CoreWorld({ keyspaces: [space('sequential')], config: () => ({ shards: 2 }) })
  t.true(w.settled())
  const [one, other] = followers(w)
  const writer = w.client(one)
  const reader = w.client(other)
  // The empty key in front of the words belongs to the first group, this one to the second.
  ask(w, writer, 'SET a old')
  t.true(w.until(() => ask(w, reader, 'GET a')[0] === '$old'))
  w.isolate(other)
  ask(w, writer, 'DEL a')
  const stranger = w.client(one)
  const migrate = 'MIGRATE 127.0.0.1 1  0 1000 KEYS a'
  t.deepEqual(ask(w, stranger, migrate), ['+NOKEY'])
  ask(w, reader, `QUORATE SESSION SET ${tokenOf(w, stranger)}`)

  t.regex(ask(w, reader, 'GET a')[0] as string, behind)
  t.regex(ask(w, reader, migrate)[0] as string, behind)
})

for (const level of ['sequential', 'strong'] as const) {
  test(`session token: ${level}: at a member short of disk: no connection is shown less than strong reads showed, whatever it asks for`, (t) => {
    const w = world(level)
    t.true(w.settled())
    const [short] = followers(w)
    const client = w.client(short)
    const other = w.client(short)
    const writer = w.client(w.leader())
    ask(w, client, 'SET k old')
    w.member(short).inbox.push({ kind: 'disk', short: true })
    ask(w, writer, 'SET k new')
    t.deepEqual(ask(w, client, 'QUORATE CONSISTENCY strong', 'GET k'), ['+OK', '$new'])
    ask(w, other, 'QUORATE CONSISTENCY sequential', `QUORATE SESSION SET ${tokenOf(w, client)}`)
    ask(w, client, 'QUORATE CONSISTENCY sequential')

    t.regex(ask(w, client, 'GET k')[0] as string, behind)
    t.regex(ask(w, other, 'GET k')[0] as string, behind)
    w.member(short).inbox.push({ kind: 'disk', short: false })
    t.true(w.until(() => ask(w, client, 'GET k')[0] === '$new', 4_000))
    t.deepEqual(ask(w, other, 'GET k'), ['$new'])
  })
}
