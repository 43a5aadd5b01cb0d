// Containers: their bookkeeping under random changes, and that checkpoints restore exactly what was,
// at every point of a crash, whatever changes, moves, is copied or dropped while one is open.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import type { Segment } from '../../src/engine/segment.js'
import { ListValue } from '../../src/engine/values/list.js'
import { ZsetValue } from '../../src/engine/values/zset.js'
import { HashValue } from '../../src/engine/values/hash.js'
import { StreamValue } from '../../src/engine/values/stream.js'
import { idAfter } from '../../src/engine/values/stream-id.js'
import { SetValue } from '../../src/engine/values/set.js'
import { ContainerWorld } from './container-world.js'
import { Storage } from './world.js'

function keyOf(random: Random): string {
  return `{${random.below(9)}}${random.below(20)}`
}

for (let seed = 1; seed <= 4; seed++) {
  test(`containers: random changes (seed ${seed}): sizes, bytes, order and places hold`, (t) => {
    const random = new Random(seed)
    const world = new ContainerWorld()

    for (let i = 0; i < 1500; i++) {
      world.effects.select(random.below(2))
      world.churn(random, keyOf(random), random.chance(1, 10) ? 1500 : 20)
      if (i % 100 === 0) t.deepEqual(world.faults(), [])
    }

    t.deepEqual(world.faults(), [])
    t.true(world.keyspace.bodies.size > 0)
  })

  test(`containers: crash at every slice of checkpoints (seed ${seed}): the last finished state comes back`, (t) => {
    const random = new Random(seed)
    const world = new ContainerWorld()
    const storage = new Storage()
    let finished = world.digest()
    const churn = (count: number): void => {
      for (let i = 0; i < count; i++) {
        world.effects.select(random.below(2))
        if (random.chance(1, 400)) world.effects.clear(world.effects.db)
        world.churn(random, keyOf(random), random.chance(1, 4) ? 900 : 20)
      }
    }
    churn(300)

    for (let number = 1; number <= 8; number++) {
      churn(60)
      world.checkpoints.begin(number, 1)
      const begun = world.digest()
      const isAborted = number % 3 === 0
      for (let slice = 0; ; slice++) {
        const step = world.checkpoints.step(3000, 1 << 17)
        storage.put(step.puts)
        if (slice % 12 === 0) t.deepEqual(ContainerWorld.restore(storage).digest(), finished)
        if (isAborted && slice === 6) {
          world.checkpoints.abort()
          break
        }
        if (step.manifest !== null) {
          storage.manifest = step.manifest
          world.checkpoints.finish()
          finished = begun
          break
        }
        churn(12)
      }
      storage.delete(world.checkpoints.garbage(random.below(400)))
      const back = ContainerWorld.restore(storage)
      t.deepEqual(back.digest(), finished)
      t.deepEqual(back.faults(), [])
    }
    t.deepEqual(world.faults(), [])
  })
}

test('containers: restored from a checkpoint, then changed as the first one: digests are equal', (t) => {
  const random = new Random(5)
  const world = new ContainerWorld()
  const storage = new Storage()
  for (let i = 0; i < 300; i++) world.churn(random, keyOf(random), 900)
  world.checkpoint(storage, 1)
  const back = ContainerWorld.restore(storage)

  const [a, b] = [new Random(6), new Random(6)]
  for (let i = 0; i < 500; i++) {
    world.churn(a, keyOf(a), 900)
    back.churn(b, keyOf(b), 900)
  }

  t.deepEqual(back.digest(), world.digest())
  t.deepEqual(back.faults(), [])
  back.checkpoint(storage, 2)
  t.deepEqual(ContainerWorld.restore(storage).digest(), world.digest())
})

for (const make of [HashValue, ListValue, SetValue, StreamValue, ZsetValue]) {
  test(`containers: one changed entry of 50,000 (${make.name}): at most ten rows in the next checkpoint`, (t) => {
    const random = new Random(7)
    const world = new ContainerWorld()
    const storage = new Storage()
    const value = new make()
    world.effects.create('k', value)
    for (let i = 0; i < 50_000; i++) {
      if (value.type === 'hash') world.effects.hashes.set('k', value, `f${i}`, 'v')
      if (value.type === 'set') world.effects.sets.add('k', value, `f${i}`)
      if (value.type === 'list') world.effects.lists.pushRight('k', value, `f${i}`)
      if (value.type === 'stream') {
        world.effects.streams.append('k', value, idAfter(value.lastId) as string, ['f', 'v'])
      }
      if (value.type === 'zset') {
        world.effects.zsets.set('k', value, { member: `f${i}`, score: random.below(9999) })
      }
    }
    t.true(world.checkpoint(storage, 1) > 100)

    if (value.type === 'hash') world.effects.hashes.set('k', value, 'f777', 'w')
    if (value.type === 'set') world.effects.sets.remove('k', value, 'f777')
    if (value.type === 'list') world.effects.lists.set('k', value, { position: 777, item: 'x' })
    if (value.type === 'zset') world.effects.zsets.set('k', value, { member: 'f777', score: 1 })
    if (value.type === 'stream') {
      world.effects.streams.remove('k', value, value.body.parts[70]?.ids[7] as string)
    }
    const rows = world.checkpoint(storage, 2)

    t.true(rows >= 2 && rows <= 10, `${rows} rows`)
    t.deepEqual(ContainerWorld.restore(storage).digest(), world.digest())
  })
}

test('containers: a large one removed: its rows go with the next checkpoint', (t) => {
  const world = new ContainerWorld()
  const storage = new Storage()
  const value = new HashValue()
  world.effects.create('k', value)
  for (let i = 0; i < 30_000; i++) world.effects.hashes.set('k', value, `f${i}`, 'v')
  world.checkpoint(storage, 1)
  const before = storage.rows.size

  world.effects.remove('k', 'del')
  world.checkpoint(storage, 2)
  storage.delete(world.checkpoints.garbage(1e6))

  t.true(before > 60)
  t.true(storage.rows.size <= 3)
  t.deepEqual(ContainerWorld.restore(storage).digest(), world.digest())
})

test('containers: elements inserted at one place for ever: places are given anew and order holds', (t) => {
  const world = new ContainerWorld()
  const storage = new Storage()
  const value = new ListValue()
  world.effects.create('k', value)
  world.effects.lists.pushRight('k', value, 'first')
  for (let i = 0; i < 40_000; i++) {
    const position = 1
    world.effects.lists.insert('k', value, { position, item: `i${i}` })
    if (i % 9000 === 0) world.checkpoint(storage, i + 1)
  }

  t.deepEqual(world.faults(), [])
  t.deepEqual(
    [0, 1, 2, 39_999].map((at) => {
      const index = value.body.partAt(at)
      return value.body.parts[index]?.items[at - value.body.before(index)]
    }),
    ['first', 'i39999', 'i39998', 'i1'],
  )
  world.checkpoint(storage, 50_000)
  t.deepEqual(ContainerWorld.restore(storage).digest(), world.digest())
})

test('containers: a part merged away while a checkpoint has still to write it: it is written as it was', (t) => {
  const world = new ContainerWorld()
  const storage = new Storage()
  const value = new HashValue()
  world.effects.create('k', value)
  for (let i = 0; i < 600; i++) world.effects.hashes.set('k', value, `f${i}`, 'v')
  const parts = value.body.parts.length
  world.checkpoints.begin(1, 1)
  const begun = world.digest()

  for (const field of [...(value.body.parts[0]?.map.keys() ?? [])]) {
    world.effects.hashes.remove('k', value, field)
  }
  for (let i = 0; i < 600; i++) world.effects.hashes.remove('k', value, `f${i}`)
  finish(world, storage)

  t.true(parts > 1 && value.body.parts.length === 1)
  t.deepEqual(ContainerWorld.restore(storage).digest(), begun)
})

test('containers: keys merged into another segment while a checkpoint has still to write theirs: they are written as they were', (t) => {
  const world = new ContainerWorld()
  const storage = new Storage()
  const key = (i: number): string => `{tag}${i}`
  for (let i = 0; i < 600; i++) {
    const set = new SetValue()
    world.effects.create(key(i), set)
    world.effects.sets.add(key(i), set, 'm')
  }
  const segments = (): readonly Segment[] =>
    [...(world.keyspace.databases[0]?.tables.all() ?? [])].flatMap((table) => table.segments)
  const shrinkTo = (segment: Segment | undefined, size: number): void => {
    for (const name of [...(segment?.map.keys() ?? [])].slice(size))
      world.effects.remove(name, 'del')
  }
  const [left, right] = segments()
  shrinkTo(left, 10)
  shrinkTo(right, 250)
  t.is(segments().length, 2)
  world.checkpoints.begin(1, 1)
  const begun = world.digest()

  shrinkTo(left, 0)
  t.is(segments().length, 1)
  for (let i = 0; i < 600; i++) {
    const set = world.value(key(i))
    if (set?.type === 'set') world.effects.sets.add(key(i), set, 'later')
  }
  finish(world, storage)

  t.deepEqual(ContainerWorld.restore(storage).digest(), begun)
})

/** Writes the rest of the open checkpoint. */
function finish(world: ContainerWorld, storage: Storage): void {
  for (;;) {
    const step = world.checkpoints.step(1000, 1 << 20)
    storage.put(step.puts)
    if (step.manifest === null) continue
    storage.manifest = step.manifest
    world.checkpoints.finish()
    return
  }
}
