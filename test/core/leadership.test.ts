// Who leads what once members were stopped and started again.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { CoreWorld, keyspace } from './core-world.js'

const groups = 6
/** Milliseconds that a member is there before it gets its share, with some for the elections before. */
const settleMs = 13_000

function makeWorld(
  strategy: string,
  level: string,
  skew: (id: number) => number = () => 0,
): CoreWorld {
  const space = { ...keyspace('default', []), strategy, level } as ReturnType<typeof keyspace>
  const w = new CoreWorld({ keyspaces: [space], config: () => ({ shards: groups }), skew })
  w.settled()
  return w
}

function leaders(w: CoreWorld): readonly number[] {
  return Array.from({ length: groups }, (_, group) => w.leader(group))
}

/** Greatest difference between two members in how many groups they lead. */
function unevenness(w: CoreWorld): number {
  const counts = w.members.map(({ id }) => leaders(w).filter((each) => each === id).length)
  return Math.max(...counts) - Math.min(...counts)
}

function restart(w: CoreWorld, id: number): void {
  w.member(id).inbox.push({ kind: 'stop' })
  w.until(() => w.member(id).stopped !== null)
  w.start(id)
  w.settled()
  pass(w, 3_000)
}

function pass(w: CoreWorld, ms: number): void {
  w.until(() => false, ms)
}

for (const [strategy, level] of [
  ['raft', 'strong'],
  ['zab', 'sequential'],
] as const) {
  test(`leadership: ${strategy}: members that were restarted lead their share again, and nothing goes to and fro`, (t) => {
    const w = makeWorld(strategy, level)
    for (const id of [1, 2, 3]) restart(w, id)
    t.true(unevenness(w) >= 2, 'the last one leads nothing')

    pass(w, settleMs + groups * 1_000)

    t.true(unevenness(w) <= 1)
    const after = leaders(w)
    pass(w, settleMs)
    t.deepEqual(leaders(w), after)
  })
}

test('leadership: what was handed over by hand stays', (t) => {
  const w = makeWorld('raft', 'strong')
  pass(w, 2 * settleMs)

  const client = w.client(3)
  client.send('quorate transfer 1')
  w.answered()
  pass(w, 2 * settleMs)

  t.is(client.replies.length, 1)
  t.false(leaders(w).includes(3))

  restart(w, 2)
  pass(w, 2 * settleMs)
  t.false(leaders(w).includes(3), 'what another member gets is not for who was there')
  t.true(leaders(w).includes(2))
})

test('leadership: a member that comes back with its clock off gets nothing', (t) => {
  let skewMs = 0
  const w = makeWorld('raft', 'strong', (id) => (id === 1 ? skewMs : 0))
  restart(w, 1)
  skewMs = 60_000
  pass(w, 2 * settleMs)

  const { traces } = w.member(3)
  t.false(leaders(w).includes(1))
  t.deepEqual(
    traces.filter(({ event, fields }) => event === 'raft.transfer' && fields['to'] === 1),
    [],
  )
})

test('leadership: a member that takes no group is not asked for ever', (t) => {
  const w = makeWorld('raft', 'strong')
  for (const id of [1, 2]) restart(w, id)
  for (const id of [1, 2]) w.member(id).inbox.push({ kind: 'disk', short: true })

  pass(w, 3 * settleMs)

  const { traces } = w.member(3)
  t.true(traces.filter(({ event }) => event === 'raft.transfer').length <= 2)
})

test('leadership: a stop while a group is on its way to a member that came: clients hear of all groups', (t) => {
  const w = makeWorld('raft', 'strong')
  restart(w, 1)
  w.client(2).send('quorate transfer 3')
  pass(w, 1_000)
  const led = Array.from({ length: groups }, (_, group) => group).filter((g) => w.leader(g) === 3)
  t.true(led.length > 2)
  const client = w.client(3)
  client.isRaw = true
  client.send('hello 3', 'client maint_notifications on', 'client routing cluster')

  w.until(() => client.text.includes('FAILING_OVER'), settleMs)
  w.member(3).inbox.push({ kind: 'stop' })
  w.until(() => w.member(3).stopped !== null, 20_000)

  const told = [...client.text.matchAll(/FAILING_OVER[^[]*(\[.*\])/g)]
  const shards = told.flatMap(([, list]) => JSON.parse(list as string) as string[])
  t.deepEqual(shards.sort(), led.map(String))
  t.is(told.length, 2)
  t.false(leaders(w).includes(3))
})

test('leadership: groups that are placed: a member gets of those that both have, and nothing goes to and fro', (t) => {
  const space = keyspace('default', [])
  const placed = [1, 2, 3, 4, 5, 6].map((each) => ({
    id: each - 1,
    weight: 1,
    members: (each <= 4 ? [1, 2, 3] : [2, 3, 4]) as MemberId[],
  }))
  const w = new CoreWorld({
    members: 4,
    keyspaces: [space],
    config: () => ({ shards: groups, shardGroups: placed }),
  })
  w.settled()
  restart(w, 1)
  for (const id of [2, 4]) w.client(id).send('quorate transfer 3')
  pass(w, 1_000)
  t.deepEqual(leaders(w), new Array(groups).fill(3))

  pass(w, 3 * settleMs)

  const after = leaders(w)
  t.deepEqual([...after].sort(), [1, 1, 3, 3, 3, 3], 'of four that both have')
  pass(w, 2 * settleMs)
  t.deepEqual(leaders(w), after)
})
