// Members that come and go while the cluster runs: who is admitted waits, catches up and votes; who is removed is
// out of all groups before it stops, and never comes back under its id.

import test from 'ava'
import type { MemberId } from '../../src/api/ids.js'
import { topologyKey } from '../../src/log/layout.js'
import { CoreWorld } from './core-world.js'
import { become, digests, keyspaceOf, listed, lists, reply, run, world } from './joining-world.js'

const strategies = ['raft', 'zab'] as const

test('joining: a member that the cluster does not know: waits, says so once, and disturbs nobody', (t) => {
  const w = world()
  run(w, 3_000)

  const { core, traces, stopped } = w.member(4)
  t.is(core?.inspect().clusterId, '')
  t.is(stopped, null)
  t.is(traces.filter(({ event }) => event === 'member.waits').length, 1)
  t.is(traces.filter(({ event }) => event === 'peer.connected').length, 0)
  const status = JSON.parse(reply(w, w.client(4), 'QUORATE STATUS').slice(1))
  t.regex(status.why, /run `quorate join`/)
})

test('joining: a member whose file names only some that are gone: says so in its log, and in its status', (t) => {
  const files = (id: number) => ({ members: id === 4 ? listed(8, 9, 4) : listed(1, 2, 3) })
  const w = new CoreWorld({ members: 4, config: files })
  run(w, 70_000)

  const said = w.member(4).traces.filter(({ event }) => event === 'member.waits')
  t.deepEqual([said.length, said[0]?.level], [1, 'warn'])
  const why =
    /waiting for members 8, 9 to be reachable; if there is a cluster, of which they are no members any more: name those/
  t.regex(String(said[0]?.fields['why']), why)
  t.regex(JSON.parse(reply(w, w.client(4), 'QUORATE STATUS').slice(1)).why, why)
  run(w, 10_000)
  t.is(w.member(4).traces.filter(({ event }) => event === 'member.waits').length, 2)
})

for (const strategy of strategies) {
  test(`joining, ${strategy}: one is admitted: it learns, votes in every group, and serves what was written before`, (t) => {
    const w = world({ shards: 2, ...keyspaceOf(strategy) })
    const client = w.client(2)
    for (let i = 0; i < 50; i++) reply(w, client, `SET k${i} ${i}`)

    const dry = JSON.parse(reply(w, client, 'QUORATE JOIN 4 127.0.0.1:7004 DRYRUN').slice(1))
    t.is(dry.steps.length, 3)
    t.deepEqual(dry.steps[0].add, [4])
    t.is(w.member(1).core?.inspect().topology.epoch, 1)

    reply(w, client, 'QUORATE JOIN 4 127.0.0.1:7004')
    t.true(become(w, 1, 2, 3, 4))
    t.is(reply(w, w.client(4), 'GET k17'), '$17')
    t.is(reply(w, w.client(4), 'SET k17 x'), '+OK')
    t.is(reply(w, client, 'GET k17'), '$x')
    t.true(
      w.until(
        () => new Set(digests(w, [1, 2, 3, 4]).map((each) => JSON.stringify(each))).size === 1,
      ),
    )
    const plan = JSON.parse(reply(w, client, 'QUORATE PLAN').slice(1))
    t.true(plan.settled)
  })
}

for (const strategy of strategies) {
  test(`joining, ${strategy}: all start again, with the files of before: the topology says who the members are`, (t) => {
    const w = world(keyspaceOf(strategy))
    reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
    t.true(become(w, 1, 2, 3, 4))
    for (const id of [1, 2, 3, 4]) w.kill(id)
    for (const id of [1, 2, 3, 4]) w.start(id)

    t.true(become(w, 1, 2, 3, 4))
    t.true(w.settled())
    w.kill(1)
    t.is(reply(w, w.client(4), 'SET a 1'), '+OK', 'three of four')
  })
}

test('joining: a member whose disk lost the last topology: begins its groups once somebody told who the members are', (t) => {
  const w = world()
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
  t.true(become(w, 1, 2, 3, 4))
  w.kill(4)
  t.true(w.member(4).rows.log.delete(topologyKey))
  w.start(4)
  w.isolate(4)

  run(w, 1_000)
  t.is(w.member(4).core?.inspect().groups[0]?.status, null)
  w.rejoin(4)
  t.true(become(w, 1, 2, 3, 4))
  t.is(reply(w, w.client(4), 'SET a 1'), '+OK')
})

for (const strategy of strategies) {
  test(`joining, ${strategy}: a member is removed, a leader of all: it hands over, is out of all groups, and stops`, (t) => {
    const w = world({ shards: 2, ...keyspaceOf(strategy) })
    const leader = w.members.find(
      ({ core }) => core?.inspect().groups[0]?.status?.role === 'leader',
    )
    const out = leader?.id as number
    const others = [1, 2, 3].filter((id) => id !== out)
    const client = w.client(others[0] as number)

    reply(w, client, `QUORATE REMOVE m${out}`)
    t.true(become(w, ...others))
    t.true(w.until(() => w.member(out).stopped !== null))
    t.like(w.member(out).stopped, { code: 0, clean: true })
    t.regex(w.member(out).stopped?.why ?? '', /was removed from the cluster/)
    t.is(reply(w, client, 'SET a 1'), '+OK')

    w.start(out)
    t.true(
      w.until(() => w.member(out).stopped !== null),
      'with its old disk it is told so',
    )
    t.is(w.member(out).stopped?.code, 1)
    w.member(out).rows.log.clear()
    w.member(out).rows.state.clear()
    w.start(out)
    t.true(
      w.until(() => w.member(out).stopped !== null),
      'and with an empty one',
    )
    t.regex(w.member(out).stopped?.why ?? '', /never used again/)
    t.regex(reply(w, client, `QUORATE JOIN ${out} 127.0.0.1:7009`), /id is never used again/)
  })
}

for (const strategy of strategies) {
  test(`joining, ${strategy}: a dead member is replaced by one at its address, in one change for each group`, (t) => {
    const w = world(keyspaceOf(strategy))
    reply(w, w.client(1), 'SET a 1')
    w.kill(3)

    t.regex(reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7003'), /is an address of member 3/)
    reply(w, w.client(1), 'QUORATE REPLACE m3 4 127.0.0.1:7003')
    t.true(become(w, 1, 2, 4))
    t.is(reply(w, w.client(4), 'GET a'), '$1')
    t.true(w.until(() => w.member(1).core?.inspect().topology.members.length === 3))
    const { members, roster } = w.member(1).core?.inspect().topology ?? {}
    t.deepEqual(
      members?.map(({ id }) => Number(id)),
      [1, 2, 4],
    )
    t.deepEqual(roster?.gone.map(Number), [3])
  })
}

test('joining: what cannot be is refused in a sentence, and changes nothing', (t) => {
  const w = world()
  const client = w.client(1)
  w.kill(2)
  run(w, 100)
  const refused: readonly (readonly [string, RegExp])[] = [
    ['QUORATE JOIN 3 127.0.0.1:7009', /there is a member 3/],
    ['QUORATE JOIN 0 127.0.0.1:7009', /an id is a number/],
    ['QUORATE JOIN 9 127.0.0.1:7001', /is an address of member 1/],
    ['QUORATE JOIN 9 nowhere', /given nowhere, allowed: host:port$/],
    ['QUORATE JOIN 9 127.0.0.1:7009 NAME m1', /there is a member m1/],
    ['QUORATE REMOVE m9', /no such member/],
    ['QUORATE REMOVE m3', /left with 1 of 2 members/],
  ]
  for (const [line, sentence] of refused) t.regex(reply(w, client, line), sentence)
  t.is(w.member(1).core?.inspect().topology.epoch, 1)
})

test('joining: a keyspace whose strategy has one list for ever: the change is refused, naming it', (t) => {
  const w = world(keyspaceOf('fixed'))

  t.regex(
    reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004'),
    /the members of keyspace default \(strategy fixed\) cannot change yet/,
  )
})

test('joining: one that joins while a member is dead: votes at once, for it never voted before', (t) => {
  const w = world()
  w.kill(3)
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
  const voters = '1,2,3,4/'
  t.true(w.until(() => [1, 2, 4].every((id) => lists(w, id).every((list) => list === voters))))

  const leader = (): number | undefined =>
    w.members.find(({ core }) => core?.inspect().groups[0]?.status?.role === 'leader')?.id
  const before = leader() as number
  t.is(reply(w, w.client(before), 'QUORATE TRANSFER'), '+OK')
  t.true(w.until(() => ![undefined, before].includes(leader())))
  t.is(reply(w, w.client(1), 'SET a 1'), '+OK')
})

test('joining: one that joined and lost its disk: is refilled before it votes', (t) => {
  const w = world()
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
  t.true(become(w, 1, 2, 3, 4))
  const life = w.member(1).core?.inspect().topology.members[3]?.life
  t.true(Number(life) > 0)
  w.kill(4)
  w.member(4).rows.log.clear()
  w.member(4).rows.state.clear()
  w.start(4)
  const recovers = () => w.member(4).core?.inspect().groups[0]?.status?.recovering === 'disk-lost'

  t.true(w.until(recovers))
  t.true(w.until(() => !recovers()))
  t.is(w.member(1).core?.inspect().topology.members[3]?.life, life)
})

test('joining: WAIT counts who votes: a member that only learns yet is in no majority', (t) => {
  const w = world()
  // It is admitted, and cannot be reached.
  w.kill(4)
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
  t.true(w.until(() => [1, 2, 3].every((id) => lists(w, id)[0] === '1,2,3/4')))
  const follower = [1, 2, 3].find(
    (id) => w.member(id).core?.inspect().groups[0]?.status?.role !== 'leader',
  ) as number
  const client = w.client(follower)

  t.is(reply(w, client, 'SET a 1'), '+OK')
  t.is(reply(w, client, 'WAIT 2 50'), ':1')
})

test('joining: a member moved: it says where it is now, and the others tell their clients', (t) => {
  let port = 7002
  const at = (id: number) => ({
    id: id as MemberId,
    name: `m${id}`,
    client: { host: '127.0.0.1', port: id === 2 ? port : 7000 + id },
    peer: { host: '127.0.0.1', port: 17_000 + id },
  })
  const w = world((id: number) => (id === 2 ? { members: [at(1), at(2), at(3)] } : {}))
  reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004')
  t.true(become(w, 1, 2, 3, 4))

  w.kill(2)
  port = 7902
  w.start(2)

  t.true(
    w.until(() => {
      const { members } = w.member(1).core?.inspect().topology ?? { members: [] }
      return members[1]?.address === '127.0.0.1:7902'
    }),
  )
  t.regex(reply(w, w.client(3), 'QUORATE STATUS'), /127\.0\.0\.1:7902/)
})

test('joining: one that is on its way out, and needed yet: clients get no address of it any more', (t) => {
  const w = world()
  const client = w.client(1)
  t.regex(reply(w, client, 'CLUSTER SHARDS'), /7003/)
  w.kill(2)
  run(w, 3_000)

  t.regex(reply(w, client, 'QUORATE REMOVE m3 FORCE'), /"state":"leaving"/)
  run(w, 3_000)
  const { roster } = w.member(1).core?.inspect().topology ?? {}
  t.is(roster?.leaving.length, 1, 'of those that are to stay only one can be reached')
  t.notRegex(reply(w, client, 'CLUSTER SHARDS'), /7003/)
  t.is(reply(w, client, 'SET a 1'), '+OK')

  w.start(2)
  t.true(become(w, 1, 2))
})

test('joining: one that was away until nobody is left whom it knew: is called, and told who the members are', (t) => {
  const w = new CoreWorld({
    members: 5,
    config: (id) => ({
      members: id < 4 ? listed(1, 2, 3) : id === 4 ? listed(1, 4) : listed(4, 5),
    }),
  })
  t.true(w.until(() => w.member(1).core?.inspect().topology.epoch === 1))
  t.is(reply(w, w.client(1), 'SET a 1'), '+OK')
  w.kill(3)
  const voters = (...ids: readonly number[]) =>
    w.until(() => lists(w, 4).every((list) => list === `${ids.join()}/`))
  const done = (line: string, ...ids: readonly number[]) => {
    t.regex(reply(w, w.client(4), line), /"epoch"/)
    t.true(voters(...ids), line)
  }
  t.regex(reply(w, w.client(1), 'QUORATE JOIN 4 127.0.0.1:7004'), /"epoch"/)
  t.true(voters(1, 2, 3, 4))
  done('QUORATE REPLACE m1 5 127.0.0.1:7005', 2, 3, 4, 5)
  done('QUORATE REMOVE m2', 3, 4, 5)
  t.true(w.until(() => w.member(1).stopped !== null && w.member(2).stopped !== null))

  w.start(3)
  // Who runs dials.
  w.kill(4)
  w.start(4)

  t.true(become(w, 3, 4, 5))
  t.is(reply(w, w.client(3), 'GET a'), '$1')
})

test('joining: whom its file names is dead when it comes: those that admitted it call it', (t) => {
  const w = world()
  w.kill(4, true)
  t.regex(reply(w, w.client(2), 'QUORATE JOIN 4 127.0.0.1:7004'), /"epoch"/)
  w.kill(1)
  w.start(4)
  // Who runs dials.
  w.kill(2)
  w.start(2)

  t.true(w.until(() => [2, 3, 4].every((id) => lists(w, id).every((list) => list === '1,2,3,4/'))))
  t.is(reply(w, w.client(4), 'SET a 1'), '+OK')
})
