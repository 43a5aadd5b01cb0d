// Where items of lists stand when members write at the same time: beside a model, and how long their names get.

import test from 'ava'
import { later } from '../../src/api/engine.js'
import { Random } from '../../src/base/random.js'
import { hookBehind, placeAt, placeRight, stampOfPlace } from '../../src/engine/merge/places.js'
import { type Entry, Replica, slotsOf, start } from './merge-world.js'

const slots = slotsOf(['l', 's'])

function items(replica: Replica): readonly string[] {
  let reply = replica.engine.execute(0, ['lrange', 'l', '0', '-1'])
  while (reply === later) reply = replica.engine.step(10_000)
  return reply as readonly string[]
}

for (const [name, pivot] of [
  ['behind the last one that was inserted', (i: number) => ['after', `v${i - 1}`]],
  ['before the end', () => ['before', 'end']],
  ['behind the first', () => ['after', 'v0']],
] as const) {
  test(`merging: thousands of items inserted ${name}: take no more than pushed ones`, (t) => {
    const replica = new Replica(0)
    const other = new Replica(1)
    other.merge(replica.write(start, ['rpush', 'l', 'v0', 'end']) as Entry)
    let bytes = 0
    for (let i = 1; i <= 2_000; i++) {
      const entry = replica.write(start + i, ['linsert', 'l', ...pivot(i), `v${i}`]) as Entry
      bytes += entry.operations.length
      other.merge(entry)
    }

    t.true(bytes < 2_000 * 40, `${bytes} bytes`)
    t.is(items(replica).length, 2_002)
    t.deepEqual(items(other), items(replica))
  })
}

test('merging: items inserted anywhere: stand where they were put, at all members', (t) => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new Random(seed, 4)
    const replicas = [new Replica(0), new Replica(1)]
    const model: string[] = []
    for (let i = 0; i < 300; i++) {
      const writer = replicas[random.below(2)] as Replica
      const at = random.below(Math.max(1, model.length))
      const kind = random.below(model.length === 0 ? 2 : 6)
      const item = `v${i}`
      let line: readonly string[]
      if (kind === 0) {
        line = ['rpush', 'l', item]
        model.push(item)
      } else if (kind === 1) {
        line = ['lpush', 'l', item]
        model.unshift(item)
      } else if (kind === 5) {
        line = ['lrem', 'l', '1', model[at] as string]
        model.splice(at, 1)
      } else {
        const isAfter = kind === 2
        line = ['linsert', 'l', isAfter ? 'after' : 'before', model[at] as string, item]
        model.splice(isAfter ? at + 1 : at, 0, item)
      }
      const entry = writer.write(start + i, line) as Entry
      for (const replica of replicas) if (replica !== writer) replica.merge(entry)
      if (i % 30 > 0) continue
      for (const replica of replicas) t.deepEqual(items(replica), model, `seed ${seed}, ${i}`)
    }
    t.is((replicas[0] as Replica).digest(slots), (replicas[1] as Replica).digest(slots))
  }
})

test('merging: a place: tells which entry made it, wherever it hangs', (t) => {
  const first = placeRight(1_000, 0)
  const next = placeAt(hookBehind(first, null), 2_000, 1)
  const chained = placeAt(hookBehind(next, null), 3_000, 0)
  const between = placeAt(hookBehind(first, next), 4_000, 0)
  const inner = placeAt(hookBehind(between, next), 5_000, 0)

  const all = [first, between, inner, next, chained]
  t.deepEqual([...all].sort(), all)
  t.deepEqual(all.map(stampOfPlace), [1_000, 4_000, 5_000, 2_000, 3_000])
  t.is(chained.length, next.length)
})

for (const lines of [
  ['sort s alpha store l', 'linsert l after y z'],
  ['rpush l z', 'linsert l after z w'],
  ['linsert l after c w', 'linsert l after c v', 'lpush l u'],
]) {
  test(`merging: ${lines.join('; ')}: is tried out as it will be`, (t) => {
    const replica = new Replica(0)
    const other = new Replica(1)
    other.merge(replica.write(start, ['rpush', 'l', 'a'], ['rpush', 's', 'x', 'y']) as Entry)
    replica.merge(other.write(start + 10, ['rpush', 'l', 'b', 'c']) as Entry)
    replica.merge(other.write(start + 20, ['linsert', 'l', 'after', 'c', 'd']) as Entry)
    const before = replica.digest(slots)

    const { scripting } = replica.engine
    replica.engine.beginEntry(start + 30, 1, 2)
    scripting?.speculate()
    for (const line of lines) replica.engine.execute(0, line.split(' '))
    const tried = items(replica)
    scripting?.undo()

    t.is(replica.digest(slots), before)
    const entry = replica.write(start + 30, ...lines.map((line) => line.split(' '))) as Entry
    t.deepEqual(items(replica), tried)
    other.merge(entry)
    t.deepEqual(items(other), tried)
  })
}
