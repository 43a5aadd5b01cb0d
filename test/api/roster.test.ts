import test from 'ava'
import { seatsSince } from '../../src/api/cluster-version.js'
import type { MemberId } from '../../src/api/ids.js'
import {
  findMember,
  gone,
  joined,
  left,
  readdressed,
  replaced,
  staying,
} from '../../src/api/roster.js'
import { firstTopology, type Topology, type TopologyMember } from '../../src/api/topology.js'

const member = (id: number, port = 7000 + id): TopologyMember => {
  const peer = `127.0.0.1:${10_000 + port}`
  return { id: id as MemberId, name: `m${id}`, address: `127.0.0.1:${port}`, peer }
}

const members = [1, 2, 3].map((id) => member(id))
const ids = members.map(({ id }) => id)
const start = firstTopology({
  members,
  shards: [0, 1].map((id) => ({ id, weight: 1, members: ids })),
  slots: [],
})

function made(topology: Topology | string | null): Topology {
  if (topology === null || typeof topology === 'string') throw new Error(`${topology}`)
  return topology
}

test('joined: a new member: holds every shard group; those that the groups began with are kept', (t) => {
  const next = made(joined(start, member(4)))

  t.deepEqual(
    next.shards.map((shard) => shard.members.map(Number)),
    [
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ],
  )
  t.deepEqual(next.roster, { born: ids, leaving: [], gone: [], came: [4 as MemberId] })
  t.deepEqual(made(joined(next, member(5))).roster?.born, ids)
})

const placed: Topology = {
  ...start,
  version: seatsSince,
  shards: [
    [1, 2],
    [2, 3],
  ].map((of, id) => ({ id, weight: 1, members: of as MemberId[] })),
}

function seats({ shards }: Topology): readonly (readonly number[] | undefined)[] {
  return shards.map((shard) => shard.seats)
}

test('seats: of a placed shard group: all that ever held it, in the order in which they came', (t) => {
  const second = made(replaced(placed, ids[1] as MemberId, member(9)))
  t.deepEqual(seats(second), [
    [1, 2, 9],
    [2, 3, 9],
  ])
  const without = made(gone(second, [ids[1] as MemberId]))
  const third = made(joined(without, member(4), { held: [1] }))
  t.deepEqual(seats(third), [
    [1, 2, 9],
    [2, 3, 9, 4],
  ])
  t.deepEqual(
    third.shards.map((shard) => shard.members.map(Number)),
    [
      [1, 9],
      [3, 4, 9],
    ],
  )
  const nothing = made(joined(placed, member(4)))
  t.deepEqual(seats(nothing), [
    [1, 2],
    [2, 3],
  ])
})

test('seats: none before all members know of them: earlier builds would not add to them', (t) => {
  const older = made(joined({ ...placed, version: seatsSince - 1 }, member(4), { held: [1] }))
  t.deepEqual(seats(older), [undefined, undefined])
})

test('joined: shard groups that are not there, or that all hold', (t) => {
  t.is(joined(placed, member(4), { held: [2] }), 'there is no shard group 2')
  t.is(joined(start, member(4), { held: [0] }), 'all members hold shard group 0')
})

test('hand-overs: who comes to one of both groups, or leaves it, ends the attempt; others do not', (t) => {
  const hand = { attempt: 7, by: ids[0] as MemberId, from: 0, to: 1, slots: [[0, 9] as const] }
  const known = { hand, apart: [], counts: [] }
  const third = { id: 2, weight: 1, members: [ids[2] as MemberId], isPlaced: true }
  const moving: Topology = {
    ...placed,
    shards: [...placed.shards, third],
    hands: [['default', known]],
  }
  const isOpen = (topology: Topology | string): boolean =>
    made(topology).hands?.[0]?.[1].hand !== null
  t.true(isOpen(joined(moving, member(4))))
  t.true(isOpen(joined(moving, member(4), { held: [2] })))
  t.false(isOpen(joined(moving, member(4), { held: [0] })))
  t.false(isOpen(left(moving, ids[1] as MemberId)))
  t.false(isOpen(replaced(moving, ids[0] as MemberId, member(4))))
})

test('joined: an id, a name or an address that is taken, or an id that was: says so', (t) => {
  t.is(joined(start, member(3)), 'there is a member 3')
  t.is(joined(start, { ...member(4), name: 'm2' }), 'there is a member m2')
  t.is(joined(start, { ...member(4), name: '2' }), 'there is a member 2')
  const numbered = { ...start, members: [{ ...member(1), name: '4' }] }
  t.is(joined(numbered, member(4)), 'there is a member named 4')
  t.is(joined(start, member(4, 7001)), '127.0.0.1:7001 is an address of member 1')
  t.is(joined(start, { ...member(4), peer: 'x' }), 'x is no address: host:port is')
  t.is(joined(start, { ...member(4), peer: member(4).address }), 'its addresses have to differ')
  const without = made(gone(made(left(start, 3 as MemberId)), [3 as MemberId]))
  t.is(joined(without, member(3)), 'member 3 was removed: its id is never used again')
})

test('left: a member is in no shard group any more, and a member until it is gone', (t) => {
  const going = made(left(start, 2 as MemberId))

  t.deepEqual(going.shards[1]?.members.map(Number), [1, 3])
  t.deepEqual(staying(going).map(Number), [1, 3])
  t.is(going.members.length, 3)
  t.is(left(going, 2 as MemberId), 'member 2 is on its way out already')
  const after = made(gone(going, [2 as MemberId]))
  t.deepEqual(
    after.members.map(({ id }) => Number(id)),
    [1, 3],
  )
  t.deepEqual(after.roster, { born: ids, leaving: [], gone: [2 as MemberId] })
  t.is(gone(after, [2 as MemberId]), null)
})

test('left: the last member stays', (t) => {
  const two = made(left(start, 2 as MemberId))
  const one = made(left(two, 3 as MemberId))
  t.is(left(one, 1 as MemberId), 'member 1 is the last one')
})

test('replaced: one goes for another one, which may have its address', (t) => {
  const next = made(replaced(start, 3 as MemberId, member(4, 7003)))
  t.deepEqual(next.roster?.leaving, [{ id: 3 as MemberId, by: 4 as MemberId, held: [0, 1] }])
  t.is(replaced(start, 3 as MemberId, member(4, 7002)), '127.0.0.1:7002 is an address of member 2')
})

test('readdressed: a member moved: its own entry changes, unless another one is there', (t) => {
  const moved = made(readdressed(start, member(2, 7009)))
  t.deepEqual(moved.members[1], member(2, 7009))
  t.is(readdressed(moved, member(2, 7009)), null)
  t.is(readdressed(moved, member(2, 7001)), null)
})

test('findMember: by name or id', (t) => {
  t.is(findMember(start, 'm2')?.id, 2 as MemberId)
  t.is(findMember(start, '3')?.id, 3 as MemberId)
  t.is(findMember(start, '4'), undefined)
})

test('joined: with nothing, where a member went before seats were kept: its seat stays its own', (t) => {
  const without = made(gone(made(left(start, ids[1] as MemberId)), [ids[1] as MemberId]))
  const next = made(joined({ ...without, version: seatsSince }, member(4), { isEmpty: true }))

  t.deepEqual(next.shards[0]?.members.map(Number), [1, 3])
  t.deepEqual(next.shards[0]?.seats?.map(Number), [1, 2, 3])
})
