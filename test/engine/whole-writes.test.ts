// Stamps of whole writes against a plain map of them.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { WholeWrites } from '../../src/engine/merge/whole-writes.js'

const keys = ['a', 'b', 'c', 'd', 'e']

for (let seed = 1; seed <= 40; seed++) {
  test(`whole writes: random ones, seed ${seed}: as a map that forgets nothing too early`, (t) => {
    const random = new Random(seed, 7)
    const writes = new WholeWrites()
    const plain = new Map<string, number>()
    let stamp = 64
    let stable = 0
    const nameOf = (db: number, key: string): string => `${db} ${key}`

    for (let step = 0; step < 2_000; step++) {
      const db = random.below(2)
      const key = random.pick(keys)
      const roll = random.below(100)
      if (roll < 50) {
        // Of three seats, now and then behind a stamp that came before.
        if (random.below(3) === 0) stamp += 64
        const made = stamp - 64 * random.below(3) + random.below(3)
        if (made <= stable) continue
        writes.set(db, key, made)
        plain.set(nameOf(db, key), made)
      } else if (roll < 65) {
        writes.drop(db, key)
        plain.delete(nameOf(db, key))
      } else if (roll < 66) {
        writes.dropAll(db)
        for (const each of keys) plain.delete(nameOf(db, each))
      } else if (roll < 70) {
        stable = Math.max(stable, stamp - 64 * (1 + random.below(20)))
        writes.settle(stable)
      } else if (roll < 90) {
        const found = writes.stampOf(db, key)
        const expected = plain.get(nameOf(db, key))
        // What is stable may be forgotten.
        if (found !== undefined || (expected ?? 0) > stable) t.is(found, expected)
      } else {
        const all = [...writes.all()]
        const unstable = [...plain].filter(([, at]) => at > stable)
        for (const [name, at] of unstable) {
          t.true(all.some(([of, each, found]) => nameOf(of, each) === name && found === at))
        }
        for (const [of, each, found] of all) t.is(plain.get(nameOf(of, each)), found)
        t.is(new Set(all.map(([of, each]) => nameOf(of, each))).size, all.length)
      }
    }

    for (let seat = 0; seat < 3; seat++) {
      const last = Math.max(0, ...[...plain.values()].filter((each) => each % 64 === seat))
      t.true((writes.lastOf[seat] ?? 0) >= last)
    }
    writes.settle(stamp + 64)
    t.is(writes.size, 0)
  })
}

test('whole writes: more than are noted: are looked up, the youngest counts', (t) => {
  const writes = new WholeWrites()

  for (let i = 0; i < 300_000; i++) writes.set(0, `key:${i % 70_000}`, 64 * (1 + i))

  t.is(writes.size >= 70_000, true)
  t.is(writes.stampOf(0, 'key:5'), 64 * (1 + 280_005))
  t.is(writes.stampOf(0, 'key:69999'), 64 * (1 + 279_999))
})
