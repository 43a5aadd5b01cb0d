// A member that stops or starts, as clients that go by slots see it: they are sent to who leads now before their
// connections are closed, and not to a member that does not serve yet.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { keySlot } from '../../src/base/keyslot.js'
import { type CoreWorld, keyspace } from './core-world.js'
import { addressOf, ask, keyOf, leaders, makeWorld, pass, shards } from './routing-world.js'

const eventual = { ...keyspace('default', []), level: 'eventual', strategy: 'eventual' } as const

for (const space of [keyspace('default', []), eventual]) {
  test(`stop: clients that go by slots: are sent to who leads now, and closed once they are quiet (${space.level})`, (t) => {
    const w = makeWorld([space])
    const leaving = space === eventual ? 1 : w.leader(1)
    const member = w.member(leaving)
    const client = w.client(leaving)
    const other = w.client((leaving % 3) + 1)
    const own = addressOf(w, client, leaving)
    const key = keyOf(1)
    t.deepEqual(ask(w, client, `set ${key} 1`), ['+OK'])

    member.inbox.push({ kind: 'stop' })
    let moved = ''
    for (let n = 0; n < 100 && !moved.startsWith('-MOVED'); n++) {
      moved = ask(w, client, `set ${key} ${n}`)[0] as string
      t.true(moved === '+OK' || moved.startsWith('-MOVED'), moved)
    }

    const [, slot, to] = moved.split(' ')
    t.is(Number(slot), keySlot(key))
    t.not(to, own)
    t.true([1, 2, 3].map((id) => addressOf(w, other, id)).includes(to as string))
    // Reads of replicas, too.
    const [, read] = ask(w, client, 'readonly', `get ${key}`)
    t.regex(read as string, /^-MOVED/)
    // It stays in its own map with one slot, which it serves.
    const map = leaders(w, client)
    t.is(map[0], `0-0 ${own}`)
    t.deepEqual(
      map.slice(1).filter((line) => line.endsWith(own)),
      [],
    )
    t.deepEqual(ask(w, client, 'set {06S} 1'), ['+OK'])
    t.is(member.stopped, null)

    const quietAt = w.mono
    w.until(() => member.stopped !== null, 4_000)
    t.true(member.stopped?.clean)
    t.true(w.mono - quietAt >= 90, `${w.mono - quietAt}`)
    t.true(w.mono - quietAt < 900, `${w.mono - quietAt}`)
  })
}

test('stop: a client that goes by slots and does not hear: held up for a second at most', (t) => {
  const w = makeWorld()
  const leaving = w.leader(1)
  const client = w.client(leaving)
  w.member(leaving).inbox.push({ kind: 'stop' })
  const begun = w.mono
  const key = keyOf(1)
  for (let n = 0; n < 8_000 && w.member(leaving).stopped === null; n++) {
    if (client.replies.length === client.sent) client.send(`set ${key} ${n}`)
    w.step()
  }
  t.true(w.member(leaving).stopped?.clean)
  t.true(w.mono - begun < 3_000, `${w.mono - begun}`)
})

test('transfer: who gave all its leadership away keeps one slot in its own map, and serves it, for a while', (t) => {
  const w = makeWorld()
  const giver = w.leader(1)
  const [client, other] = [w.client(giver), w.client((giver % 3) + 1)]
  const own = addressOf(w, client, giver)
  const isNamed = (at: typeof client): boolean => leaders(w, at).some((row) => row.endsWith(own))
  w.until(() => {
    ask(w, client, 'quorate transfer')
    pass(w, 200)
    return !isNamed(other)
  }, 20)

  t.false(isNamed(other))
  t.is(leaders(w, client)[0], `0-0 ${own}`)
  t.deepEqual(
    leaders(w, client).filter((row) => row.endsWith(own)),
    [`0-0 ${own}`],
  )
  t.deepEqual(ask(w, client, 'set {06S} 1'), ['+OK'])
  t.regex(ask(w, client, `set ${keyOf(1)} 1`)[0] as string, /^-MOVED/)

  pass(w, 10_500)
  t.false(isNamed(client))
  t.regex(ask(w, client, 'set {06S} 1')[0] as string, /^-MOVED/)
})

test('start: a member that does not serve yet: names others in the map, and is no replica', (t) => {
  const w = makeWorld([eventual])
  const id = 1 as MemberId
  w.kill(id)
  pass(w, 300)
  w.start(id)
  const client = w.client(id)
  const own = addressOf(w, w.client(2), id)
  let named = 0
  for (let n = 0; n < 400 && named === 0; n++) {
    const [info, map] = ask(w, client, 'info persistence', 'cluster slots') as [string, string]
    const isNamed = map.includes(`:${own.split(':')[1]} `)
    if (/loading:1/.test(info)) t.false(isNamed, map)
    else named++
  }
  t.is(named, 1)
  t.is(leaders(w, client).length, shards)
})

/** These members load for as long as they run. */
function loads(w: CoreWorld, ids: readonly number[]): void {
  const step = w.step.bind(w)
  w.step = () => {
    for (const { id, inbox } of w.members) {
      if (!ids.includes(id)) continue
      const others = inbox.filter(({ kind }) => kind !== 'scanned')
      inbox.splice(0, inbox.length, ...others)
    }
    step()
  }
}

function restartAll(w: CoreWorld): void {
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
}

test('start: members that load all: send no client to each other', (t) => {
  const w = makeWorld()
  restartAll(w)
  loads(w, [1, 2, 3])
  pass(w, 5_000)

  for (const id of [1, 2, 3]) {
    const client = w.client(id)
    for (let shard = 0; shard < shards; shard++) {
      t.regex(ask(w, client, `set ${keyOf(shard)} 1`)[0] as string, /^-LOADING/)
    }
  }
})

test('start: members that load beside one that serves: send clients there', (t) => {
  const w = makeWorld([eventual])
  restartAll(w)
  loads(w, [2, 3])
  pass(w, 5_000)

  const own = addressOf(w, w.client(1), 1)
  for (const id of [2, 3]) {
    const client = w.client(id)
    for (let shard = 0; shard < shards; shard++) {
      const [reply] = ask(w, client, `set ${keyOf(shard)} 1`) as [string]
      t.is(reply.split(' ')[2], own, reply)
    }
  }
})
