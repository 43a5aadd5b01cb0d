// Which ranges count as lost where groups of a causal keyspace are restarted, guess, or lose something one after the
// other: a token that names nothing of what may be lost is served in the end, everywhere.

import test from 'ava'
import { type SeenStamps, Vector } from 'quorate/plugin'
import { vectorOf } from '../../../plugins/eventual/filling.js'
import { decodeHardState } from '../../../plugins/eventual/hard-state.js'
import { isLost } from '../../../plugins/eventual/sight.js'
import type { EventualState } from '../../../plugins/eventual/state.js'
import {
  checkpointAhead,
  type Group,
  isOpen,
  isServing,
  makeGroup,
  type Member,
} from './keyspace-member.js'
import { KeyspaceWorld } from './keyspace-world.js'

function servedBy({ members }: KeyspaceWorld, seen: SeenStamps): boolean[] {
  return members.map(({ groups }) => groups[0]?.strategy?.covers?.(seen) === true)
}

/** Its disk says so of one of its groups. */
function isAhead({ groups }: Member): boolean {
  return groups.some(({ disk }) => decodeHardState(disk.state).isAhead)
}

test('lost ranges: who guessed alone is told that it was right: what it closes then is known to be empty', (t) => {
  const world = new KeyspaceWorld({ seed: 4, members: 3, groups: 2, durability: 'everysec' })
  const [first, second, third] = world.members as [Member, Member, Member]
  world.calm(20)
  world.write(second, 1)
  world.calm(20)
  world.write(second, 0)
  world.calm(20)
  const token = world.token(third)?.seen as SeenStamps
  // Checkpoints are on the disk before their logs: groups may be of different times.
  for (const each of second.groups) checkpointAhead(each)
  world.crash(second)
  for (const other of [first, third]) world.partition(second, other)
  world.start(second, 'unclean-stop')
  world.wait(120)

  world.calm(100)

  t.deepEqual(servedBy(world, token), [true, true, true])
})

test('lost ranges: two losses one after the other: a token from between them is served', (t) => {
  const world = new KeyspaceWorld({ seed: 3, members: 1, groups: 2, durability: 'everysec' })
  const [lone] = world.members as [Member]
  world.calm(5)
  world.write(lone, 0)
  world.calm(5)
  world.write(lone, 0)
  world.tick(5)
  const tokens: SeenStamps[] = []
  for (let loss = 0; loss < 3; loss++) {
    world.crash(lone)
    world.start(lone, 'unclean-stop')
    world.calm(5)
    tokens.push(world.token(lone)?.seen as SeenStamps)
  }

  t.deepEqual(
    tokens.flatMap((each) => servedBy(world, each)),
    [true, true, true],
  )
})

test('lost ranges: one group lost its log, and a member starts anew before it hears what is closed: it names nothing of that', (t) => {
  const world = new KeyspaceWorld({ seed: 6, members: 3, groups: 2, durability: 'always' })
  const [first, second] = world.members as [Member, Member, Member]
  world.calm(20)
  for (const group of [1, 0]) {
    world.write(first, group)
    world.calm(20)
  }
  world.crash(first)
  const [, lost] = first.groups as [Group, Group]
  lost.disk.entries.length = 0
  world.start(first, 'log-damaged', 1)
  const [merged] = second.groups.map((each) => each.merged) as [Set<number>, Set<number>]
  world.write(first, 0)
  while (merged.size < 2) world.wait(1)
  world.crash(second)
  world.start(second, null)
  world.wait(4)
  const token = world.token(second)?.seen as SeenStamps
  t.is(second.groups[0]?.merged.size, 2)

  world.calm(200)

  t.deepEqual(servedBy(world, token), [true, true, true])
  const latest = world.token(second)?.seen as SeenStamps
  t.deepEqual(servedBy(world, latest), [true, true, true])
})

test('lost ranges: the last record of one group is damaged at every member: they come back by themselves, and serve what they have', (t) => {
  const world = new KeyspaceWorld({ seed: 9, members: 3, groups: 2, durability: 'always' })
  world.calm(20)
  for (const group of [1, 0, 1]) {
    for (const member of world.members) world.write(member, group)
    world.calm(20)
  }
  for (const member of world.members) world.crash(member)
  for (const { groups } of world.members) groups[1]?.disk.entries.pop()
  for (const member of world.members) world.start(member, 'log-damaged', 1)

  world.calm(200)

  for (const member of world.members) {
    t.true(isOpen(member) && isServing(member))
    world.write(member, 1)
  }
  world.calm(20)
  t.deepEqual(world.faults, [])
  const sizes = world.members.map(({ groups }) => groups.map(({ merged }) => merged.size))
  t.deepEqual(
    sizes,
    sizes.map(() => [3, 9]),
  )
})

function loseDisk(world: KeyspaceWorld, member: Member): void {
  world.crash(member)
  for (const group of member.groups) Object.assign(group, makeGroup())
}

test('lost ranges: a member lost its disk twice, and those who know what it had not made start again in between: it is served', (t) => {
  const world = new KeyspaceWorld({ seed: 7, members: 3, groups: 2, durability: 'always' })
  const [first, second, third] = world.members as [Member, Member, Member]
  world.calm(20)
  for (const group of [0, 1]) {
    world.write(first, group)
    world.calm(20)
  }
  const token = world.token(third)?.seen as SeenStamps
  loseDisk(world, first)
  world.start(first, 'disk-lost')
  world.write(first, 0)
  const has = ({ groups }: Member): boolean => groups[0]?.merged.size === 2
  while (!has(second) || !has(third)) world.wait(1)
  loseDisk(world, first)
  for (const each of [second, third]) {
    world.crash(each)
    world.start(each, null)
  }
  world.start(first, 'disk-lost')

  world.calm(200)

  t.deepEqual(servedBy(world, token), [true, true, true])
})

test('lost ranges: the others start again with groups that are ahead of each other, and a member has lost its disk: it is served', (t) => {
  const world = new KeyspaceWorld({ seed: 8, members: 3, groups: 3, durability: 'always' })
  const [first, second, third] = world.members as [Member, Member, Member]
  world.calm(20)
  for (const group of [0, 1, 2]) {
    world.write(first, group)
    world.calm(20)
  }
  const token = world.token(third)?.seen as SeenStamps
  // Own writes are half executed, and what comes behind them is in no write.
  for (const each of [second, third]) {
    Object.assign(each.groups[2] as Group, { isHeld: true })
    world.write(each, 2)
    world.turn(each)
  }
  world.write(first, 2)
  world.wait(20)
  loseDisk(world, first)
  for (const each of [second, third]) world.crash(each)
  for (const each of [second, third]) world.start(each, null)
  t.true(isAhead(second) && isAhead(third))
  world.start(first, 'disk-lost')

  world.calm(200)

  t.deepEqual(servedBy(world, token), [true, true, true])
})

test('lost ranges: who hears that a member lost its disk keeps what it was told before through a restart', (t) => {
  const world = new KeyspaceWorld({ seed: 9, members: 3, groups: 3, durability: 'always' })
  const [first, second, third] = world.members as [Member, Member, Member]
  world.calm(20)
  Object.assign(second.groups[2] as Group, { isHeld: true })
  world.write(second, 2)
  world.turn(second)
  world.write(third, 2)
  world.wait(20)
  t.true(isAhead(second))
  for (const group of [0, 1]) {
    world.write(first, group)
    world.wait(20)
  }
  const token = world.token(first)?.seen as SeenStamps
  loseDisk(world, first)
  world.partition(first, third)
  world.start(first, 'disk-lost')
  world.wait(10)
  for (const each of world.members) world.crash(each)
  world.start(first, null)
  world.start(second, null)
  world.start(third, 'log-damaged', 0)

  world.calm(200)

  t.deepEqual(servedBy(world, token), [true, true, true])
})

test('lost ranges: what a member guessed it does not know after a restart either', (t) => {
  const world = new KeyspaceWorld({ seed: 8, members: 3, groups: 2, durability: 'everysec' })
  const [first, second, third] = world.members as [Member, Member, Member]
  world.calm(20)
  for (const group of [1, 0]) {
    world.write(second, group)
    world.calm(20)
  }
  const token = world.token(second)?.seen as SeenStamps
  const [kept, lost] = second.groups as [Group, Group]
  checkpointAhead(kept)
  world.crash(second)
  lost.disk.entries = []
  for (const other of [first, third]) world.partition(second, other)
  world.start(second, 'unclean-stop')
  world.wait(120)
  for (const { strategy } of second.groups) strategy?.acceptLoss?.()
  world.wait(10)
  for (const group of [0, 1]) world.write(second, group)
  world.wait(40)
  t.deepEqual(
    second.groups.map(({ merged }) => merged.size),
    [2, 1],
  )
  const served = [servedBy(world, token)]
  for (let restart = 0; restart < 2; restart++) {
    world.crash(second)
    world.start(second, null)
    world.wait(120)
    t.true(isServing(second))
    served.push(servedBy(world, token))
  }

  t.deepEqual(
    served,
    served.map(() => [true, false, true]),
  )
})

test('lost ranges: one group closed two losses as one, another one knows where the second life began: who names no more than that is served', (t) => {
  const seat = 1
  const [first, began, upTo] = [64_001, 128_001, 192_001] as const
  const vector = (...ends: readonly (readonly [number, number])[]): Vector => {
    const made = new Vector()
    for (const [after, end] of ends) made.add({ seat, after, upTo: end })
    return made
  }
  const lost = vectorOf({ seat, after: first, upTo })
  const groups = [
    { lost, sure: vector([upTo - 64, upTo]) },
    { lost, sure: vector([began - 64, began], [upTo - 64, upTo]) },
  ]
  const seats = [1, 2]
  const state = { gate: { keyspace: { groups } }, seats } as unknown as EventualState
  const asks = (...ends: readonly (readonly [number, number])[]): boolean =>
    isLost(state, { kind: 'stamps', ranges: vector([0, first], ...ends).ranges(), upTo: 0 })

  t.false(asks([began - 64, began]))
  t.false(asks([began - 64, began], [upTo - 64, upTo + 640]))
  t.true(asks([began - 128, began]))
  t.true(asks([began - 64, began + 64]))
  t.true(asks([began - 64, began], [upTo - 128, upTo]))
})
