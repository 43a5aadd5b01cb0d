// Groups at rest: they say nothing, and whatever happens to their leader wakes those that it led, no others.

import test from 'ava'
import { keySlot } from '../../src/base/keyslot.js'
import { coreGroup, readFrame } from '../../src/core/wire.js'
import { SlotMap } from '../../src/slots/map.js'
import { CoreWorld, keyspace } from './core-world.js'

const shards = 8
/** Election and agreement, for whoever has to notice by silence. */
const silenceMs = 1_300

function makeWorld(strategy: string, level: 'strong' | 'sequential' = 'strong'): CoreWorld {
  const spaces = [{ ...keyspace('default', []), strategy, level }]
  const world = new CoreWorld({ keyspaces: spaces, config: () => ({ shards }) })
  world.settled()
  for (let i = 0; i < 5_000; i++) world.step()
  return world
}

/** How many messages of groups, and of the core, are in a frame. */
function countOf(bytes: Uint8Array): { readonly groups: number; readonly core: number } {
  const count = { groups: 0, core: 0 }
  readFrame(
    bytes,
    () => true,
    ({ group }) => {
      if (group === coreGroup) count.core++
      else count.groups++
    },
  )
  return count
}

/** Those of so many steps. */
function said(world: CoreWorld, steps: number): { readonly groups: number; readonly core: number } {
  const total = { groups: 0, core: 0 }
  world.passes = (bytes) => {
    const { groups, core } = countOf(bytes)
    total.groups += groups
    total.core += core
    return true
  }
  for (let i = 0; i < steps; i++) world.step()
  world.passes = () => true
  return total
}

function leaders(world: CoreWorld): readonly number[] {
  return Array.from({ length: shards }, (_, group) => world.leader(group))
}

function terms(world: CoreWorld): readonly number[] {
  const groups = world.members.map((member) => member.core?.inspect().groups ?? [])
  return Array.from({ length: shards }, (_, at) =>
    Math.max(...groups.map((each) => each[at]?.status?.term ?? 0)),
  )
}

function keyOf(group: number): string {
  const map = SlotMap.even(shards)
  for (let i = 0; ; i++) if (map.shardOf(keySlot(`k${i}`)) === group) return `k${i}`
}

/** A member that leads some group, and one that it is not. */
function someLeader(world: CoreWorld): readonly [number, number] {
  const leader = world.leader(0)
  return [leader, (leader % 3) + 1]
}

for (const strategy of ['raft', 'zab']) {
  test(`rest: ${strategy}: nobody asks for anything: eight groups say nothing, their members beat`, (t) => {
    const world = makeWorld(strategy)

    const { groups, core } = said(world, 3_000)

    t.is(groups, 0)
    // Six directions, every 135 or 150 ms.
    t.true(core > 6 * 15 && core < 6 * 25, `${core}`)
  })

  test(`rest: ${strategy}: a write wakes its group: it is everywhere, and the group rests again`, (t) => {
    const world = makeWorld(strategy)
    const client = world.client(1)
    const before = terms(world)

    client.send('SET k 1')
    t.true(world.answered())

    t.true(world.converged(0))
    for (let i = 0; i < 4_000; i++) world.step()
    t.is(said(world, 1_000).groups, 0)
    t.deepEqual(client.replies, ['+OK'])
    t.deepEqual(terms(world), before)
  })

  test(`rest: ${strategy}: its leader has something to do before its followers hear: they wait for it`, (t) => {
    const world = makeWorld(strategy)
    const [leader] = someLeader(world)
    const before = terms(world)

    // Beats arrive, and no message of a group.
    world.passes = (bytes) => countOf(bytes).groups === 0
    world.client(leader).send(`SET ${keyOf(0)} 1`)
    for (let i = 0; i < 150; i++) world.step()
    world.passes = () => true
    for (let i = 0; i < 1_000; i++) world.step()

    t.deepEqual(terms(world), before)
  })

  test(`rest: ${strategy}: a leader falls silent: its groups have others, those of others stay`, (t) => {
    const world = makeWorld(strategy)
    const [leader] = someLeader(world)
    const [before, termsBefore] = [leaders(world), terms(world)]

    for (const other of [1, 2, 3]) world.cut.add(`${leader}-${other}`).add(`${other}-${leader}`)
    for (let i = 0; i < silenceMs; i++) world.step()

    leaders(world).forEach((now, group) => {
      if (before[group] === leader) t.not(now, leader)
      else t.is(now, before[group] as number)
      if (before[group] !== leader) t.is(terms(world)[group], termsBefore[group])
    })
    // It knows by itself that it leads no more.
    const own = world.member(leader).core?.inspect().groups ?? []
    t.false(own.some(({ status }) => status?.role === 'leader'))
  })

  test(`rest: ${strategy}: a leader is killed: its groups have others at once`, (t) => {
    const world = makeWorld(strategy)
    const [leader] = someLeader(world)
    const before = leaders(world)

    world.kill(leader)
    for (let i = 0; i < 300; i++) world.step()

    leaders(world).forEach((now, group) => {
      if (before[group] === leader) t.true(now !== 0 && now !== leader)
      else t.is(now, before[group] as number)
    })
  })

  test(`rest: ${strategy}: a leader starts again at once: its groups have a leader that leads`, (t) => {
    const world = makeWorld(strategy)
    const [leader, other] = someLeader(world)

    world.kill(leader)
    world.start(leader)
    for (let i = 0; i < silenceMs; i++) world.step()

    const client = world.client(other)
    client.send('SET k 1', 'SET j 2', 'GET k')
    t.true(world.answered())
    t.deepEqual(client.replies, ['+OK', '+OK', '$1'])
  })

  test(`rest: ${strategy}: one follower does not hear the leader: it disturbs nobody`, (t) => {
    const world = makeWorld(strategy)
    const [leader, other] = someLeader(world)
    const before = terms(world)

    world.cut.add(`${leader}-${other}`)
    const { groups } = said(world, 3_000)

    if (strategy === 'raft') t.deepEqual(terms(world), before)
    t.true(groups > 0)
    world.cut.clear()
    for (let i = 0; i < silenceMs; i++) world.step()
    const client = world.client(other)
    client.send('SET k 1')
    t.true(world.answered())
    t.deepEqual(client.replies, ['+OK'])
  })

  test(`rest: ${strategy}: an old leader that rested: reads nothing old`, (t) => {
    const world = makeWorld(strategy)
    const old = world.leader(0)
    const key = keyOf(0)
    const writer = world.client(old)
    writer.send(`SET ${key} old`)
    t.true(world.answered())
    for (let i = 0; i < 4_000; i++) world.step()
    t.is(world.leader(0), old)
    const reader = world.client(old)

    for (const other of [1, 2, 3]) world.cut.add(`${old}-${other}`).add(`${other}-${old}`)
    t.true(world.until(() => ![0, old].includes(world.leader(0)), silenceMs))
    const other = world.client(world.leader(0))
    other.send(`SET ${key} new`)
    world.until(() => other.replies.length > 0)
    reader.send(`GET ${key}`)
    for (let i = 0; i < 500; i++) world.step()
    t.deepEqual(reader.replies, [])
    world.cut.clear()

    t.true(world.answered())
    t.not(reader.replies[0], '$old')
  })
}

test('rest: raft: groups of a killed member: both survivors take some', (t) => {
  const world = makeWorld('raft')
  const [leader] = someLeader(world)
  for (const from of new Set(leaders(world))) {
    if (from !== leader) world.client(from).send(`FAILOVER TO 127.0.0.1 ${7000 + leader}`)
  }
  t.true(world.until(() => leaders(world).every((each) => each === leader), 3_000))
  for (let i = 0; i < 4_000; i++) world.step()

  world.kill(leader)
  for (let i = 0; i < 400; i++) world.step()

  const now = leaders(world)
  t.true(now.every((each) => each !== 0 && each !== leader))
  t.is(new Set(now).size, 2)
})
