// What lost to something else, and is kept until all is stable: it must not come back, at whatever members
// that was forgotten meanwhile.

import test from 'ava'
import { Cluster, show, slotsOf, start } from './merge-world.js'

type Lines = readonly (readonly string[])[]

const lines = (text: string): Lines => text.split(';').map((line) => line.split(' '))
const seats = [0, 1, 2]

/** All that anybody made is with everybody; `who` forget it. */
function forget(cluster: Cluster, who: readonly number[]): void {
  const upTo = Math.max(...cluster.replicas.map(({ clock }) => clock.last))
  for (const index of who) cluster.replica(index).merging.stable(upTo)
}

for (const who of [[], [0], [1, 2], seats]) {
  test(`merging: a text that lost to a set whose members go one by one, forgotten at ${who.length}: stays away`, (t) => {
    const cluster = new Cluster(3)
    cluster.write(0, start + 1, ...lines('set k v'))
    cluster.write(1, start + 2, ...lines('sadd k a b'))
    cluster.heal(start + 3)
    forget(cluster, who)

    cluster.write(0, start + 10, ...lines('srem k a'))
    cluster.write(1, start + 11, ...lines('srem k b'))
    cluster.heal(start + 12)
    for (const replica of cluster.replicas) t.is(show(replica, ['k']), '')

    cluster.write(2, start + 20, ...lines('append k w'))
    cluster.heal(start + 21, 3)
    for (const replica of cluster.replicas) t.is(show(replica, ['k']), 'k string -1 "w"')
  })

  for (const [earlier, later] of [
    ['set k v', 'sadd k a'],
    ['sadd k a', 'set k v'],
    ['incr k', 'hset k f 1'],
    ['rpush k a', 'hset k f 1'],
  ] as const) {
    test(`merging: ${earlier} that lost to ${later}, forgotten at ${who.length}: slots do not bring it back`, (t) => {
      const cluster = new Cluster(3)
      cluster.write(0, start + 1, ...lines(earlier))
      cluster.write(1, start + 2, ...lines(later))
      cluster.heal(start + 3)
      const upTo = Math.max(...cluster.replicas.map(({ clock }) => clock.last))
      cluster.write(1, start + 5, ...lines('expireat k 1900000000'))
      cluster.heal(start + 6)
      const before = show(cluster.replica(1), ['k'])
      for (const index of who) cluster.replica(index).merging.stable(upTo)

      for (const [index, other] of [
        [0, 1],
        [1, 2],
        [2, 0],
      ] as const) {
        for (const slot of slotsOf(['k'])) cluster.exchange(index, other, slot)
      }

      for (const replica of cluster.replicas) t.is(show(replica, ['k']), before)
    })
  }
}

test('merging: a group that is made anew: has nothing of what was claimed of the one before', (t) => {
  const cluster = new Cluster(3)
  const group = 'xgroup|create create k g'
  cluster.write(0, start, ...lines(`xadd k 1-1 f v;${group} 0;xreadgroup GROUP g c1 STREAMS k >`))
  cluster.heal(start + 1)
  cluster.write(0, start + 10, ...lines('xgroup|destroy destroy k g'))
  cluster.write(1, start + 11, ...lines('xclaim k g c2 0 1-1'))
  cluster.heal(start + 12)

  cluster.write(2, start + 20, ...lines(`${group} $`))
  cluster.heal(start + 21)

  const seen = cluster.replicas.map((replica) => show(replica, ['k']))
  t.regex(seen[0] ?? '', /"pel-count",0/)
  t.deepEqual(seen, Array(3).fill(seen[2]))
})
