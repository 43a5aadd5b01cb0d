import test from 'ava'
import fc from 'fast-check'
import { known } from '../../src/engine/key-facts.js'
import { Random } from '../../src/base/random.js'
import { fewMax, listMax } from '../../src/engine/key-room.js'
import { KeyTable } from '../../src/engine/key-table.js'
import { hashString } from '../../src/base/hash.js'
import { keySlot } from '../../src/base/keyslot.js'

const keys = fc.integer({ min: 0, max: fewMax + 5 }).map((n) => `key:${n}`)
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('set'), key: keys, value: fc.string() }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), key: keys }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear') }) },
  ),
  { maxLength: 120 },
)

test('key table: any changes: as a Map, order included', (t) => {
  fc.assert(
    fc.property(steps, (list) => {
      const table = new KeyTable()
      const map = new Map<string, string>()
      for (const step of list) {
        if ('value' in step) {
          t.is(table.exchange(step.key, step.value), map.get(step.key))
          map.set(step.key, step.value)
        } else if ('key' in step) t.is(table.delete(step.key), map.delete(step.key))
        else {
          table.clear()
          map.clear()
        }
        t.is(table.size, map.size)
        t.deepEqual([...table], [...map])
        t.deepEqual([...table.keys()], [...map.keys()])
        t.deepEqual([...table.values()], [...map.values()])
      }
      for (let n = 0; n <= fewMax + 5; n++) {
        t.is(table.get(`key:${n}`), map.get(`key:${n}`))
        t.is(table.has(`key:${n}`), map.has(`key:${n}`))
      }
    }),
  )
})

test('key table: thousands of changes, with stamps: as Maps, order included', (t) => {
  const random = new Random(5)
  for (const most of [20, 60, 300, listMax - 1, listMax + 200]) {
    const table = new KeyTable()
    const map = new Map<string, string>()
    const stamps = new Map<string, number>()
    let stamped = 0
    for (let step = 0; step < 12_000; step++) {
      const key = `key:${random.below(most)}`
      const roll = random.below(10)
      // Now it grows, now it shrinks.
      if (roll < (step % 4_000 < 2_400 ? 6 : 2)) {
        t.is(table.exchange(key, String(step)), map.get(key))
        map.set(key, String(step))
      } else if (roll < 8) {
        if (table.stampOf(key) > 0) stamped--
        t.is(table.delete(key), map.delete(key))
        stamps.delete(key)
      } else {
        const stamp = roll === 8 ? step + 0.5 : 0
        stamped += table.setStamp(key, stamp)
        if (map.has(key) && stamp > 0) stamps.set(key, stamp)
        else stamps.delete(key)
      }
      t.is(table.size, map.size)
      t.is(stamped, stamps.size)
      t.is(table.get(key), map.get(key))
      t.is(table.stampOf(key), stamps.get(key) ?? 0)
      if (step % 500 !== 0) continue
      t.deepEqual([...table], [...map])
      t.deepEqual([...table.keys()], [...map.keys()])
      t.deepEqual([...table.values()], [...map.values()])
      t.deepEqual([...table.stamped()].sort(), [...stamps].sort())
      for (let n = 0; n < most; n++) t.is(table.get(`key:${n}`), map.get(`key:${n}`))
    }
    t.is(table.dropStamps(), stamps.size)
    t.false(table.hasStamps)
  }
})

/** Found by search: equal in all 32 bits of their hash. */
function twins(): readonly [string, string] {
  const seen = new Map<number, string>()
  for (let n = 0; ; n++) {
    const key = `twin:${n}`
    const other = seen.get(hashString(key))
    if (other !== undefined) return [other, key]
    seen.set(hashString(key), key)
  }
}

test('key table: two keys of one print: each has its value', (t) => {
  const [a, b] = twins()
  const table = new KeyTable()
  table.set(a, 'a')
  t.is(table.get(b), undefined)
  table.set(b, 'b')
  t.is(table.get(a), 'a')
  t.is(table.get(b), 'b')
  t.true(table.delete(a))
  t.is(table.get(b), 'b')
})

test('key facts: keys asked for in another order than foreseen: the same answers', (t) => {
  const names = ['a', 'b{tag}', 'c', 'a', 'd', '']
  const slots = Int32Array.from(names, (name) => keySlot(name))
  const prints = Int32Array.from(names, (name) => hashString(name))
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...names, 'x', 'y{tag}')), (asked) => {
      known.foresee(names, { slots, prints }, names.length)
      for (const name of asked) {
        t.is(known.slotOf(name), keySlot(name))
        t.is(known.printOf(name), hashString(name) | 0)
      }
      known.forget()
    }),
  )
})
