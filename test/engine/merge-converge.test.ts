// Members write at the same time, entries come in any order that keeps causes before effects, some twice, and
// each member forgets what is stable when it likes: in the end all see the same.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { drawCommand, drawNames, keys } from './merge-commands.js'
import { Cluster, show, slotsOf, start } from './merge-world.js'

const slots = slotsOf(keys)

interface Mix {
  readonly name: string
  readonly only: readonly string[]
  readonly seeds: number
}

const of = (...patterns: readonly RegExp[]): readonly string[] =>
  drawNames.filter((name) => patterns.some((pattern) => pattern.test(name)))

const mixes: readonly Mix[] = [
  {
    name: 'counters',
    only: ['incr', 'decrby', 'incrbyfloat', 'set', 'del', 'getdel', 'append'],
    seeds: 40,
  },
  { name: 'strings', only: of(/^(set|get|m?set|append|incr|decr|bit|del|expire|pers)/), seeds: 40 },
  { name: 'hashes', only: of(/^h(?!p?expire)/, /^(del|rename|copy)$/), seeds: 40 },
  { name: 'fields that end', only: of(/^h/), seeds: 40 },
  { name: 'sets', only: ['sadd', 'srem', 'spop', 'smove', 'sunionstore', 'del'], seeds: 40 },
  {
    name: 'sorted sets',
    only: ['zadd', 'zincrby', 'zrem', 'zpopmin', 'zunionstore', 'del'],
    seeds: 40,
  },
  { name: 'lists', only: of(/^l/, /^r(push|pop)/, /^(del|rename)$/), seeds: 60 },
  { name: 'streams', only: ['xadd', 'xdel', 'xtrim', 'xsetid', 'del'], seeds: 40 },
  { name: 'consumer groups', only: of(/^x/), seeds: 40 },
  {
    name: 'times',
    only: of(/^(p?expire|persist|set|setex|sadd|hset|del|incr|lpush|getex)/),
    seeds: 60,
  },
  {
    name: 'kinds that meet',
    only: ['set', 'incr', 'sadd', 'srem', 'hset', 'hdel', 'lpush', 'lpop', 'zadd', 'del', 'rename'],
    seeds: 100,
  },
  { name: 'everything', only: drawNames, seeds: 100 },
]

const tail = Number(process.env['MERGE_TAIL'] ?? 60)
/** A key that is shown after each step, to find out why a seed failed. */
const watched = process.env['MERGE_KEY'] ?? ''
const factor = Number(process.env['MERGE_SEEDS'] ?? 1)

for (const { name, only, seeds } of mixes) {
  test(`merging: ${name}: at the same time, in any order: all come to the same`, (t) => {
    for (let seed = 1; seed <= Math.ceil(seeds * factor); seed++) {
      const fault = runSeed(seed, only)
      if (fault !== null) {
        t.fail(`seed ${seed}: ${fault}`)
        return
      }
    }
    t.pass()
  })
}

/** What is wrong, null for nothing. */
function runSeed(seed: number, only: readonly string[]): string | null {
  const random = new Random(seed, 99)
  const cluster = new Cluster(2 + random.below(3))
  const count = cluster.replicas.length
  const steps = 20 + random.below(80)
  const mergeShare = 1 + random.below(8)
  const settles = random.below(3) > 0
  const repairs = random.below(4) === 0
  let now = start
  for (const [index, replica] of cluster.replicas.entries()) {
    replica.skewMs = random.below(3) * 1000
    replica.forget(random.below(2) === 0)
    cluster.beat(index, now)
  }
  const story: string[] = []
  for (let step = 0; step < steps; step++) {
    now += random.below(20)
    const index = random.below(count)
    const lines = Array.from({ length: 1 + random.below(2) }, () => drawCommand(random, only))
    const entry = cluster.write(index, now, ...lines)
    if (entry !== null) story.push(`${index}: ${lines.map((line) => line.join(' ')).join('; ')}`)
    for (let i = 0; i < mergeShare; i++) {
      const other = random.below(count)
      const ready = cluster.ready(other)
      const chosen = ready[random.below(Math.max(1, ready.length))]
      if (chosen === undefined) continue
      cluster.merge(other, chosen)
      if (random.below(5) === 0) cluster.merge(other, chosen)
      story.push(`   ${other} merges ${chosen.seat}@${chosen.stamp}`)
    }
    if (settles && random.below(3) === 0) cluster.beat(random.below(count), now)
    if (settles && random.below(2) === 0) cluster.settle(random.below(count))
    if (random.below(25) === 0) {
      const replica = cluster.replica(random.below(count))
      const from = replica.isWhole && random.below(2) === 0 ? 'log' : 'checkpoint'
      replica.restart(from)
      story.push(`   ${replica.seat} restarts from its ${from}`)
    }
    if (repairs && random.below(12) === 0) {
      const [a, b] = [random.below(count), random.below(count)]
      if (a !== b) cluster.exchange(a, b, slots[0] as number)
      story.push(`   ${a} takes the slot of ${b}`)
    }
    if (random.below(40) === 0) cluster.heal(now)
    if (watched !== '') {
      for (const replica of cluster.replicas) {
        story.push(`        ${replica.seat}: ${show(replica, [watched])}`)
      }
    }
    const fault = compare(cluster)
    if (fault !== null) return `${fault}\n${story.slice(-tail).join('\n')}`
  }
  cluster.heal(now, 3)
  const fault = compare(cluster)
  return fault === null ? null : `${fault}\n${story.slice(-tail).join('\n')}`
}

/** Members that have merged the same see the same. */
function compare(cluster: Cluster): string | null {
  for (const [index, one] of cluster.replicas.entries()) {
    for (const other of cluster.replicas.slice(index + 1)) {
      if (!one.vector.equals(other.vector)) continue
      if (one.digest(slots) === other.digest(slots)) continue
      return `${one.seat} sees\n${show(one, keys)}\n${other.seat} sees\n${show(other, keys)}`
    }
  }
  return null
}
