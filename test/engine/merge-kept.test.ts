// What merging must keep and what it must let go: increments, members and pushed elements of all; nothing of
// keys that are gone, however long somebody is away.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { keySlot } from '../../src/base/keyslot.js'
import { keepSettingsName } from '../../src/api/group-settings.js'
import { msOfStamp } from '../../src/log/stamps.js'
import type { EngineEviction, Victim } from '../../src/api/eviction.js'
import { Cluster, Replica, show, slotsOf, start } from './merge-world.js'

const wall = (replica: Replica): number => replica.engine.clock

function read(replica: Replica, ...line: readonly string[]): unknown {
  return replica.engine.read(0, line, wall(replica))
}

for (let seed = 1; seed <= 8; seed++) {
  test(`merging: what nobody removes (seed ${seed}): is all there, sums and pushes too`, (t) => {
    const random = new Random(seed, 5)
    const cluster = new Cluster(3)
    const sums = { n: 0, f: 0, z: 0 }
    const members = new Set<string>()
    const fields = new Set<string>()
    const pushes: string[][] = []
    let now = start
    for (let i = 0; i < 200; i++) {
      now += random.below(5)
      const by = random.below(100) - 50
      const name = `m${i}`
      const pushed = Array.from({ length: 1 + random.below(4) }, (_, at) => `${i}.${at}`)
      sums.n += by
      sums.f += by
      sums.z += by
      members.add(name)
      fields.add(name)
      const isLeft = random.below(2) === 0
      pushes.push(isLeft ? [...pushed].reverse() : pushed)
      cluster.write(
        random.below(3),
        now,
        ['incrby', 'n{k}', String(by)],
        ['hincrby', 'h{k}', 'sum', String(by)],
        ['hset', 'h{k}', name, '1'],
        ['zincrby', 'z{k}', String(by), 'sum'],
        ['zadd', 'z{k}', '1', name],
        ['sadd', 's{k}', name],
        [isLeft ? 'lpush' : 'rpush', 'l{k}', ...pushed],
      )
      for (let merges = 0; merges < 3; merges++) {
        const index = random.below(3)
        const [entry] = cluster.ready(index)
        if (entry !== undefined) cluster.merge(index, entry)
        if (random.below(4) === 0) cluster.settle(index)
      }
      if (random.below(20) === 0) cluster.beat(random.below(3), now)
      if (random.below(50) === 0) cluster.replica(random.below(3)).restart('checkpoint')
    }

    cluster.heal(now, 3)

    for (const replica of cluster.replicas) {
      t.is(read(replica, 'get', 'n{k}'), String(sums.n))
      t.is(read(replica, 'hget', 'h{k}', 'sum'), String(sums.f))
      t.deepEqual(read(replica, 'zscore', 'z{k}', 'sum'), { type: 'double', value: sums.z })
      t.is(read(replica, 'scard', 's{k}'), members.size)
      t.is(read(replica, 'hlen', 'h{k}'), fields.size + 1)
      t.is(read(replica, 'zcard', 'z{k}'), members.size + 1)
      const items = read(replica, 'lrange', 'l{k}', '0', '-1') as string[]
      t.is(items.length, pushes.flat().length)
      for (const pushed of pushes) {
        const at = items.indexOf(pushed[0] as string)
        t.deepEqual(items.slice(at, at + pushed.length), pushed)
      }
      t.is(replica.merging.unstableKeys, 0)
    }
  })
}

test('merging: a counter beyond 64 bits: ends there, is counted, and all see the same', (t) => {
  const cluster = new Cluster(2)
  cluster.write(0, start, ['set', 'n', '9223372036854775800'])
  cluster.heal(start)

  cluster.write(0, start + 1, ['incrby', 'n', '7'])
  cluster.write(1, start + 2, ['incrby', 'n', '5'])
  cluster.heal(start + 3)

  for (const replica of cluster.replicas) {
    t.is(read(replica, 'get', 'n'), '9223372036854775807')
    t.true(replica.merging.saturated > 0)
  }
})

test('merging: amounts that come to a field one after the other: each is added once, not all of before again', (t) => {
  const cluster = new Cluster(2)
  cluster.write(0, start, ['hset', 'h', 'f', '9223372036854775800'])
  cluster.heal(start)

  cluster.write(1, start + 1, ['hincrby', 'h', 'f', '7'])
  for (let i = 0; i < 5; i++) cluster.write(0, start + 2 + i, ['hincrby', 'h', 'f', '1'])
  cluster.heal(start + 10)

  // Each sum that ended at the bound is counted.
  t.is(cluster.replica(1).merging.saturated, 5)
  for (const replica of cluster.replicas) {
    t.is(read(replica, 'hget', 'h', 'f'), '9223372036854775807')
  }
})

test('merging: keys that end, while a member is away: nothing of them is kept', (t) => {
  const away = new Replica(2)
  const cluster = new Cluster(2)
  let now = start
  for (let i = 0; i < 500; i++) {
    const key = `k${i}`
    const lines = [
      ['set', key, 'v', 'PX', '10'],
      ['hset', `h${key}`, 'f', 'v'],
      ['pexpire', `h${key}`, '10'],
      ['sadd', `s${key}`, 'a', 'b'],
      ['srem', `s${key}`, 'a'],
      ['incr', `n${key}`],
    ]
    cluster.write(i % 2, now, ...lines)
    cluster.write(i % 2, now, ['del', `s${key}`, `n${key}`])
    now += 1
  }
  cluster.heal(now)
  now += 100

  for (const { engine } of cluster.replicas) {
    engine.beginEntry(now, 1, 2)
    while (engine.expireDue(100) > 0);
  }

  for (const { engine, merging } of cluster.replicas) {
    t.is(engine.keyCount(0), 0)
    t.is(merging.unstableKeys, 0)
    t.is(engine.memoryBytes, 0)
  }
  t.is(away.merging.unstableKeys, 0)
})

test('merging: a key is given more time after it ended elsewhere: is removed for all', (t) => {
  const cluster = new Cluster(2)
  cluster.write(0, start, ['sadd', 'k', 'a'], ['pexpire', 'k', '100'])
  cluster.heal(start)
  cluster.replica(0).ask(start + 90, ['get', 'other'])

  // One has it for longer, the other has removed it.
  cluster.write(0, start + 95, ['pexpire', 'k', '10000'])
  const other = cluster.replica(1)
  other.engine.beginEntry(start + 200, 1, 2)
  other.engine.expireDue(10)
  cluster.heal(start + 210)

  t.is(read(cluster.replica(0), 'exists', 'k'), 0)
  t.is(read(other, 'exists', 'k'), 0)
  t.is(cluster.replica(0).digest([keySlot('k')]), other.digest([keySlot('k')]))
})

test('merging: what was done to a key that has ended on its way: is not there, and no ghost is left', (t) => {
  const [one, other] = [new Replica(0), new Replica(1)]
  const first = one.write(start, ['sadd', 'k', 'a'], ['pexpire', 'k', '100'])
  const second = one.write(start + 50, ['sadd', 'k', 'b'])
  other.merge(first as never)
  other.engine.beginEntry(start + 150, 1, 2)
  other.engine.expireDue(10)

  other.merge(second as never)

  t.is(read(other, 'exists', 'k'), 0)
  t.is(other.merging.unstableKeys, 0)
  one.engine.beginEntry(start + 150, 1, 2)
  one.engine.expireDue(10)
  t.is(one.merging.unstableKeys, 0)
})

test('merging: a key that is evicted: goes for all, what others wrote meanwhile stays', (t) => {
  const cluster = new Cluster(2)
  cluster.write(0, start, ['sadd', 'k', 'a'], ['set', 'o', 'v'])
  cluster.heal(start)
  const one = cluster.replica(0)
  const eviction = one.engine.eviction as EngineEviction
  const victims: Victim[] = []
  const random = new Random(1)
  for (let i = 0; i < 2; i++) {
    const victim = eviction.victim(random, (_, key) => victims.some((each) => each.key === key))
    if (victim !== null) victims.push(victim)
  }

  cluster.write(1, start + 5, ['sadd', 'k', 'b'])
  cluster.evict(0, start + 6, victims)
  cluster.heal(start + 10)

  for (const replica of cluster.replicas) {
    t.is(show(replica, ['k', 'o']), 'k set -1 {"type":"set","items":["b"]}')
  }
})

test('merging: a list that was emptied at one end: a popped element does not come back', (t) => {
  const cluster = new Cluster(3)
  cluster.write(0, start, ['rpush', 'l', 'a', 'b', 'c'])
  cluster.heal(start)

  t.is(cluster.replica(1).ask(start + 1, ['lindex', 'l', '0']), 'a')
  cluster.write(1, start + 2, ['lpop', 'l'])
  cluster.write(2, start + 2, ['lpop', 'l'])
  cluster.write(0, start + 2, ['lpush', 'l', 'x'])
  cluster.heal(start + 3, 2)

  for (const replica of cluster.replicas) {
    t.deepEqual(read(replica, 'lrange', 'l', '0', '-1'), ['x', 'b', 'c'])
  }
})

test('merging: automatic ids of streams: differ by member, and go up', (t) => {
  const cluster = new Cluster(3)
  const ids = new Set<string>()
  for (let i = 0; i < 60; i++) {
    const reply = cluster.ask(i % 3, start, ['xadd', 'x', '*', 'f', 'v'])
    t.false(ids.has(String(reply)))
    ids.add(String(reply))
  }
  cluster.heal(start)

  for (const replica of cluster.replicas) t.is(read(replica, 'xlen', 'x'), 60)
  t.true(msOfStamp(cluster.replica(0).clock.last) >= start)
})

test('merging: a member that lost all: gets it back slot by slot, and goes on', (t) => {
  const cluster = new Cluster(3)
  const keys = ['a', 'b', 'c', 'd', 'e']
  cluster.write(0, start, ['set', 'a', '1'], ['hset', 'b', 'f', '1'], ['rpush', 'c', 'x', 'y'])
  cluster.write(1, start, ['zadd', 'd', '1', 'm'], ['xadd', 'e', '*', 'f', 'v'], ['incr', 'a'])
  cluster.heal(start, 2)
  cluster.write(0, start + 1, ['incr', 'a'], ['lpop', 'c'])
  cluster.heal(start)
  const lost = new Replica(2)

  lost.takeSlots(cluster.replica(0), slotsOf(keys), { lost: [lost] })
  const next = cluster.write(0, start + 5, ['incr', 'a'], ['rpush', 'c', 'z'], ['hdel', 'b', 'f'])
  lost.merge(next as never)

  t.is(show(lost, keys), show(cluster.replica(0), keys))
})

test('merging: what CONFIG SET gives a group to keep: holds for all', (t) => {
  const cluster = new Cluster(2)

  cluster.write(0, start, [keepSettingsName, 'maxmemory', '12345678'])
  cluster.heal(start)

  for (const { engine } of cluster.replicas) t.is(engine.eviction?.settings.maxMemory, 12_345_678)
})

test('merging: SWAPDB: is refused, as a change of places is no write that merges', (t) => {
  const reply = new Replica(0).ask(start, ['swapdb', '0', '1'])

  t.is((reply as { readonly text: string }).text.slice(0, 3), 'ERR')
})

test('merging: PFCOUNT: writes nothing', (t) => {
  const replica = new Replica(0)
  replica.write(start, ['pfadd', 'k', 'a', 'b'])

  t.is(replica.write(start + 1, ['pfcount', 'k']), null)
  t.is(read(replica, 'pfcount', 'k'), 2)
})

test('merging: a key that has ended on its way and was made anew in the same entry: is there', (t) => {
  const [one, other] = [new Replica(0), new Replica(1)]
  const first = one.write(start, ['sadd', 'k', 'a'], ['pexpire', 'k', '100'])
  const second = one.write(start + 50, ['sadd', 'k', 'b'], ['del', 'k'], ['sadd', 'k', 'c'])
  other.merge(first as never)
  other.engine.beginEntry(start + 150, 1, 2)
  other.engine.expireDue(10)

  other.merge(second as never)

  t.is(show(other, ['k']), show(one, ['k']))
  t.deepEqual(read(other, 'smembers', 'k'), { type: 'set', items: ['c'] })
})

test('merging: a member that lost entries which are stable for another: takes what came of them', (t) => {
  const [whole, lost] = [new Replica(0), new Replica(1)]
  const keys = ['a', 'h']
  const first = whole.write(start, ['hincrby', 'h', 'f', '3'], ['incr', 'a'])
  lost.merge(first as never)
  lost.merging.stable(whole.clock.last)
  // It had them, said so, and lost its disk's end.
  whole.write(start + 1, ['hincrby', 'h', 'f', '10'], ['incrby', 'a', '10'])
  whole.merging.stable(whole.clock.last)

  lost.takeSlots(whole, slotsOf(keys), { lost: [lost] })

  t.is(show(lost, keys), show(whole, keys))
})

test('merging: a member that lost an entry and holds its own removal: what it removed stays away', (t) => {
  const [other, lost] = [new Replica(0), new Replica(1)]
  const keys = ['z']
  const made = other.write(start, ['zadd', 'z', '1', 'gone', '2', 'stays'])
  lost.merge(made as never)
  // It is stable for nobody yet, so that each knows by its stamp that the other one had it.
  lost.write(start + 1, ['zrem', 'z', 'gone'])
  other.write(start + 2, ['zadd', 'z', '3', 'late'])

  lost.takeSlots(other, slotsOf(keys), { lost: [lost] })

  t.regex(show(lost, keys), /late/)
  t.notRegex(show(lost, keys), /gone/)
})

test('merging: a slot of a member that lost entries: takes nothing away that is stable here', (t) => {
  const [whole, lost] = [new Replica(0), new Replica(1)]
  const keys = ['s']
  whole.write(start, ['sadd', 's', 'a', 'b'])
  whole.merging.stable(whole.clock.last)
  lost.write(start + 1, ['sadd', 's', 'c'])

  whole.takeSlots(lost, slotsOf(keys), { lost: [lost] })

  t.regex(show(whole, keys), /"a","b","c"/)
})

test('merging: the latest time there is: is the same behind an exchange of slots', (t) => {
  const [one, other] = [new Replica(0), new Replica(1)]
  one.write(start, ['set', 's', 'v'], ['pexpireat', 's', String(Number.MAX_SAFE_INTEGER)])
  const slots = slotsOf(['s'])

  other.takeSlots(one, slots, { lost: [other] })

  t.is(other.digest(slots), one.digest(slots))
})
