// The journal undoes whatever was done: the digest, the memory and what a checkpoint would write are as
// if nothing had happened.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { ContainerWorld } from './container-world.js'
import { Storage } from './world.js'

const keys = ['a', 'b', 'big', 'c', 'd', '{0}x', '{0}y']

/** Some changes of everything there is. */
function change(world: ContainerWorld, random: Random): void {
  const key = keys[random.below(keys.length)] as string
  const roll = random.below(30)
  if (roll === 0) world.crowd(random)
  else if (roll === 1) world.effects.expire(key, 1 + random.below(1000), 'expire')
  else if (roll === 2) world.effects.persist(key, 'persist')
  else if (roll === 3) world.effects.put(key, 'x'.repeat(random.below(100)), 'set')
  else if (roll === 4 && random.chance(1, 8)) world.effects.clear(world.effects.db)
  else if (roll < 9) world.fill(random, 'big', 700)
  else if (roll < 11) world.drain(random, 'big', 900)
  else world.churn(random, key, 40)
}

function look(world: ContainerWorld): unknown {
  const bytes = world.keyspace.databases.map((database) => database?.bytes ?? 0)
  const counts = world.keyspace.databases.map((database) => database?.keys ?? 0)
  const due = world.keyspace.databases.map((database) => database?.expiry.peek() ?? null)
  const dues = due.map((item) => (item === null ? null : [item.key, item.at]))
  const sizes = world.keyspace.databases.map((database) => database?.expiry.size ?? 0)
  const hashes = world.keyspace.databases.map((database) => database?.fieldTimes.size ?? 0)
  return {
    digest: world.digest(),
    bytes,
    counts,
    dues,
    sizes,
    hashes,
    faults: world.faults(),
  }
}

for (let seed = 1; seed <= 16; seed++) {
  test(`journal: random changes are undone: nothing has happened (seed ${seed})`, (t) => {
    const random = new Random(seed, 7)
    const world = new ContainerWorld()
    const storage = new Storage()
    let number = 1
    for (let i = 0; i < 60; i++) change(world, random)

    for (let round = 0; round < 8; round++) {
      const isOpen = random.chance(1, 2)
      if (isOpen) world.checkpoints.begin(number, 1)
      const before = look(world)
      world.effects.speculate()
      for (let i = random.below(40); i >= 0; i--) change(world, random)
      const mark = world.journal.mark()
      const middle = look(world)
      for (let i = random.below(40); i >= 0; i--) change(world, random)
      world.journal.rollbackTo(mark)
      t.deepEqual(look(world), middle, `to the mark, round ${round}`)
      for (let i = random.below(10); i >= 0; i--) change(world, random)
      world.effects.endJournal(true)

      t.deepEqual(look(world), before, `round ${round}`)
      if (isOpen) {
        finish(world, storage)
        number++
      }
      for (let i = random.below(30); i >= 0; i--) change(world, random)
      world.checkpoint(storage, number++)
      t.deepEqual(world.faults(), [])
      t.deepEqual(ContainerWorld.restore(storage).digest(), world.digest(), `stored ${round}`)
    }
  })
}

test('journal: light marks: it goes back to the last one, or leaves all as it is and says so', (t) => {
  const random = new Random(3, 7)
  const world = new ContainerWorld()
  for (let i = 0; i < 60; i++) change(world, random)
  const counts = { back: 0, refused: 0 }

  for (let round = 0; round < 60; round++) {
    const before = look(world)
    world.effects.speculate()
    for (let marks = random.below(4); marks >= 0; marks--) {
      world.journal.lightMark()
      for (let i = random.below(3); i >= 0; i--) change(world, random)
    }
    const mark = world.journal.lightMark()
    const middle = look(world)
    for (let i = random.below(2); i >= 0; i--) change(world, random)
    const after = look(world)
    const isBack = world.journal.rollbackTo(mark)
    counts[isBack ? 'back' : 'refused']++
    t.deepEqual(look(world), isBack ? middle : after, `round ${round}`)
    if (isBack) for (let i = random.below(3); i >= 0; i--) change(world, random)
    world.effects.endJournal(true)

    t.deepEqual(look(world), before, `round ${round}`)
    for (let i = random.below(9); i >= 0; i--) change(world, random)
  }

  t.true(counts.back > 5 && counts.refused > 5, JSON.stringify(counts))
})

/** Writes the open checkpoint to its end. */
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
