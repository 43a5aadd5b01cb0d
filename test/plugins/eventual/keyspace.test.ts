// A causal keyspace of several groups: who sees an entry sees what happened before it, in whatever group.

import test from 'ava'
import { msOfStamp } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import { randomKeyspace } from './keyspace-random.js'
import { isOpen, type Member } from './keyspace-member.js'
import { KeyspaceWorld } from './keyspace-world.js'

for (const durability of ['always', 'everysec', 'none'] as const) {
  test(`causal keyspace: 8 random worlds, ${durability}: nothing is shown before its causes`, (t) => {
    const faults: string[] = []
    let reads = 0
    for (let seed = 1; seed <= 8; seed++) {
      const world = randomKeyspace(seed, durability)
      reads += world.reads
      for (const fault of world.faults.slice(0, 2)) faults.push(`seed ${seed}: ${fault}`)
    }

    t.deepEqual(faults, [])
    t.true(reads > 400)
  })
}

test('causal keyspace: 8 random worlds in which members come and go: nothing is shown before its causes, and all who stay hold the same', (t) => {
  const faults: string[] = []
  for (let seed = 1; seed <= 8; seed++) {
    const world = randomKeyspace(seed, 'always', 2, 2 + (seed % 2))
    for (const fault of world.faults.slice(0, 2)) faults.push(`seed ${seed}: ${fault}`)
  }

  t.deepEqual(faults, [])
})

const bugs = ['eventual-gate-open', 'eventual-needs-ignored', 'eventual-clock-per-group']

for (const bug of bugs) {
  test.serial(`causal keyspace: seeded bug ${bug}: some world shows it`, (t) => {
    plantBug(bug)
    try {
      let seed = 1
      while (seed < 20 && randomKeyspace(seed, 'always').faults.length === 0) seed++
      t.true(seed < 20)
    } finally {
      plantBug('')
    }
  })
}

const makeWorld = (): KeyspaceWorld =>
  new KeyspaceWorld({ seed: 5, members: 3, groups: 4, durability: 'always' })

/** Milliseconds until a member holds as much in a group, of at most 5 s. */
function waitFor(world: KeyspaceWorld, member: Member, group: number, count: number): number {
  const from = world.mono
  while (world.mono < from + 5_000 && member.groups[group]?.merged.size !== count) {
    world.tick(5)
    for (const each of world.members) while (world.persistOne(each));
    while (world.deliverOne());
  }
  return world.mono - from
}

test('causal keyspace: one group is written, the others are idle: seen as soon as it arrives', (t) => {
  const world = makeWorld()
  world.calm(20)
  const [first, , third] = world.members as [Member, Member, Member]

  const took: number[] = []
  for (let i = 1; i <= 20; i++) {
    world.write(first, 0)
    took.push(waitFor(world, third, 0, i))
  }

  t.true(Math.max(...took) <= 20)
})

test('causal keyspace: a member is gone for good: the others see what they write, and what it left them', (t) => {
  const world = makeWorld()
  world.calm(20)
  const [first, second, third] = world.members as [Member, Member, Member]
  world.partition(second, third)
  world.write(third, 1)
  waitFor(world, first, 1, 1)
  world.crash(third)

  // It happened after what only the first member has of the third one.
  world.write(first, 0)
  const took = waitFor(world, second, 0, 1)

  t.is(second.groups[1]?.merged.size, 1)
  t.true(took < 2_000)
  for (let i = 2; i < 20; i++) {
    world.write(second, i % 4)
    world.write(first, (i + 1) % 4)
    for (let j = 0; j < 20; j++) waitFor(world, first, 3, -1)
  }
  t.deepEqual(
    first.groups.map(({ merged }) => merged.size),
    second.groups.map(({ merged }) => merged.size),
  )
  t.true(isOpen(first) && isOpen(second))
})

test('causal keyspace: alone in a partition, after a restart too: it takes reads and writes at once', (t) => {
  const world = makeWorld()
  world.calm(20)
  const [first, second, third] = world.members as [Member, Member, Member]
  for (let i = 0; i < 8; i++) world.write(third, i % 4)
  waitFor(world, first, 3, 2)
  for (const other of [second, third]) world.partition(first, other)
  while (world.persistOne(first));
  world.crash(first)
  world.start(first, null)

  const before = world.reads
  world.read(first, null)
  world.write(first, 2)
  for (let i = 0; i < 20; i++) {
    while (world.persistOne(first));
    world.turn(first)
  }

  t.is(world.reads, before + 1)
  t.is(first.groups[2]?.merged.size, 3)
})

test('causal keyspace: a member comes back behind a gap: what the other groups hold of it is not called lost', (t) => {
  const world = new KeyspaceWorld({ seed: 5, members: 3, groups: 2, durability: 'everysec' })
  world.calm(20)
  const [first, second] = world.members as [Member, Member]
  world.write(first, 0)
  waitFor(world, second, 0, 1)
  world.tick(1_000)
  world.write(first, 1)
  waitFor(world, second, 1, 1)
  world.calm(20)
  world.crash(first)
  world.start(first, 'unclean-stop')
  world.calm(100)
  world.write(first, 0)
  waitFor(world, second, 0, 2)

  const [stamp = 0] = second.groups[1]?.merged ?? []
  const ranges = world.token(second)?.seen.ranges ?? []

  t.true(
    ranges.some(({ seat, after, upTo }) => stamp % 64 === seat && after < stamp && stamp <= upTo),
  )
})

test('causal keyspace: a disk is lost: the clock that the groups share is moved above what was forgotten once, not for each', (t) => {
  const world = makeWorld()
  world.calm(20)
  const [first, second] = world.members as [Member, Member]
  world.write(first, 0)
  waitFor(world, second, 0, 1)
  world.crash(first)
  world.start(first, 'disk-lost')
  world.calm(200)
  world.write(first, 1)
  waitFor(world, second, 1, 1)

  const [old = 0] = second.groups[0]?.merged ?? []
  const [young = 0] = second.groups[1]?.merged ?? []

  const ahead = msOfStamp(young) - msOfStamp(old)
  t.true(ahead > 9_000 && ahead < 30_000, `${ahead} ms`)
})
