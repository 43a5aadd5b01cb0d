// Who leads what once members were stopped and started again.

import test from 'ava'
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
