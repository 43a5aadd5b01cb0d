import test, { type ExecutionContext } from 'ava'
import type { Witness } from '../../src/api/store.js'
import { encodeIdentity } from '../../src/log/layout.js'
import { BirthWorld, type Member } from './birth-world.js'

function phases(world: BirthWorld): string[] {
  return world.members.map((member) => member.birth?.phase ?? 'down')
}

function clusterIds(world: BirthWorld): Set<string> {
  return new Set(world.members.map((member) => member.birth?.clusterId ?? ''))
}

function bornWorld(seed: number, count: number): BirthWorld {
  const world = new BirthWorld(seed, count)
  world.settle()
  return world
}

function restart(world: BirthWorld, member: Member): void {
  world.crash(member)
  world.start(member)
}

test('birth: members that are all empty: are born with one id, none recovering (n=1, 2, 3, 5)', (t) => {
  for (const count of [1, 2, 3, 5]) {
    const world = bornWorld(count, count)

    t.deepEqual(new Set(phases(world)), new Set(['born']), `n=${count}`)
    t.is(clusterIds(world).size, 1)
    t.regex([...clusterIds(world)][0] as string, /^[0-9a-f]{32}$/)
    for (const { birth } of world.members)
      t.deepEqual([birth?.isOpen, birth?.recovering, birth?.why()], [true, null, ''])
  }
})

test('birth: one member absent: nobody is born, and why names it', (t) => {
  const world = new BirthWorld(1, 3)
  world.start(world.member(1))
  world.start(world.member(2))
  world.link(world.member(1), world.member(2))
  while (world.writeOne() || world.deliverOne());

  t.deepEqual(phases(world), ['unborn', 'unborn', 'down'])
  t.is(
    world.member(1).birth?.why(),
    'the cluster is not born yet: waiting for member 3 to be reachable',
  )
})

test('birth: restart of a born member alone: is open at once with a greater incarnation', (t) => {
  const world = bornWorld(2, 3)
  const member = world.member(2)
  const before = member.birth?.incarnation as number

  restart(world, member)
  t.is(member.birth?.isOpen, false, 'not before its incarnation is on disk')
  t.is(member.birth?.mayGreet, false)
  world.writeOne()

  t.true(member.birth?.isOpen)
  t.is(member.birth?.recovering, null)
  t.true((member.birth?.incarnation as number) > before)
})

test('birth: one disk wiped: comes back with the cluster id, recovering until it is refilled', (t) => {
  const world = bornWorld(3, 3)
  const id = world.member(1).birth?.clusterId
  const wiped = world.member(1)
  const before = wiped.birth?.incarnation as number
  world.crash(wiped)
  world.wipe(wiped)
  world.settle()

  t.deepEqual(phases(world), ['lost', 'born', 'born'])
  t.is(wiped.birth?.clusterId, id)
  t.is(wiped.birth?.recovering, 'disk-lost')
  t.true(wiped.birth?.isOpen)
  t.true((wiped.birth?.incarnation as number) > before)
  restart(world, wiped)
  world.settle()
  t.is(wiped.birth?.recovering, 'disk-lost', 'a restart does not forget it')
  wiped.birth?.refilled()
  world.drain(wiped)
  world.settle()
  t.deepEqual(phases(world), ['born', 'born', 'born'])
  restart(world, wiped)
  world.settle()
  t.is(wiped.birth?.recovering, null)
})

test('birth: two disks wiped: both come back as recovering, no second cluster is born', (t) => {
  const world = bornWorld(4, 3)
  const id = world.member(3).birth?.clusterId as string
  for (const number of [1, 2]) {
    world.crash(world.member(number))
    world.wipe(world.member(number))
  }
  world.crash(world.member(3))
  world.start(world.member(1))
  world.start(world.member(2))
  world.link(world.member(1), world.member(2))
  while (world.writeOne() || world.deliverOne());
  t.deepEqual(phases(world), ['unborn', 'unborn', 'down'], 'they wait for the third')

  world.settle()

  t.deepEqual(phases(world), ['lost', 'lost', 'born'])
  t.deepEqual(clusterIds(world), new Set([id]))
})

test('birth: a wiped member whose peers met a later incarnation: takes a greater one', (t) => {
  const world = bornWorld(5, 3)
  const wiped = world.member(2)
  const before = wiped.birth?.incarnation as number
  world.crash(wiped)
  world.wipe(wiped)
  world.wall -= 3_600_000

  world.settle()

  t.true(wiped.birth?.isOpen)
  t.true((wiped.birth?.incarnation as number) > before)
})

test('birth: bootstrap: goes ahead without absent members, who join as recovering', (t) => {
  const world = new BirthWorld(6, 3)
  world.bootstrap.add(world.ids[1] as never)
  const [, second, third] = world.members as [Member, Member, Member]
  world.start(second)
  world.start(third)
  world.link(second, third)
  while (world.writeOne() || world.deliverOne());
  t.deepEqual(phases(world), ['down', 'unborn', 'unborn'])

  world.mono += 2_000
  second.birth?.tick(world.now)
  world.drain(second)
  while (world.writeOne() || world.deliverOne());
  t.deepEqual(phases(world), ['down', 'born', 'born'])
  t.is(third.birth?.recovering, null)

  world.settle()
  t.deepEqual(phases(world), ['lost', 'born', 'born'])
  t.is(clusterIds(world).size, 1)
})

test('birth: a member that has not agreed: keeps all from serving, so that two wiped disks are noticed', (t) => {
  const world = new BirthWorld(15, 3)
  const [first, second, third] = world.members as [Member, Member, Member]
  for (const member of world.members) world.start(member)
  for (const [a, b] of [
    [first, second],
    [first, third],
    [second, third],
  ] as const) {
    world.link(a, b)
  }
  const holdsBack = (): boolean => third.birth?.phase === 'forming'
  while (!holdsBack() && (world.writeOne() || world.deliverOne()));
  world.crash(third)
  while (world.writeOne() || world.deliverOne());

  t.false(first.birth?.isOpen)
  t.false(second.birth?.isOpen)
  t.is(third.identity?.phase, 'forming')
})

test('birth boot: another member list than at birth: is refused with both, unless bootstrap', (t) => {
  const world = bornWorld(7, 3)
  const other = new BirthWorld(8, 4)
  const member = other.member(1)
  member.disk = world.member(1).disk

  t.deepEqual(other.start(member), {
    kind: 'refused',
    code: 'STORE_FOREIGN',
    sentence:
      'the cluster was born with the members 1, 2, 3, the configuration names 1, 2, 3, 4; start with --bootstrap to take the new list',
  })
  other.bootstrap.add(member.id)
  t.is(other.start(member).kind, 'known')
  other.writeOne()
  t.deepEqual(member.identity?.born, [1, 2, 3, 4])
})

test('birth boot: a directory or witness of another member or cluster: is refused', (t) => {
  const world = bornWorld(9, 3)
  const witness: Witness = {
    clusterId: 'f'.repeat(32),
    member: 1,
    incarnation: 1,
    clean: true,
    groups: [],
  }
  const swapped = new BirthWorld(10, 3)
  swapped.member(2).disk = world.member(1).disk

  const asOther = swapped.start(swapped.member(2))
  const byWitness = world.start(world.member(1), witness)
  const ofOther = world.start(world.member(2), witness)

  t.deepEqual(
    [asOther, byWitness, ofOther].map((boot) => (boot.kind === 'refused' ? boot.sentence : '')),
    [
      'the data directory is of member 1, this is member 2',
      `the witness file is of the cluster ${'f'.repeat(32)}, the data directory of ${world.member(3).birth?.clusterId}`,
      'the witness file is of member 1, this is member 2',
    ],
  )
})

test('birth boot: the identity row is gone or damaged but the witness is there: the disk was lost', (t) => {
  const clusterId = '0123456789abcdef'.repeat(2)
  const witness: Witness = { clusterId, member: 1, incarnation: 2 ** 50, clean: false, groups: [] }
  for (const disk of [null, Uint8Array.of(1, 2, 3, 4, 5, 6)]) {
    const world = new BirthWorld(11, 3)
    const member = world.member(1)
    member.disk = disk

    world.start(member, witness)
    world.writeOne()

    t.deepEqual([member.birth?.phase, member.birth?.clusterId], ['lost', clusterId])
    t.is(member.birth?.recovering, 'disk-lost')
    t.is(member.birth?.incarnation, 2 ** 50 + 1)
    t.is(member.identity?.phase, 'lost')
  }
})

test('birth boot: a damaged identity row without a witness, or an unknown format: is refused', (t) => {
  const world = bornWorld(12, 1)
  const member = world.member(1)
  const whole = member.disk as Uint8Array
  const codes: string[] = []
  for (const at of [2, 5, whole.length - 1]) {
    member.disk = Uint8Array.from(whole)
    member.disk[at] = (member.disk[at] as number) ^ 16
    const boot = world.start(member)
    codes.push(boot.kind === 'refused' ? boot.code : boot.kind)
  }
  t.deepEqual(codes, ['STORE_CORRUPT', 'STORE_CORRUPT', 'STORE_CORRUPT'])
})

test('birth boot: the identity of a birth under way: goes on with its id', (t) => {
  const world = new BirthWorld(13, 3)
  const clusterId = 'ab'.repeat(16)
  for (const number of [1, 2]) {
    world.member(number).disk = encodeIdentity({
      phase: 'forming',
      clusterId,
      member: number,
      incarnation: 5,
      keyspaceEpoch: 1,
      keyspaceDigest: { high: 1, low: 2 },
      born: [1, 2, 3],
    })
  }

  world.settle()

  t.deepEqual(phases(world), ['born', 'born', 'born'])
  t.deepEqual(clusterIds(world), new Set([clusterId]))
})

test('birth: the coordinator is wiped while the birth is under way: another id is drawn, all are born', (t) => {
  for (let steps = 0; steps < 14; steps++) {
    const world = new BirthWorld(14, 3)
    for (const member of world.members) world.start(member)
    world.link(world.member(1), world.member(2))
    world.link(world.member(1), world.member(3))
    world.link(world.member(2), world.member(3))
    for (let i = 0; i < steps; i++) if (!world.writeOne()) world.deliverOne()
    const wasAgreed = world.members.some(
      (member) => (member.identity?.phase ?? 'forming') !== 'forming',
    )
    world.crash(world.member(1))
    world.wipe(world.member(1))

    world.settle()

    t.is(clusterIds(world).size, 1, `after ${steps} steps`)
    t.true(world.members.every((member) => member.birth?.isOpen))
    if (!wasAgreed) t.true(world.members.every((member) => member.birth?.recovering === null))
  }
})

test('birth: random crashes, wipes and links: one cluster, nothing lost is taken for intact', (t) => {
  let wiped = 0
  for (let seed = 0; seed < 400; seed++) {
    const world = new BirthWorld(seed, 2 + (seed % 4))
    const wipesMax = seed % 5
    let wipes = 0
    for (let step = 0; step < 250; step++) {
      const { random } = world
      const member = random.pick(world.members)
      const choice = random.below(100)
      world.mono += random.below(20)
      if (choice < 30) world.deliverOne()
      else if (choice < 55) world.writeOne()
      else if (choice < 75)
        world.link(member, random.pick(world.members.filter((one) => one !== member)))
      else if (choice < 80) world.notice()
      else if (choice < 83) world.cut(member)
      else if (choice < 86 && member.birth !== null) {
        world.crash(member)
        if (wipes < wipesMax && random.chance(1, 2)) {
          wipes++
          world.wipe(member)
        }
      } else if (member.birth === null) world.start(member)
      check(t, world, seed)
    }
    world.settle()
    check(t, world, seed)
    wiped += wipes
    t.true(
      world.members.every((one) => one.birth?.isOpen),
      `seed ${seed}: ${phases(world)}`,
    )
    t.is(clusterIds(world).size, 1, `seed ${seed}`)
    if (wipes === 0) {
      t.true(
        world.members.every((one) => one.birth?.recovering === null),
        `seed ${seed}`,
      )
    }
  }
  t.true(wiped > 100)
})

/** No two clusters were served while any disk outlived the first one's birth; a lost disk is known to be. */
function check(t: ExecutionContext, world: BirthWorld, seed: number): void {
  const alive = [...world.survivors.values()].filter((members) => members.size > 0)
  if (alive.length > 1) t.fail(`seed ${seed}: a second cluster serves beside the first`)
  for (const { id, birth, lostIds } of world.members) {
    if (birth === null || !birth.isOpen || birth.recovering !== null) continue
    if (lostIds.has(birth.clusterId))
      t.fail(`seed ${seed}: member ${id} forgot that it lost its disk`)
  }
}

test('birth boot: the disk is of an earlier life than the witness: it is an older copy', (t) => {
  const world = bornWorld(12, 3)
  const member = world.member(1)
  const { clusterId = '', incarnation = 0 } = member.birth ?? {}
  const isOldCopy = (seen: number): boolean => {
    const witness: Witness = { clusterId, member: 1, incarnation: seen, clean: true, groups: [] }
    const boot = world.start(member, witness)
    return boot.kind === 'known' && boot.isOldCopy
  }

  t.deepEqual([incarnation - 1, incarnation, incarnation + 1].map(isOldCopy), [false, false, true])
})

test('birth boot: an empty disk twice within a second: the later life has the greater incarnation', (t) => {
  const world = bornWorld(13, 3)
  const member = world.member(1)
  const lives = Array.from({ length: 200 }, () => {
    member.disk = null
    world.mono += 4
    const boot = world.start(member)
    return boot.kind === 'known' ? boot.incarnation : 0
  })

  t.deepEqual(
    lives,
    [...new Set(lives)].sort((a, b) => a - b),
  )
})
