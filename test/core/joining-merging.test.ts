// Members of merging keyspaces come and go: their groups follow what the topology says, each member at its own time.

import test from 'ava'
import type { Level } from '../../src/api/config.js'
import { become, digests, reply, run, world } from './joining-world.js'

const levels: readonly Level[] = ['eventual', 'causal']

function keyspaces(level: Level) {
  return [
    {
      name: 'default',
      prefixes: [],
      databases: null,
      level,
      strategy: 'eventual',
      durability: 'always',
      maxMemory: 0,
      options: {},
    },
  ]
}

function equal(w: ReturnType<typeof world>, ids: readonly number[]): boolean {
  return w.until(() => new Set(digests(w, ids).map((each) => JSON.stringify(each))).size === 1)
}

for (const level of levels) {
  const title = `joining: ${level}`

  test(`${title}: one is admitted: it is filled, then takes writes, and stream ids are its own`, (t) => {
    const w = world({ shards: 2, keyspaces: keyspaces(level) })
    const client = w.client(2)
    for (let i = 0; i < 50; i++) reply(w, client, `SET k${i} ${i}`)

    reply(w, client, 'QUORATE JOIN 4 127.0.0.1:7004')
    t.true(become(w, 1, 2, 3, 4))
    t.true(w.settled())
    const newcomer = w.client(4)
    t.is(reply(w, newcomer, 'GET k17'), '$17')
    t.is(reply(w, newcomer, 'SET k17 x'), '+OK')
    t.regex(reply(w, newcomer, 'XADD s * a 1'), /-\d*3$/)
    t.true(equal(w, [1, 2, 3, 4]))
    t.is(reply(w, client, 'GET k17'), '$x')
    t.true(w.until(() => JSON.parse(reply(w, client, 'QUORATE PLAN').slice(1)).settled))
  })

  test(`${title}: a member is removed under writes: what it answered stays, it stops, and the others go on`, (t) => {
    const w = world({ shards: 2, keyspaces: keyspaces(level) })
    const [client, leaving] = [w.client(1), w.client(3)]
    reply(w, client, 'SET a 1')
    for (let i = 0; i < 20; i++) t.is(reply(w, leaving, `SET k${i} ${i}`), '+OK')

    reply(w, client, 'QUORATE REMOVE m3')
    t.true(become(w, 1, 2))
    t.true(w.until(() => w.member(3).stopped !== null))
    t.is(reply(w, client, 'SET a 2'), '+OK')
    for (let i = 0; i < 20; i++) t.is(reply(w, client, `GET k${i}`), `$${i}`)
    t.true(equal(w, [1, 2]))
  })

  test(`${title}: a dead member is replaced; all start again and are members as before`, (t) => {
    const w = world({ keyspaces: keyspaces(level) })
    reply(w, w.client(1), 'SET a 1')
    run(w, 200)
    w.kill(3)

    reply(w, w.client(1), 'QUORATE REPLACE m3 4 127.0.0.1:7003 FORCE')
    t.is(reply(w, w.client(2), 'SET b 1'), '+OK', 'meanwhile writes go on')
    t.true(become(w, 1, 2, 4))
    t.is(reply(w, w.client(4), 'GET a'), '$1')
    for (const id of [1, 2, 4]) w.kill(id)
    for (const id of [1, 2, 4]) w.start(id)
    t.true(become(w, 1, 2, 4))
    t.true(w.settled())
    t.is(reply(w, w.client(4), 'SET c 1'), '+OK')
    t.true(equal(w, [1, 2, 4]))
  })
}

test('joining: eventual: who was to come for another one never comes and is removed: both are gone', (t) => {
  const w = world({ keyspaces: keyspaces('eventual') })
  const client = w.client(1)
  w.kill(3)
  w.kill(4)
  reply(w, client, 'QUORATE REPLACE m3 5 127.0.0.1:7005 FORCE')
  run(w, 200)

  reply(w, client, 'QUORATE REMOVE m5')

  t.true(become(w, 1, 2))
  t.true(w.until(() => JSON.parse(reply(w, client, 'QUORATE PLAN').slice(1)).settled))
})

/** The third one has what nobody else has, and is cut off while it is to go; a fourth one takes its place, or nobody. */
function cutOff(words: string) {
  const w = world({ keyspaces: keyspaces('eventual') })
  const client = w.client(1)
  reply(w, client, 'SET a 1')
  run(w, 200)
  w.isolate(3)
  const alone = w.client(3)
  for (let i = 0; i < 10; i++) reply(w, alone, `SET k${i} ${i}`)
  reply(w, client, words)
  run(w, 15_000)
  return { w, client }
}

function planOf(w: ReturnType<typeof world>) {
  return JSON.parse(reply(w, w.client(1), 'QUORATE PLAN').slice(1))
}

for (const words of ['QUORATE REMOVE m3', 'QUORATE REPLACE m3 4 127.0.0.1:7004'])
  test(`joining: eventual: ${words}: it is silent for long: waited for by name, and what it has is not lost`, (t) => {
    const { w, client } = cutOff(words)
    const plan = planOf(w)
    t.false(plan.settled)
    t.deepEqual(
      plan.steps.find(({ keyspace }: { keyspace: string }) => keyspace === 'default').awaited,
      [3],
    )

    w.rejoin(3)
    t.true(words.includes('REPLACE') ? become(w, 1, 2, 4) : become(w, 1, 2))
    t.true(w.until(() => planOf(w).settled))
    for (let i = 0; i < 10; i++) t.is(reply(w, client, `GET k${i}`), `$${i}`)
  })

test('joining: eventual: a silent one that is on its way out is removed by force: it is not waited for', (t) => {
  const { w, client } = cutOff('QUORATE REMOVE m3')
  t.regex(reply(w, client, 'QUORATE REMOVE m3'), /on its way out already/)

  reply(w, client, 'QUORATE REMOVE m3 FORCE')

  t.true(become(w, 1, 2))
  t.true(w.until(() => planOf(w).settled))
  t.is(reply(w, client, 'GET k1'), '_')
})
