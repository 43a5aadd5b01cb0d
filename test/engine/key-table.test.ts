import test from 'ava'
import fc from 'fast-check'
import { known } from '../../src/engine/key-facts.js'
import { fewMax, KeyTable } from '../../src/engine/key-table.js'
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
