// Recovery of a group log: each kind of damage by itself, harmless or reported, never silent.

import test from 'ava'
import type { GroupId } from '../../src/api/ids.js'
import { textToBytes } from '../../src/base/bytes.js'
import { crc32c } from '../../src/base/crc32c.js'
import { Random } from '../../src/base/random.js'
import { recordKey, stateKey } from '../../src/log/layout.js'
import { GroupLog } from '../../src/log/records.js'
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

test('records: a damaged last record that the witness never saw: cut, harmless', (t) => {
  const world = filled()
  const seen = world.witness
  world.append(3, new Random(4))
  world.witness = seen
  const key = recordKey(group, 31)
  world.rows.set(key, (world.rows.get(key) as Uint8Array).subarray(0, 9))

  const found = world.restart()

  t.is(found.fault, null)
  t.is(found.tornRecords, 1)
  t.is(found.entries.length, 30)
  t.true(world.log.writes(emptyBatch).deletes.includes(key))
})

test('records: the same damage at or below the last durable position: a fault', (t) => {
  const world = filled()
  const key = recordKey(group, 28)
  world.rows.set(key, (world.rows.get(key) as Uint8Array).subarray(0, 9))

  const found = world.restart()

  t.is(found.fault?.kind, 'corrupt')
  t.is(found.entries.length, 27)
})

test('records: a damaged record before a whole one: a fault though the witness is old', (t) => {
  const world = filled()
  world.witness = { group, position: { term: 1, index: 3 }, voteTerm: 1, sync: true }
  const key = recordKey(group, 25)
  world.rows.set(key, (world.rows.get(key) as Uint8Array).subarray(1))

  t.is(world.restart().fault?.kind, 'corrupt')
})

test('records: a missing record: a gap', (t) => {
  const world = filled()
  world.rows.delete(recordKey(group, 10))

  t.is(world.restart().fault?.kind, 'gap')
})

test('records: the first record behind the base is missing: a gap', (t) => {
  const world = filled()
  world.rows.delete(recordKey(group, 1))

  t.is(world.restart().fault?.kind, 'gap')
})

test('records: a log that ends before the witness: short, also where its index is higher', (t) => {
  const world = filled()
  world.rows.delete(recordKey(group, 28))
  t.is(world.restart().fault?.kind, 'short')

  const older = filled()
  older.witness = { group, position: { term: 2, index: 5 }, voteTerm: 1, sync: true }
  t.is(older.restart().fault?.kind, 'short')
})

test('records: a whole record whose chain does not fit: corrupt', (t) => {
  const world = filled()
  const other = new LogWorld()
  const random = new Random(77)
  other.vote(1, 'v')
  for (let n = 0; n < 11; n++) other.append(3, random)
  const key = recordKey(group, 31)
  world.rows.set(key, other.rows.get(key) as Uint8Array)

  t.is(world.restart().fault?.kind, 'corrupt')
})

test('records: hard state missing, damaged or stale: state-lost', (t) => {
  const missing = filled()
  missing.rows.delete(stateKey(group))
  t.is(missing.restart().fault?.kind, 'state-lost')
  missing.witness = null
  t.is(missing.restart().fault?.kind, 'state-lost', 'the log alone knows of it')

  const damaged = filled()
  damaged.rows.set(stateKey(group), textToBytes('rot'))
  t.is(damaged.restart().fault?.kind, 'state-lost')

  const stale = filled()
  const row = stale.rows.get(stateKey(group)) as Uint8Array
  stale.vote(2, 'vote for 3')
  stale.rows.set(stateKey(group), row)
  t.is(stale.restart().fault?.kind, 'state-lost')
})

test('records: a vote lost within its term: state-lost, though the vote term is the same', (t) => {
  const world = filled()
  world.vote(5, 'no vote yet')
  const row = world.rows.get(stateKey(group)) as Uint8Array
  world.vote(5, 'vote for 1')
  world.rows.set(stateKey(group), row)

  t.is(world.restart().fault?.kind, 'state-lost')
})

test('records: a newer format: refused as such, not taken for damage', (t) => {
  const world = filled()
  const key = recordKey(group, 10)
  world.rows.set(key, reversioned(world.rows.get(key) as Uint8Array))
  t.is(world.restart().fault?.kind, 'format')

  const state = filled()
  state.rows.set(stateKey(group), reversioned(state.rows.get(stateKey(group)) as Uint8Array))
  t.is(state.restart().fault?.kind, 'format')
})

test('records: after a fault: what is written next replaces the damage, the witness does not forget', (t) => {
  const world = filled()
  world.rows.delete(recordKey(group, 10))
  t.is(world.restart().fault?.kind, 'gap')
  world.entries.length = 9
  world.chains.length = 9

  world.append(2, new Random(1))

  const found = world.restart()
  t.is(found.fault?.kind, 'short')
  t.deepEqual(texts(found.entries), texts(world.entries))
})

test('records: rows of other groups: left alone', (t) => {
  const world = filled()
  const other = new GroupLog(8 as GroupId)

  t.deepEqual(other.recover(world.sortedRows(), world.base, null).entries, [])
  t.deepEqual(other.writes(emptyBatch).deletes, [])
})
