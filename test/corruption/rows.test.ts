// Damage to the rows of a group's log, thousands of random mutations: each is reported, or harmless.
// `CASES=` runs more, `SEED=` moves the start.

import test from 'ava'
import type { Row } from '../../src/api/store.js'
import { Random } from '../../src/base/random.js'
import { LogWorld, sortRows, texts } from '../log/log-world.js'

const cases = Number(process.env['CASES'] ?? 4_000)
const firstSeed = Number(process.env['SEED'] ?? 1)

type Mutation = (rows: Row[], random: Random) => Row[]

const mutations: Readonly<Record<string, Mutation>> = {
  'bit flipped': (rows, random) =>
    change(rows, random, (value) => {
      const at = random.below(Math.max(1, value.length))
      if (value.length > 0) value[at] = (value[at] as number) ^ (1 << random.below(8))
      return value
    }),
  'bytes zeroed': (rows, random) =>
    change(rows, random, (value) => {
      const from = random.below(value.length + 1)
      return value.fill(0, from, from + 1 + random.below(64))
    }),
  'row cut': (rows, random) =>
    change(rows, random, (value) => value.subarray(0, random.below(value.length))),
  'row grown': (rows, random) =>
    change(rows, random, (value) => Buffer.concat([value, Buffer.alloc(3)])),
  'row missing': (rows, random) => {
    rows.splice(random.below(rows.length), 1)
    return rows
  },
  'rows missing from a place on': (rows, random) => rows.slice(0, random.below(rows.length)),
  'rows missing in the middle': (rows, random) => {
    rows.splice(random.below(rows.length), 1 + random.below(5))
    return rows
  },
  'two values swapped': (rows, random) => {
    const a = random.below(rows.length)
    const b = random.below(rows.length)
    const [first, second] = [rows[a] as Row, rows[b] as Row]
    rows[a] = { key: first.key, value: second.value }
    rows[b] = { key: second.key, value: first.value }
    return rows
  },
  'key damaged': (rows, random) => {
    const at = random.below(rows.length)
    const { key, value } = rows[at] as Row
    const place = random.below(key.length)
    const code = key.charCodeAt(place) ^ (1 << random.below(8))
    rows[at] = {
      key: key.slice(0, place) + String.fromCharCode(code) + key.slice(place + 1),
      value,
    }
    return sortRows(rows)
  },
  'an older value came back': (rows) => rows,
}

function change(rows: Row[], random: Random, mutate: (value: Uint8Array) => Uint8Array): Row[] {
  const at = random.below(rows.length)
  const { key, value } = rows[at] as Row
  rows[at] = { key, value: mutate(Uint8Array.from(value)) }
  return rows
}

/** A history with votes, truncations, checkpoints and cuts; all of it acknowledged. */
function history(random: Random, older: Map<string, Uint8Array[]>): LogWorld {
  const world = new LogWorld()
  let applied = 0
  const steps = random.between(5, 40)
  for (let step = 0; step < steps; step++) {
    const choice = step === 0 ? 9 : random.below(10)
    if (choice < 7) world.append(1 + random.below(4), random)
    else if (choice === 7 && world.lastIndex > applied) {
      world.vote(world.term + 1, `${random.uint32()}`)
      const first = random.between(applied + 1, world.lastIndex)
      world.commit(world.batch(first, 1 + random.below(3), random))
    } else if (choice === 8) {
      applied = random.between(applied, world.lastIndex)
      world.log.settle(applied)
      world.checkpoint(random.between(world.base.base.index, applied))
      const cutTo = world.base.base.index
      if (random.chance(1, 2)) {
        world.commit({ ...world.batch(world.lastIndex + 1, 0, random), cutTo })
      }
    } else world.vote(world.term + (random.chance(1, 2) ? 1 : 0), `${random.uint32()}`)
    for (const [key, value] of world.rows) {
      const values = older.get(key) ?? []
      if (values[values.length - 1] !== value) older.set(key, [...values, value])
    }
  }
  return world
}

test('corruption: random damage to rows: reported, or every acknowledged entry reads back equal', (t) => {
  const counts: Record<string, number> = {}
  const names = Object.keys(mutations)
  for (let seed = firstSeed; seed < firstSeed + cases; seed++) {
    const random = new Random(seed, 77)
    const older = new Map<string, Uint8Array[]>()
    const world = history(random, older)
    const name = random.pick(names)
    const mutation = mutations[name] as Mutation
    let rows = mutation(world.sortedRows(), random)
    if (name === 'an older value came back') {
      const { key } = random.pick(rows)
      rows = rows.map((row) =>
        row.key === key ? { key, value: random.pick(older.get(key) ?? []) } : row,
      )
    }

    const found = world.restart(rows)

    const outcome =
      found.fault === null ? (found.tornRecords > 0 ? 'torn' : 'harmless') : found.fault.kind
    counts[outcome] = (counts[outcome] ?? 0) + 1
    if (found.fault !== null) continue
    const state = Buffer.from(found.state ?? []).toString()
    if (state !== (world.state ?? ''))
      t.fail(`seed ${seed}, ${name}: the hard state is another one`)
    const wanted = texts(world.entries)
    const got = texts(found.entries)
    if (got.length !== wanted.length || got.some((text, n) => text !== wanted[n])) {
      t.fail(`seed ${seed}, ${name}: entries are lost or altered without a report`)
    }
  }
  t.log(JSON.stringify(counts))
  for (const kind of ['harmless', 'gap', 'corrupt', 'short', 'state-lost']) {
    t.true((counts[kind] ?? 0) > 0, `the mutations reach '${kind}'`)
  }
})
