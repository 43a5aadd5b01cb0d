// A second shard group beside the first: what members made of a single one counts no more.

import test from 'ava'
import { encodeBegun, begunKey } from '../../src/log/layout.js'
import type { GroupId } from '../../src/api/ids.js'
import { Evictor } from '../../src/shard/evictor.js'
import { MemberMemory } from '../../src/shard/member-memory.js'
import { nothingSet } from '../../src/api/group-settings.js'
import { lastSavedAt } from '../../src/router/saving.js'
import { keyspace } from './core-world.js'
import { reply, world } from './joining-world.js'

test('a second shard group: commands go there as soon as a slot did, while the others are on their way', (t) => {
  const w = world()
  const [mover, client] = [w.client(1), w.client(1)]
  for (let at = 0; at < 20; at++) t.is(reply(w, client, `SET key:${at} ${at}`), '+OK')
  t.regex(reply(w, mover, 'QUORATE SHARD ADD'), /"id":1/)
  reply(w, mover, 'QUORATE REBALANCE')
  const isMoving = (): boolean => (w.member(1).core?.inspect().topology.moves ?? []).length > 0
  let slowest = 0
  let looks = 0
  while (isMoving()) {
    for (let at = 0; at < 20 && isMoving(); at++) {
      const before = w.mono
      t.is(reply(w, client, `GET key:${at}`), `$${at}`)
      slowest = Math.max(slowest, w.mono - before)
      looks++
    }
  }
  t.log(slowest, looks)
  t.true(slowest < 200)
})

test('a shard group that is gone: what the whole cluster is set to is read from one that is there', (t) => {
  const w = world()
  t.regex(reply(w, w.client(1), 'QUORATE SHARD ADD'), /"id":1/)
  const heard = (): boolean =>
    w.members.slice(0, 3).every(({ core }) => core?.inspect().topology.shards.length === 2)
  t.true(w.until(heard))
  reply(w, w.client(1), 'QUORATE REBALANCE')
  t.true(w.until(() => w.member(1).core?.inspect().topology.moves?.length === 0))
  // It looks at any of them first, and keeps to it.
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  t.true(w.until(() => [1, 2, 3].every((id) => w.member(id).core?.inspect().isServing() === true)))
  t.is(reply(w, w.client(2), 'CONFIG SET maxmemory 100mb'), '+OK')
  t.regex(reply(w, w.client(2), 'CONFIG GET maxmemory'), /104857600/)

  reply(w, w.client(1), 'QUORATE SHARD REMOVE 0')
  t.true(w.until(() => w.member(2).core?.inspect().topology.shards[0]?.out === 'gone'))
  t.true(w.until(() => w.member(2).core?.inspect().groups.length === 1))
  t.is(reply(w, w.client(2), 'CONFIG SET maxmemory 200mb'), '+OK')
  t.regex(reply(w, w.client(2), 'CONFIG GET maxmemory'), /209715200/)
})

test('a shard group that was added: a member that lost its row of the topology knows that it had begun it', (t) => {
  const w = world({ keyspaces: [{ ...keyspace('default', []), durability: 'everysec' }] })
  t.regex(reply(w, w.client(1), 'QUORATE SHARD ADD'), /"id":1/)
  const group = 1 as GroupId
  t.true(w.until(() => w.member(3).rows.log.has(begunKey(group))))
  t.deepEqual(w.member(3).rows.log.get(begunKey(group)), encodeBegun(group))
  t.true(w.until(() => w.member(3).core?.inspect().groups[1]?.status?.leader != null))
  w.kill(3)
  w.member(3).rows.log.delete('t')
  w.start(3)
  // Power may have failed: what it had acknowledged in the last second may be lost.
  let cause: unknown = null
  const began = w.until(() => {
    const status = w.member(3).core?.inspect().groups[1]?.status
    cause ??= status?.recovering
    return status?.recovering === null
  })
  t.true(began)
  t.is(cause, 'unclean-stop')
})

test('a shard group that is gone: what it held counts no more, neither does when it was saved', (t) => {
  const member = new MemberMemory({ maxMemory: 0, ceiling: 0 })
  const [one] = [5_000_000, 7_000_000].map(
    (memoryBytes) => new Evictor(() => ({ memoryBytes }) as never, member),
  )
  const settings = { ...nothingSet, maxMemory: 100_000_000 }
  const before = member.excess(settings)
  one?.leave()
  t.is(member.excess(settings), before - 5_000_000)

  const group = (isRemote: boolean, at?: number) => {
    const counters = at === undefined ? {} : { checkpoint_time: at }
    return { isRemote, report: () => ({ counters }) }
  }
  const startedAt = { wall: 1_000, mono: 0 }
  t.is(lastSavedAt({ startedAt, groups: [group(true), group(false, 2_000)] } as never), 2_000)
  t.is(lastSavedAt({ startedAt, groups: [group(true)] } as never), 1_000)
})

test('a shard group that is gone: WAIT of a connection that used no other one asks those that are there', (t) => {
  const w = world()
  t.regex(reply(w, w.client(1), 'QUORATE SHARD ADD'), /"id":1/)
  const client = w.client(2)
  t.is(reply(w, client, 'SET k v'), '+OK')
  t.regex(reply(w, w.client(1), 'QUORATE SHARD REMOVE 0'), /leaving/)
  t.true(w.until(() => w.member(2).core?.inspect().groups.length === 1, 60_000))
  t.regex(reply(w, client, 'WAIT 1 100'), /^:[12]$/)
})

test('a shard group whose removal is ended on the way: stays, takes slots again, and can go later', (t) => {
  const w = world({ shards: 2 })
  const topology = () => w.member(1).core?.inspect().topology
  const isStill = (): boolean => topology()?.moves?.length === 0
  for (let at = 0; at < 40; at++) t.is(reply(w, w.client(1), `SET key:${at} ${at}`), '+OK')
  t.regex(reply(w, w.client(2), 'QUORATE SHARD REMOVE 1'), /"out":"leaving"/)
  t.is(reply(w, w.client(1), 'QUORATE MOVE CANCEL'), '$cancelled')
  t.true(w.until(isStill))
  t.deepEqual(
    topology()?.shards.map(({ out }) => out),
    [undefined, undefined],
  )
  t.true(topology()?.slots.some(([, , shard]) => shard === 1))

  t.not(reply(w, w.client(2), 'QUORATE REBALANCE'), '[]')
  t.true(w.until(isStill))
  t.regex(reply(w, w.client(2), 'QUORATE SHARD REMOVE 1'), /"out":"leaving"/)
  t.true(w.until(() => topology()?.shards[1]?.out === 'gone'))
  for (let at = 0; at < 40; at++) t.is(reply(w, w.client(1), `GET key:${at}`), `$${at}`)
})
