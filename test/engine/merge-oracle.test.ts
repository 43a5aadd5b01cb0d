// What must be there is told by the history alone: a member that somebody added and nobody removed who had seen
// that; the text with the greatest stamp that nobody replaced who had seen it, and all increments of which the
// same holds. An obvious twin computes that from the entries; every member must see it.

import test from 'ava'
import { Random } from '../../src/base/random.js'
import { Cluster, type Entry, type Replica, slotsOf, start } from './merge-world.js'

const keys = ['s{t}', 'h{t}', 'z{t}', 'n{t}', 'l{t}']
const [slot = 0] = slotsOf(keys)
const names = ['a', 'b', 'c', 'd']

/** One command that took effect. */
interface Act {
  readonly entry: Entry
  /** Of its entry. */
  readonly at: number
  readonly key: string
  readonly what: 'add' | 'remove' | 'clear' | 'put' | 'grow'
  readonly name: string
  readonly amount: number
}

/** Whether `later` was made by who had seen `earlier`. */
function isAfter(later: Act, earlier: Act): boolean {
  if (later.entry === earlier.entry) return later.at > earlier.at
  return later.entry.context.covers(earlier.entry.stamp)
}

class Twin {
  readonly acts: Act[] = []

  members(key: string): readonly string[] {
    const of = this.acts.filter((act) => act.key === key)
    const left = of.filter(
      (act) =>
        act.what === 'add' && !of.some((other) => removes(other, act) && isAfter(other, act)),
    )
    return [...new Set(left.map(({ name }) => name))].sort((a, b) => (a < b ? -1 : 1))
  }

  number(key: string): string | null {
    const of = this.acts.filter((act) => act.key === key)
    const replaces = ({ what }: Act): boolean => what === 'put' || what === 'clear'
    const left = of.filter((act) => !of.some((other) => replaces(other) && isAfter(other, act)))
    const puts = left.filter(({ what }) => what === 'put')
    const grown = left.filter(({ what }) => what === 'grow')
    if (puts.length + grown.length === 0) return null
    let winner: Act | null = null
    for (const put of puts)
      if (winner === null || put.entry.stamp >= winner.entry.stamp) winner = put
    return String(grown.reduce((sum, { amount }) => sum + amount, winner?.amount ?? 0))
  }
}

function removes(act: Act, added: Act): boolean {
  return act.what === 'clear' || (act.what === 'remove' && act.name === added.name)
}

interface Drawn extends Omit<Act, 'entry' | 'at'> {
  readonly line: readonly string[]
}

function draw(random: Random): Drawn {
  const key = keys[random.below(keys.length)] as string
  const name = names[random.below(names.length)] as string
  const amount = random.below(20) - 10
  const made = (what: Act['what'], ...line: readonly string[]): Drawn => ({
    key,
    what,
    name,
    amount,
    line,
  })
  if (random.below(12) === 0) return made('clear', 'del', key)
  const isRemoval = random.below(3) === 0
  switch (key[0]) {
    case 's':
      return isRemoval ? made('remove', 'srem', key, name) : made('add', 'sadd', key, name)
    case 'h':
      return isRemoval
        ? made('remove', 'hdel', key, name)
        : made('add', 'hset', key, name, String(amount))
    case 'z':
      return isRemoval
        ? made('remove', 'zrem', key, name)
        : made('add', 'zadd', key, String(amount), name)
    case 'l': {
      // Every pushed element is another one; LREM of one that is not there removes nothing.
      const item = `${name}${random.below(1_000_000)}`
      return {
        key,
        what: 'add',
        name: item,
        amount,
        line: [isRemoval ? 'lpush' : 'rpush', key, item],
      }
    }
    default:
      return isRemoval
        ? made('put', 'set', key, String(amount))
        : made('grow', 'incrby', key, String(amount))
  }
}

function members(replica: Replica, key: string): readonly string[] {
  const read = (...line: readonly string[]): unknown => replica.engine.read(0, line, null)
  const found =
    key[0] === 's'
      ? (read('smembers', key) as { readonly items: readonly string[] }).items
      : key[0] === 'h'
        ? read('hkeys', key)
        : key[0] === 'z'
          ? read('zrange', key, '0', '-1')
          : read('lrange', key, '0', '-1')
  return [...(found as readonly string[])].sort((a, b) => (a < b ? -1 : 1))
}

function runSeed(seed: number): string | null {
  const random = new Random(seed, 21)
  const cluster = new Cluster(3)
  const twin = new Twin()
  let now = start
  for (const [index, replica] of cluster.replicas.entries()) {
    replica.skewMs = random.below(3) * 600_000
    replica.forget(random.below(2) === 0)
    cluster.beat(index, now)
  }
  const mergeShare = 1 + random.below(6)
  for (let step = 0; step < 120; step++) {
    now += random.below(10)
    const index = random.below(3)
    const drawn = Array.from({ length: 1 + random.below(3) }, () => draw(random))
    const entry = cluster.write(index, now, ...drawn.map(({ line }) => line))
    if (entry !== null) drawn.forEach((act, at) => void twin.acts.push({ ...act, entry, at }))
    for (let i = 0; i < mergeShare; i++) {
      const other = random.below(3)
      const ready = cluster.ready(other)
      const chosen = ready[random.below(Math.max(1, ready.length))]
      if (chosen !== undefined) cluster.merge(other, chosen)
    }
    if (random.below(4) === 0) cluster.beat(random.below(3), now)
    if (random.below(2) === 0) cluster.settle(random.below(3))
    if (random.below(40) === 0) cluster.replica(random.below(3)).restart('checkpoint')
    const [a, b] = [random.below(3), random.below(3)]
    if (seed % 3 === 0 && a !== b && random.below(15) === 0) cluster.exchange(a, b, slot)
  }
  cluster.heal(now, random.below(2) * 3)
  for (const replica of cluster.replicas) {
    for (const key of keys) {
      const expected = key[0] === 'n' ? twin.number(key) : twin.members(key).join()
      const found =
        key[0] === 'n' ? replica.engine.read(0, ['get', key], null) : members(replica, key).join()
      if (found !== expected)
        return `${key} at ${replica.seat}: ${String(found)}, not ${String(expected)}`
    }
  }
  return null
}

const seeds = Math.ceil(120 * Number(process.env['MERGE_SEEDS'] ?? 1))

test('merging: what was added and not removed, clocks 10 minutes apart: is what all see', (t) => {
  for (let seed = 1; seed <= seeds; seed++) {
    const fault = runSeed(seed)
    if (fault === null) continue
    t.fail(`seed ${seed}: ${fault}`)
    return
  }
  t.pass()
})
