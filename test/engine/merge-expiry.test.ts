// Keys that end while members write: entries alone cannot bring members together then, since what ended here
// may have been given more time elsewhere. Two rounds of repair must, and nothing may end up without a time
// that everybody gave one.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { Cluster, type Entry, show, slotsOf, start } from './merge-world.js'

const keys = ['a', 'b', 'c', 'd', 'e'].map((key) => `${key}{t}`)
const [slot = 0] = slotsOf(keys)

function draw(random: Random): readonly (readonly string[])[] {
  const key = keys[random.below(keys.length)] as string
  const ms = String(5 + random.below(200))
  const name = `m${random.below(4)}`
  const kinds: readonly (readonly (readonly string[])[])[] = [
    [['set', key, name, 'PX', ms]],
    [
      ['sadd', key, name],
      ['pexpire', key, ms],
    ],
    [
      ['hset', key, name, '1'],
      ['pexpire', key, ms],
      ['hpexpire', key, ms, 'FIELDS', '1', name],
    ],
    [
      ['incr', key],
      ['pexpire', key, ms],
    ],
    [
      ['rpush', key, name],
      ['pexpire', key, ms],
    ],
    [['pexpire', key, ms]],
    [['del', key]],
  ]
  return kinds[random.below(kinds.length)] as readonly (readonly string[])[]
}

const factor = Number(process.env['MERGE_SEEDS'] ?? 1)

test('merging: keys that end all the time: two rounds of repair bring members together', (t) => {
  let repaired = 0
  for (let seed = 1; seed <= 150 * factor; seed++) {
    const random = new Random(seed, 77)
    const cluster = new Cluster(3)
    let now = start
    const ticks = (): void => {
      for (const { engine, skewMs } of cluster.replicas) {
        engine.beginEntry(now + skewMs, 1, 2)
        engine.expireDue(1000)
      }
    }
    for (const replica of cluster.replicas) replica.skewMs = random.below(3) * 40
    for (let step = 0; step < 60; step++) {
      now += random.below(30)
      cluster.write(random.below(3), now, ...draw(random))
      if (random.below(3) === 0) ticks()
      const index = random.below(3)
      const [entry] = cluster.ready(index)
      if (entry !== undefined) cluster.merge(index, entry)
      if (random.below(4) === 0) cluster.settle(index)
    }
    cluster.heal(now)
    const isSame = (): boolean => {
      // All have the same clock when they compare.
      for (const { engine } of cluster.replicas) engine.beginEntry(now + 200, 1, 2)
      const [first, ...others] = cluster.replicas.map((replica) => replica.digest([slot]))
      return others.every((digest) => digest === first)
    }
    for (let round = 0; round < 2 && !isSame(); round++) {
      repaired++
      for (let a = 0; a < 3; a++) {
        for (let b = 0; b < 3; b++) if (a !== b) cluster.exchange(a, b, slot)
      }
    }
    if (!isSame()) {
      t.fail(
        `seed ${seed}\n${cluster.replicas.map((replica) => show(replica, keys)).join('\n--\n')}`,
      )
      return
    }
    now += 10_000
    ticks()
    const left = cluster.replicas.map(({ engine }) => engine.keyCount(0)).join()
    if (left !== '0,0,0') {
      t.fail(`seed ${seed}: ${left} keys have no time\n${show(cluster.replica(0), keys)}`)
      return
    }
  }
  t.log(`${repaired} rounds of repair`)
  t.pass()
})

for (const isEager of [false, true]) {
  const when = isEager ? 'at once' : 'as usual'
  test(`merging: a field's time beside its removal, an amount comes later, what is stable is forgotten ${when}: the same everywhere`, (t) => {
    const cluster = new Cluster(3)
    for (const each of cluster.replicas) each.forget(isEager)
    const write = (index: number, at: number, line: string): Entry => {
      const entry = cluster.write(index, start + at, line.split(' '))
      if (entry === null) throw new Error(`nothing was written: ${line}`)
      return entry
    }
    write(0, 0, 'hset h n 3 z 1')
    cluster.heal(start + 1, 3)
    const time = write(1, 10, 'hexpire h 922 fields 1 n')
    const removal = write(0, 20, 'hdel h n')
    write(1, 30, 'hincrby h n 1')

    cluster.merge(0, time)
    cluster.merge(2, removal)
    cluster.merge(2, time)
    // All have the time, and what comes has seen it.
    for (const index of [0, 2]) cluster.replica(index).merging.stable(time.stamp)
    cluster.heal(start + 40)

    const shown = cluster.replicas.map(({ engine }) =>
      ['hget h n', 'hpexpiretime h fields 1 n'].map((line) =>
        String(engine.read(0, line.split(' '), engine.clock)),
      ),
    )
    const expected = ['1', String(start + 10 + 922_000)]
    t.deepEqual(shown, [expected, expected, expected])
    cluster.heal(start + 50, 3)
    t.true(cluster.replicas.every(({ merging }) => merging.unstableKeys === 0))
  })
}
