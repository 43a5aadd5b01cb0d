// A key ends at a member, and hears there of another time before the others are told: entries alone bring members
// together, whatever comes to the key meanwhile.

import test from 'ava'
import { Cluster, type Entry, show, slotsOf, start } from './merge-world.js'

const keys = ['k']

interface Told {
  readonly cluster: Cluster
  /** A member writes so many milliseconds behind the start. */
  readonly write: (index: number, at: number, ...lines: readonly string[]) => Entry
  /** What each member shows. */
  readonly shown: () => readonly string[]
}

/** All have the key; it ends at the second member before a longer time comes, which the first one gave it. */
function tell(...first: readonly string[]): Told {
  const cluster = new Cluster(3)
  const write = (index: number, at: number, ...lines: readonly string[]): Entry => {
    const entry = cluster.write(index, start + at, ...lines.map((line) => line.split(' ')))
    if (entry === null) throw new Error(`nothing was written: ${lines.join(', ')}`)
    return entry
  }
  write(0, 0, ...first, 'pexpire k 100')
  cluster.heal(start + 1)
  const { engine } = cluster.replica(1)
  engine.beginEntry(start + 150, 1, 2)
  engine.expireDue(10)
  const shown = (): readonly string[] =>
    cluster.replicas.map((replica) => `${show(replica, keys)} ${replica.digest(slotsOf(keys))}`)
  return { cluster, write, shown }
}

const changes: readonly (readonly [string, readonly string[], string])[] = [
  ['a field', ['hset k a 1 b 2'], 'hset k c 3'],
  ['an amount of a field', ['hset k a 1'], 'hincrby k a 3'],
  ['a member', ['sadd k a b'], 'sadd k c'],
  ['a score', ['zadd k 1 a 2 b'], 'zincrby k 1 a'],
  ['an item', ['rpush k a b'], 'lpush k c'],
  ['an entry', ['xadd k 1-1 a b'], 'xadd k 2-1 c d'],
  ['an amount', ['set k 7'], 'incrby k 3'],
  ['a text', ['set k a'], 'append k b'],
]

for (const [what, first, change] of changes) {
  for (const time of ['pexpire k 10000', 'persist k']) {
    test(`merging: a key ended here, ${time} comes, then ${what}: all show the same`, (t) => {
      const { cluster, write, shown } = tell(...first)
      write(0, 90, time)
      write(0, 95, change)
      for (const entry of cluster.ready(1)) cluster.merge(1, entry)
      t.true(cluster.replica(1).merging.owes)

      cluster.heal(start + 160)
      t.is(new Set(shown()).size, 1, shown().join('\n'))
      t.deepEqual(
        cluster.replicas.map(({ engine }) => engine.keyCount(0)),
        [0, 0, 0],
      )
      cluster.heal(start + 20_000, 3)
      t.is(cluster.replica(1).merging.unstableKeys, 0)
    })
  }
}

test('merging: a key ended here, a longer time comes, then the key anew: what is new stays', (t) => {
  for (const anew of [['set k new'], ['del k', 'hset k c 3'], ['restore']]) {
    const { cluster, write, shown } = tell('hset k a 1')
    write(0, 90, 'pexpire k 10000')
    if (anew[0] === 'restore') write(0, 95, 'sadd s x', 'sunionstore k s')
    else write(0, 95, ...anew)
    write(0, 97, anew[0] === 'set k new' ? 'append k er' : 'pexpire k 9999')
    for (const entry of cluster.ready(1)) cluster.merge(1, entry)

    cluster.heal(start + 160)
    t.is(new Set(shown()).size, 1, shown().join('\n'))
    t.is(cluster.replica(1).engine.keyCount(0), anew[0] === 'restore' ? 2 : 1)
  }
})
