// Sorted sets against an obvious twin, a Map that is sorted for every question; the engine is saved and
// loaded again in between, also with a checkpoint open while it changes.

import test from 'ava'
import type { Engine } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { Random } from '../../src/base/random.js'
import { checkpoint, checkpointRest, makeEngine, run, Storage } from './world.js'

type Entry = readonly [member: string, score: number]

class Model {
  readonly #sets = new Map<string, Map<string, number>>()

  cells(key: string): Map<string, number> {
    let cells = this.#sets.get(key)
    if (cells === undefined) {
      cells = new Map()
      this.#sets.set(key, cells)
    }
    return cells
  }

  put(key: string, entries: readonly Entry[]): number {
    this.#sets.set(key, new Map(entries))
    return entries.length
  }

  ordered(key: string): Entry[] {
    return [...this.cells(key)].toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1))
  }

  get keys(): string[] {
    return [...this.#sets].flatMap(([key, cells]) => (cells.size > 0 ? [key] : [])).toSorted(order)
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const keys = ['{t}a', '{t}b', '{t}c', 'd']

/** Makes a command, does it to the twin; the twin's answer. */
function turn(
  random: Random,
  model: Model,
): { readonly line: string[]; readonly expected: unknown } {
  const key = random.pick(keys)
  const other = random.pick(keys)
  const cells = model.cells(key)
  const member = `m${random.below(random.chance(1, 2) ? 40 : 3_000)}`
  const score = random.below(300)
  switch (random.below(9)) {
    case 0: {
      const line = ['zadd', key]
      const size = cells.size
      for (let i = random.pick([1, 5, 400, 900]); i > 0; i--) {
        const each = random.below(3_000)
        line.push(String(each % 97), `m${each}`)
        cells.set(`m${each}`, each % 97)
      }
      return { line, expected: cells.size - size }
    }
    case 1: {
      const made = (cells.get(member) ?? 0) + score
      cells.set(member, made)
      return { line: ['zincrby', key, String(score), member], expected: made }
    }
    case 2:
      return { line: ['zrem', key, member], expected: cells.delete(member) ? 1 : 0 }
    case 3: {
      const at = model.ordered(key).findIndex((entry) => entry[0] === member)
      return { line: ['zrank', key, member], expected: at < 0 ? null : at }
    }
    case 4: {
      const count = random.pick([1, 3, 250])
      const isMax = random.chance(1, 2)
      const all = model.ordered(key)
      const gone = (isMax ? all.toReversed() : all).slice(0, count)
      for (const entry of gone) cells.delete(entry[0])
      return { line: [isMax ? 'zpopmax' : 'zpopmin', key, String(count)], expected: gone.flat() }
    }
    case 5: {
      const found = model.ordered(key).filter((entry) => entry[1] > score && entry[1] <= score + 40)
      const members = found.map((entry) => entry[0])
      const line = ['zrangebyscore', key, `(${score}`, String(score + 40)]
      return { line, expected: members }
    }
    case 6: {
      const gone = model.ordered(key).filter((entry) => entry[1] >= score)
      for (const entry of gone) cells.delete(entry[0])
      return { line: ['zremrangebyscore', key, String(score), '+inf'], expected: gone.length }
    }
    case 7: {
      const both = model.ordered(key).filter((entry) => model.cells(other).has(entry[0]))
      const line = ['zinterstore', 'd', '2', key, other, 'weights', '1', '0']
      return { line, expected: model.put('d', both) }
    }
    default: {
      const from = random.below(800)
      const expected = model.put(other, model.ordered(key).slice(from, from + 700))
      return { line: ['zrangestore', other, key, String(from), String(from + 699)], expected }
    }
  }
}

/** Pairs flat, doubles as numbers. */
function plain(reply: Reply): unknown {
  if (Array.isArray(reply)) return reply.map((item) => plain(item as Reply))
  if (typeof reply !== 'object' || reply === null || !('type' in reply)) return reply
  if (reply.type === 'double') return reply.value
  return reply.type === 'pairs' ? reply.items.map(plain) : reply
}

for (const seed of [1, 2, 3, 4]) {
  test(`zset: random commands, saved and loaded in between (seed ${seed}): as the obvious twin`, (t) => {
    const random = new Random(seed)
    const model = new Model()
    const storage = new Storage()
    let engine: Engine = makeEngine()
    let number = 0
    let isOpen = false

    for (let i = 0; i < 500; i++) {
      const { line, expected } = turn(random, model)
      t.deepEqual(plain(run(engine, line, random.between(1, 400))), expected, line.join(' '))
      if (!random.chance(1, 25)) continue
      if (!isOpen) {
        engine.checkpointBegin(++number)
        isOpen = true
        continue
      }
      checkpointRest(engine, storage)
      isOpen = false
      storage.delete(engine.checkpointGarbage(1_000_000))
      checkpoint(engine, storage, ++number)
      const restored = storage.restore(random.between(1, 9))
      if (typeof restored === 'string') return t.fail(restored)
      t.deepEqual(restored.digest(), engine.digest())
      t.is(restored.memoryBytes, engine.memoryBytes)
      restored.beginEntry(1_000_000, 1, 2)
      engine = restored
    }

    t.true(number > 10)
    t.deepEqual((run(engine, ['keys', '*']) as string[]).toSorted(order), model.keys)
    for (const key of model.keys) {
      const reply = run(engine, ['zrange', key, '0', '-1', 'withscores'])
      t.deepEqual(plain(reply), model.ordered(key).flat())
    }
  })
}
