// Groups of a causal keyspace come back from a crash as their logs were at the end of one turn: none of them shows what
// hangs on something that another one had not written yet.

import test from 'ava'
import type { Strategy } from 'quorate/plugin'
import { plantBug } from '../../../src/base/seeded-bug.js'
import type { Group, Member, Shown } from './keyspace-member.js'
import { KeyspaceWorld } from './keyspace-world.js'

interface Scene {
  readonly world: KeyspaceWorld
  readonly first: Member
  readonly second: Member
}

function makeScene(options: Readonly<Record<string, unknown>> = {}): Scene {
  const world = new KeyspaceWorld({
    seed: 5,
    members: 2,
    groups: 2,
    durability: 'always',
    options,
  })
  world.calm(20)
  const [first, second] = world.members as [Member, Member]
  return { world, first, second }
}

function persist({ world }: Scene, member: Member): void {
  while (world.persistOne(member));
}

/** A write of the first member that is on its disk, and on its way to the second one, which takes it in its next turn. */
function write(scene: Scene, group: number): void {
  const { world, first, second } = scene
  world.write(first, group)
  for (let i = 0; i < 4; i++) {
    world.tick(1)
    persist(scene, first)
    while (world.deliverOne());
  }
  world.turn(second)
}

/** The second member starts again alone, and is asked for what it has; then the other one is there. What is wrong. */
function restart(scene: Scene): readonly string[] {
  const { world, first, second } = scene
  world.partition(first, second)
  world.crash(second)
  world.start(second, null)
  for (let i = 0; i < 10; i++) {
    world.read(second, null)
    world.tick(20)
  }
  world.heal(first, second)
  world.calm(40)
  const before = world.reads
  world.read(second, null)
  world.tick(20)
  const sizes = [first, second].map(({ groups }) => groups.map(({ merged }) => merged.size))
  const isEqual = String(sizes[0]) === String(sizes[1])
  const isWell = isEqual && world.reads === before + 1
  return isWell ? world.faults : [...world.faults, `members hold ${sizes.join(' and ')}`]
}

/** An own write is half executed in the one group, and what comes behind it is in no write; the other one has what hangs on it. */
function halfExecuted(): readonly string[] {
  const scene = makeScene()
  const { world, second } = scene
  const [held] = second.groups as readonly [Group, Group]
  held.isHeld = true
  world.write(second, 0)
  world.turn(second)
  write(scene, 0)
  write(scene, 1)
  persist(scene, second)

  return restart(scene)
}

/** What came for a group while it was behind is taken when the other one had its turn already. */
function takenLate(): readonly string[] {
  const scene = makeScene({ backlogBytes: 1_024 })
  const { world, second } = scene
  const [, held] = second.groups as readonly [Group, Group]
  held.isHeld = true
  for (let i = 0; i < 30; i++) write(scene, 1)
  write(scene, 0)
  write(scene, 1)
  persist(scene, second)
  held.isHeld = false
  world.turn(second)
  const [behind, shown] = second.groups.map(({ merged }) => merged.size)
  persist(scene, second)

  const faults = restart(scene)
  return behind === 0 && shown === 31
    ? [...faults, 'one group shows what another one has not']
    : faults
}

test('turn: a token is waited for: asked behind the groups, nobody wants the next turn at once', (t) => {
  const { world, first, second } = makeScene()
  world.partition(first, second)
  world.write(first, 0)
  world.tick(1)
  while (world.persistOne(first));
  const token = world.token(first)
  const strategies = second.groups.map(({ strategy }) => strategy as Strategy)

  for (let turn = 0; turn < 3; turn++) {
    const now = { mono: world.mono + turn, wall: 1_790_000_000_000 + world.mono + turn }
    for (const strategy of strategies) strategy.tick(now)
    for (const strategy of strategies) while (strategy.ready() !== null);
    const isCovered = strategies.map((each) => each.covers?.((token as Shown).seen))
    const least = Math.min(...strategies.map((each) => each.wakeAt()))

    t.deepEqual(isCovered, [false, false])
    if (turn > 0) t.true(least > now.mono, `asks for a turn at ${least}, and it is ${now.mono}`)
  }
})

const stories = [
  {
    title:
      'a group has entries behind an own one that is half executed: after a crash nobody shows what hangs on them',
    story: halfExecuted,
    bug: 'eventual-split-unnoted',
  },
  {
    title:
      'a group takes what waited when another one had its turn: both write what comes of it in one turn',
    story: takenLate,
    bug: 'eventual-opens-late',
  },
] as const

for (const { title, story, bug } of stories) {
  test.serial(`turn: ${title}`, (t) => {
    t.deepEqual(story(), [])

    plantBug(bug)
    const faults = story()
    plantBug('')

    t.not(faults.length, 0)
  })
}
