// Stamps of whole writes against a plain map of them.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { Effects } from '../../src/engine/effects.js'
import { Journal } from '../../src/engine/journal.js'
import { Keyspace } from '../../src/engine/keyspace.js'
import { Ledger } from '../../src/engine/ledger.js'
import { WholeWrites } from '../../src/engine/merge/whole-writes.js'

const keys = ['a', 'b', 'c', 'd', 'e']

/** Stamps stand beside keys that are there. */
function filled(names: readonly string[]) {
  const journal = new Journal()
  const keyspace = new Keyspace(2, new Ledger(2), journal)
  const effects = new Effects(keyspace, null, journal)
  for (const db of [0, 1]) {
    effects.select(db)
    for (const name of names) effects.put(name, 'v', '')
  }
  return { keyspace, effects, writes: new WholeWrites(keyspace) }
}

for (let seed = 1; seed <= 40; seed++) {
  test(`whole writes: random ones, seed ${seed}: as a map that forgets nothing too early`, (t) => {
    const random = new Random(seed, 7)
    const { keyspace, effects, writes } = filled(keys)
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
        // Who writes has seen what it takes the place of.
        if (made <= stable || made <= (plain.get(nameOf(db, key)) ?? 0)) continue
        writes.set(db, key, made)
        plain.set(nameOf(db, key), made)
      } else if (roll < 65) {
        writes.drop(db, key)
        plain.delete(nameOf(db, key))
        if (roll < 55) {
          effects.select(db)
          effects.remove(key, '')
          effects.put(key, 'new', '')
        }
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
    const counted = (): number => keyspace.used.reduce((sum, each) => sum + each.stampedKeys, 0)
    const { size } = writes
    t.is(counted(), size)
    writes.settle(stamp + 64)
    t.is(writes.size, 0)
    t.is(counted(), 0)
  })
}

test('whole writes: more than are noted: stand beside their keys, the youngest counts', (t) => {
  const { keyspace, effects, writes } = filled([])
  effects.select(0)

  for (let i = 0; i < 300_000; i++) {
    if (i < 70_000) effects.put(`key:${i}`, 'v', '')
    writes.set(0, `key:${i % 70_000}`, 64 * (1 + i))
  }

  t.is(writes.size, 70_000)
  t.is(writes.stampOf(0, 'key:5'), 64 * (1 + 280_005))
  t.is(writes.stampOf(0, 'key:69999'), 64 * (1 + 279_999))
  for (let i = 0; i < 70_000; i++) effects.remove(`key:${i}`, '')
  t.is(keyspace.databases[0]?.stampedKeys, 0)
  t.is(writes.size, 0)
})

test('whole writes: segments split and merge: stamps go with their keys, by a way back, too', (t) => {
  const { keyspace, effects, writes } = filled([])
  effects.select(0)
  const name = (i: number): string => `{tag}:${i}`
  for (let i = 0; i < 1_500; i++) {
    effects.put(name(i), 'v', '')
    writes.set(0, name(i), 64 * (1 + i))
    if (i % 100 === 0) t.is(writes.stampOf(0, name(i)), 64 * (1 + i))
    if (i % 100 === 0) t.is(writes.size, i + 1)
  }
  effects.speculate()
  for (let i = 0; i < 1_400; i++) effects.remove(name(i), '')
  effects.endJournal(true)
  t.is(writes.size, 1_500)
  for (let i = 0; i < 1_500; i++) t.is(writes.stampOf(0, name(i)), 64 * (1 + i))

  for (let i = 0; i < 1_400; i++) effects.remove(name(i), '')
  t.is(writes.size, 100)
  for (let i = 1_400; i < 1_500; i++) t.is(writes.stampOf(0, name(i)), 64 * (1 + i))
  writes.settle(64 * 1_450)
  t.is([...writes.all()].length, 50)
  writes.settle(64 * 1_501)
  t.is(keyspace.databases[0]?.stampedSegments.length, 0)
  t.is(writes.size, 0)
})
