// The group log against its slow twin, and every rule of recovery by itself.

import test from 'ava'
import type { GroupId } from '../../src/api/ids.js'
import { AssertionError } from '../../src/base/assert.js'
import { textToBytes } from '../../src/base/bytes.js'
import { crc32c } from '../../src/base/crc32c.js'
import { hashZero } from '../../src/base/hash.js'
import { Random } from '../../src/base/random.js'
import {
  decodeIdentity,
  decodeRecord,
  encodeIdentity,
  recordIndex,
  recordKey,
  recordPrefix,
} from '../../src/log/layout.js'
import { emptyBatch, group, LogWorld, texts } from './log-world.js'

/** A log of ten records of three entries each, after one vote. */
function filled(): LogWorld {
  const world = new LogWorld()
  const random = new Random(5)
  world.vote(1, 'vote for 2')
  for (let n = 0; n < 10; n++) world.append(3, random)
  return world
}

/** The row with its format version changed and its CRC made right again. */
function reversioned(value: Uint8Array): Uint8Array {
  const made = Uint8Array.from(value)
  made[0] = 99
  const size = made.length - 4
  new DataView(made.buffer).setUint32(size, crc32c(made, 0, size))
  return made
}

test('layout: keys: sort by group, then index, as numbers do', (t) => {
  const places: readonly (readonly [number, number])[] = [
    [1, 1],
    [1, 255],
    [1, 256],
    [1, 65_536],
    [1, 2 ** 40],
    [2, 1],
    [256, 1],
  ]
  const keys = places.map(([id, index]) => recordKey(id as GroupId, index))

  t.deepEqual([...keys].sort(), keys)
  t.deepEqual(
    places.map(([id], n) => recordIndex(recordPrefix(id as GroupId), keys[n] as string)),
    places.map(([, index]) => index),
  )
  t.is(recordIndex(recordPrefix(2 as GroupId), keys[0] as string), null)
})

test('layout: identity: comes back, and damage and newer formats are told apart', (t) => {
  const identity = {
    phase: 'born' as const,
    clusterId: 'c1',
    member: 2,
    incarnation: 3,
    keyspaceEpoch: 1,
    keyspaceDigest: { high: 4, low: 5 },
    born: [1, 2, 3],
  }
  const bytes = encodeIdentity(identity)
  const damaged = Uint8Array.from(bytes)
  damaged[3] = (damaged[3] as number) ^ 4

  t.deepEqual(decodeIdentity(bytes), identity)
  t.is(decodeIdentity(damaged), 'corrupt')
  t.is(decodeIdentity(reversioned(bytes)), 'format')
  t.is(decodeIdentity(new Uint8Array(0)), 'corrupt')
})

test('layout: a record that announces huge counts and lengths: corrupt, nothing is allocated', (t) => {
  const body = [1, 7, 1, 0, 255, 255, 255, 255, 255, 255, 15, ...new Array<number>(8).fill(0)]
  body.push(1, 255, 255, 255, 255, 255, 255, 15)
  const bytes = Uint8Array.from([...body, 0, 0, 0, 0])
  new DataView(bytes.buffer).setUint32(body.length, crc32c(bytes, 0, body.length))

  t.is(decodeRecord(group, 1, bytes), 'corrupt')
})

test('records: restart after appends: state and all entries come back', (t) => {
  const world = filled()

  const found = world.restart()

  t.is(found.fault, null)
  t.is(Buffer.from(found.state ?? []).toString(), 'vote for 2')
  t.deepEqual(texts(found.entries), texts(world.entries))
  t.deepEqual(world.log.last, { term: 1, index: 30 })
})

test('records: truncation inside a record: one atomic write with its head again', (t) => {
  const world = filled()
  world.term = 2
  const before = world.entries.slice(0, 16)

  const writes = world.commit(world.batch(17, 2, new Random(9)))

  t.deepEqual(
    writes.puts.map((row) => recordIndex(recordPrefix(group), row.key)),
    [16, 17],
  )
  t.is(writes.deletes.length, 5)
  const found = world.restart()
  t.is(found.fault, null)
  t.deepEqual(texts(found.entries).slice(0, 16), texts(before))
  t.deepEqual(texts(found.entries), texts(world.entries))
})

test('records: a history of earlier terms takes the place of a later one, write by write: the witness goes back with it', (t) => {
  const world = filled()
  const random = new Random(9)
  world.term = 4
  world.append(2, random)
  world.term = 3

  const writes = world.commit(world.batch(21, 2, random))

  t.is(writes.witness.reset, true)
  t.true(writes.witness.sync)
  t.is(world.restart().fault, null)
  t.is(world.append(2, random).witness.reset, undefined)
})

test('records: a random history with restarts: always what the twin holds', (t) => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = new Random(seed)
    const world = new LogWorld()
    world.vote(1, 'start')
    let applied = 0
    for (let step = 0; step < 120; step++) {
      const choice = random.below(10)
      if (choice < 5) world.append(1 + random.below(5), random)
      else if (choice === 5 && world.lastIndex > applied) {
        world.term++
        world.commit(
          world.batch(random.between(applied + 1, world.lastIndex), 1 + random.below(3), random),
        )
      } else if (choice === 6) {
        applied = random.between(applied, world.lastIndex)
        world.log.settle(applied)
      } else if (choice === 7 && applied > world.base.base.index) {
        world.checkpoint(random.between(world.base.base.index, applied))
        if (random.chance(1, 2)) world.commit({ ...emptyBatch, cutTo: world.base.base.index })
      } else if (choice === 8) world.vote(world.term + 1, `term ${world.term + 1}`)
      else {
        const found = world.restart()
        t.is(found.fault, null, `seed ${seed} step ${step}`)
        t.deepEqual(texts(found.entries), texts(world.entries), `seed ${seed} step ${step}`)
        t.is(Buffer.from(found.state ?? []).toString(), world.state ?? '')
      }
      t.is(world.log.last.index, world.lastIndex)
    }
    world.commit(emptyBatch)
    const rows = world
      .sortedRows()
      .filter((row) => recordIndex(recordPrefix(group), row.key) !== null)
    t.is(
      rows.reduce((sum, row) => sum + row.value.length, 0),
      world.log.bytes,
      `seed ${seed}`,
    )
  }
})

test('records: read and decode: the entries of any range, as far as they are intact', (t) => {
  const world = filled()
  const scan = (from: number, to: number) => {
    const range = world.log.read(from, to)
    return world.sortedRows().filter((row) => row.key >= range.from && row.key < range.to)
  }

  for (const [from, to] of [
    [1, 30],
    [2, 2],
    [5, 17],
    [30, 30],
    [29, 40],
  ] as const) {
    const wanted = texts(world.entries.slice(from - 1, to))
    t.deepEqual(texts(world.log.decode(scan(from, to), from, to)), wanted)
  }
  const rows = scan(1, 30)
  t.deepEqual(world.log.decode(rows.slice(0, 2), 2, 30).length, 5)
  rows[3] = { key: (rows[3] as { key: string }).key, value: textToBytes('rot') }
  t.is(world.log.decode(rows, 1, 30).length, 9)
  t.deepEqual(world.log.decode(scan(31, 40), 31, 40), [])
})

test('records: a cut: whole records only, many of them as one range', (t) => {
  const world = new LogWorld()
  const random = new Random(3)
  world.vote(1, 'v')
  for (let n = 0; n < 100; n++) world.append(2, random)

  world.checkpoint(7)
  const few = world.commit({ ...emptyBatch, cutTo: 7 })
  world.checkpoint(190)
  const many = world.commit({ ...emptyBatch, cutTo: 190 })

  t.is(few.deletes.length, 3)
  t.is(many.deletes.length, 0)
  t.is(many.ranges.length, 1)
  t.deepEqual(world.log.read(3, 9), { from: recordKey(group, 3), to: recordKey(group, 3) })
  const found = world.restart()
  t.is(found.fault, null)
  t.deepEqual(texts(found.entries), texts(world.entries))
})

test('records: power loss brings any of the cut records back: they are no fault, and go again', (t) => {
  for (let seed = 1; seed <= 50; seed++) {
    const world = new LogWorld()
    const random = new Random(seed)
    world.vote(1, 'v')
    for (let n = 0; n < 100; n++) world.append(2, random)
    world.checkpoint(190)
    const before = new Map(world.rows)
    const { ranges } = world.commit({ ...emptyBatch, cutTo: 190 })
    const back = [...before].filter(([key]) => !world.rows.has(key) && random.chance(1, 2))
    for (const [key, value] of back) world.rows.set(key, value)

    const found = world.restart()
    const next = world.append(1, random)

    t.is(ranges.length, 1)
    t.is(found.fault, null)
    t.is(found.tornRecords, 0)
    t.deepEqual(texts(found.entries), texts(world.entries.slice(0, -1)))
    t.deepEqual([...next.deletes].sort(), back.map(([key]) => key).sort())
  }
})

test('records: truncation of an applied entry: asserted, the log is unchanged', (t) => {
  const world = filled()
  world.log.settle(20)
  const chainBefore = world.chainAt(19)
  const entries = world.entries.slice(19, 20)

  t.throws(() => world.log.writes({ ...emptyBatch, entries, chainBefore }), {
    instanceOf: AssertionError,
  })
  t.is(world.log.last.index, 30)
})

test('records: a batch that does not continue the chain: asserted', (t) => {
  const world = filled()
  const batch = world.batch(31, 1, new Random(1))

  t.throws(() => world.log.writes({ ...batch, chainBefore: hashZero }), {
    instanceOf: AssertionError,
  })
})

test('records: a snapshot takes the place of the log: old rows are gone, the witness follows', (t) => {
  const world = filled()
  const at = { term: 3, index: 12 }
  const chain = { high: 1, low: 2 }

  const writes = world.commit({ ...emptyBatch, reset: { at, chain } })

  t.is(writes.witness.reset, true)
  t.deepEqual(writes.witness.position, at)
  world.base = { base: at, chain }
  world.entries = []
  world.chains = []
  world.term = 3
  world.append(2, new Random(8))
  const found = world.restart()
  t.is(found.fault, null)
  t.deepEqual(texts(found.entries), texts(world.entries))
})

test('records: a crash between snapshot and log reset: the base wins, nothing is a fault', (t) => {
  const behind = filled()
  behind.base = { base: { term: 2, index: 50 }, chain: { high: 1, low: 2 } }
  t.deepEqual(behind.restart(), {
    state: behind.restart().state,
    entries: [],
    earlier: null,
    fault: null,
    tornRecords: 0,
  })

  const diverged = filled()
  diverged.base = { base: { term: 2, index: 10 }, chain: { high: 1, low: 2 } }
  const found = diverged.restart()
  t.is(found.fault, null)
  t.is(found.entries.length, 0)
  diverged.entries = []
  diverged.chains = []
  diverged.term = 2
  diverged.append(1, new Random(2))
  const again = diverged.restart()
  t.is(again.fault, null)
  t.deepEqual(texts(again.entries), texts(diverged.entries))
})

test('records: the same history at the base: the suffix is kept', (t) => {
  for (const index of [9, 10, 30]) {
    const world = filled()
    world.checkpoint(index)

    const found = world.restart()

    t.is(found.fault, null)
    t.deepEqual(texts(found.entries), texts(world.entries))
  }
})
