// One member writes, the others only merge: they must come to the same, whatever the commands.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { commandTable } from '../../src/engine/commands/table.js'
import { draws, drawCommand, drawNames, keys } from './merge-commands.js'
import { Cluster, Replica, show, slotsOf, start } from './merge-world.js'

const slots = slotsOf(keys)
/** Of no use to others, or refused where members write at the same time. */
const elsewhere = ['restore', 'restore-asking', 'swapdb']

test('merging: every command that writes: is drawn', (t) => {
  const drawn = new Set(
    drawNames.map((name) => (draws[name] ?? (() => ['']))(new Random(1))).map(nameOf),
  )
  for (const [name, spec] of commandTable) {
    if (spec.flags.includes('write') && !elsewhere.includes(name)) t.true(drawn.has(name), name)
  }
})

function nameOf(line: readonly string[]): string {
  return (line[0]?.startsWith('@') ? line[1] : line[0]) ?? ''
}

for (let seed = 1; seed <= 6; seed++) {
  test(`merging: one member writes, another merges (seed ${seed}): equal after each entry`, (t) => {
    const random = new Random(seed)
    const origin = new Replica(3)
    const other = new Replica(5)
    let now = start
    for (let i = 0; i < 1500; i++) {
      now += random.below(50)
      const lines = Array.from({ length: 1 + random.below(3) }, () => drawCommand(random))
      const entry = origin.write(now, ...lines)
      if (entry === null) continue
      other.merge(entry)
      if (random.below(4) === 0) origin.merging.stable(entry.stamp)
      if (random.below(4) === 0) other.merging.stable(entry.stamp)
      if (origin.digest(slots) !== other.digest(slots)) {
        t.log(lines, i)
        t.is(show(other, keys), show(origin, keys))
        t.fail('differs in what is not shown')
        return
      }
    }
    t.is(origin.digest(slots), other.digest(slots))
  })
}

test('merging: containers of thousands of elements: are written, stored, moved and trimmed alike', (t) => {
  const random = new Random(8)
  const cluster = new Cluster(3)
  const large = (count: number): string[] => Array.from({ length: count }, (_, i) => `m${i}`)
  const pairs = (count: number): string[] =>
    large(count).flatMap((name, i) => [String(i % 97), name])
  const lines: readonly (readonly string[])[] = [
    ['rpush', 'l0{t}', ...large(3000)],
    ['lpush', 'l1{t}', ...large(1500)],
    ['sadd', 'e0{t}', ...large(3000)],
    ['zadd', 'z0{t}', ...pairs(2500)],
    ['hset', 'h0{t}', ...large(2000).flatMap((name) => [name, name])],
    ['linsert', 'l0{t}', 'AFTER', 'm1400', 'x'],
    ['linsert', 'l0{t}', 'BEFORE', 'm700', 'y'],
    ['lrem', 'l0{t}', '0', 'm900'],
    ['ltrim', 'l0{t}', '300', '-300'],
    ['sunionstore', 'e1{t}', 'e0{t}', 'e0{t}'],
    ['spop', 'e1{t}', '1800'],
    ['zremrangebyrank', 'z0{t}', '100', '1900'],
    ['zunionstore', 'z1{t}', '2', 'z0{t}', 'e0{t}'],
    ['sort', 'e0{t}', 'ALPHA', 'STORE', 'x0{t}'],
    ['rename', 'l0{t}', 's0{t}'],
    ['copy', 'h0{t}', 'h1{t}'],
    ['hdel', 'h0{t}', ...large(900)],
    ['lset', 's0{t}', '1200', 'z'],
    ['lpop', 's0{t}', '600'],
  ]
  let now = start
  for (const line of lines) {
    now += 10
    cluster.write(random.below(3), now, line)
    cluster.write(random.below(3), now, ['rpush', 'l0{t}', 'late'], ['hincrby', 'h0{t}', 'm5', '1'])
    cluster.heal(now, random.below(2))
    const digests = cluster.replicas.map((replica) => replica.digest(slots))
    t.is(new Set(digests).size, 1, line.slice(0, 2).join(' '))
    if (random.below(4) === 0) cluster.replica(random.below(3)).restart('checkpoint')
  }
  const lost = new Replica(9)
  lost.takeSlots(cluster.replica(0), [slots[0] ?? 0], { lost: [lost] })
  t.is(lost.digest(slots), cluster.replica(0).digest(slots))
})

test('merging: DUMP and RESTORE: the copy is the same for all', (t) => {
  const cluster = new Cluster(2)
  cluster.write(
    0,
    start,
    ['set', 's0{t}', 'v'],
    ['rpush', 'l0{t}', 'a', 'b', 'c'],
    ['sadd', 'e0{t}', 'a', '1'],
    ['zadd', 'z0{t}', '1', 'a', '2', 'b'],
    ['hset', 'h0{t}', 'f', '1'],
    ['xadd', 'x0{t}', '5-1', 'f', 'v'],
    ['xgroup|create', 'create', 'x0{t}', 'g', '0'],
  )
  cluster.heal(start)

  for (const letter of ['s', 'l', 'e', 'z', 'h', 'x']) {
    const dumped = String(cluster.replica(0).ask(start + 1, ['dump', `${letter}0{t}`]))
    cluster.write(0, start + 2, ['restore', `${letter}1{t}`, '100000', dumped])
    cluster.write(1, start + 3, ['del', `${letter}0{t}`])
  }
  cluster.heal(start + 4)

  const [one, other] = cluster.replicas as [Replica, Replica]
  t.is(show(other, keys), show(one, keys))
  t.is(other.digest(slots), one.digest(slots))
  t.is(show(one, keys).split('\n').length, 6)
})
