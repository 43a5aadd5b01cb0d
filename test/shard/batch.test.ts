import test from 'ava'
import type { CommandSpec } from '../../src/api/command.js'
import {
  decodeEntryHead,
  encodeEntryHead,
  type EntryHead,
  entryVersionBounded,
} from '../../src/api/entry.js'
import { makeLane } from '../../src/api/group.js'
import { ByteReader, ByteWriter } from '../../src/base/bytes.js'
import { Random } from '../../src/base/random.js'
import { tell } from '../../src/shard/batch-answers.js'
import {
  Batch,
  CommandPayload,
  decodeCommands,
  encodeCommands,
  voidBody,
} from '../../src/shard/batch.js'

const lane = makeLane({ answer: () => {} })
const head: EntryHead = {
  kind: 1,
  version: 1,
  origin: 3,
  incarnation: 7,
  sequence: 9,
  acknowledged: 8,
  stamp: 1_790_000_000_000,
  seedHigh: 4_294_967_295,
  seedLow: 0,
  trace: 't',
}

function add(batch: Batch, db: number, ...args: string[]): void {
  batch.add(lane, {
    spec: { name: 'set' } as CommandSpec,
    write: true,
    db,
    args,
    ticket: batch.count,
  })
}

test('batch: commands of any bytes and lengths: read back as they were', (t) => {
  const random = new Random(2)
  const batch = new Batch()
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 70_000]) {
    add(
      batch,
      random.below(16),
      'set',
      String.fromCharCode(random.below(256)),
      '\xff\0'.repeat(length).slice(0, length),
    )
  }

  const found = decodeCommands(new ByteReader(batch.body()))

  t.deepEqual(found?.calls, batch.calls)
  t.deepEqual(found?.databases, batch.databases)
  t.true(batch.bytes >= batch.body().length)
})

test('batch: more or fewer commands than were expected, of one database or several: only they are in it', (t) => {
  for (const [expected, dbs] of [
    [0, [0, 0, 0]],
    [8, [0, 0, 0]],
    [2, [0, 0, 5, 0]],
    [8, [1, 0, 0]],
    [8, []],
  ] as const) {
    const batch = new Batch(0, expected)
    dbs.forEach((db, i) => add(batch, db, 'set', `k${i}`, 'v'))
    t.is(batch.waiting, dbs.length)
    batch.seal()

    const found = decodeCommands(new ByteReader(batch.body()))

    t.deepEqual(found?.databases, [...dbs])
    t.deepEqual(batch.databases.slice(0, dbs.length), [...dbs])
    t.is(found?.calls.length, dbs.length)
    t.deepEqual([batch.count, batch.lanes.length, batch.tickets.length], Array(3).fill(dbs.length))
  }
})

test('batch: sealed and encoded, could not be sent, one more came: it is in it', (t) => {
  const batch = new Batch(0, 8)
  add(batch, 0, 'set', 'a', '1')
  batch.body()
  add(batch, 0, 'set', 'b', '2')

  t.deepEqual(decodeCommands(new ByteReader(batch.body()))?.calls, [
    ['set', 'a', '1'],
    ['set', 'b', '2'],
  ])
  t.deepEqual([batch.waiting, batch.lanes.length, batch.tickets], [2, 2, [0, 1]])
})

test('batch: refused before it was sent, and smaller than expected: each caller hears once', (t) => {
  const heard: unknown[] = []
  const waiting = makeLane({ answer: (ticket, reply) => heard.push([ticket, reply]) })
  const batch = new Batch(0, 8)
  const spec = { name: 'set' } as CommandSpec
  batch.add(waiting, { spec, write: true, db: 0, args: ['set', 'a', '1'], ticket: 5 })
  waiting.writes = 1

  tell(batch, 'no')
  tell(batch, 'no')

  t.deepEqual(heard, [[5, 'no']])
  t.deepEqual([waiting.writes, batch.waiting, batch.count], [0, 0, 1])
})

test('batch: bytes cut anywhere or with more behind: are no commands', (t) => {
  const bytes = encodeCommands({
    databases: [0, 1],
    calls: [
      ['set', 'a', 'b'],
      ['get', 'a'],
    ],
  })
  for (let length = 0; length < bytes.length; length++) {
    t.is(decodeCommands(new ByteReader(bytes.subarray(0, length))), null)
  }
  t.is(decodeCommands(new ByteReader(new Uint8Array([...bytes, 0]))), null)
})

test('batch: an announced number of commands that is not there: allocates nothing for it', (t) => {
  const bytes = new Uint8Array([255, 255, 255, 255, 15, 0])

  t.is(decodeCommands(new ByteReader(bytes)), null)
})

test('batch: a payload: is encoded once, with its head before the commands', (t) => {
  const batch = new Batch()
  add(batch, 0, 'set', 'a', '1')
  const payload = new CommandPayload(head, {
    commands: batch,
    size: batch.bytes,
    body: () => batch.body(),
  })
  const bytes = payload.bytes()

  t.is(payload.bytes(), bytes)
  t.true(payload.size >= bytes.length)
  const reader = new ByteReader(bytes)
  t.deepEqual(decodeEntryHead(reader), head)
  t.deepEqual(decodeCommands(reader)?.calls, [['set', 'a', '1']])
})

test('batch: a head that bounds the data: comes back as it went', (t) => {
  const bounded = { ...head, version: entryVersionBounded, bounds: { others: 5, room: 2 ** 40 } }
  const writer = new ByteWriter(64)

  encodeEntryHead(writer, bounded)

  t.deepEqual(decodeEntryHead(new ByteReader(writer.finish())), bounded)
})

test('batch: the body of a void batch: has no commands', (t) => {
  t.deepEqual(decodeCommands(new ByteReader(voidBody)), { databases: [], calls: [] })
})
