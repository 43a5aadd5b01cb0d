// The rows of the log that a process starts with: each group gets its own once, and nobody keeps them.

import test from 'ava'
import type { GroupId } from '../../src/api/ids.js'
import { RecordsOnDisk } from '../../src/core/records-on-disk.js'
import { isRecordKey, recordKey, stateKey } from '../../src/log/layout.js'
import { CoreWorld, keyspace } from './core-world.js'

const value = new Uint8Array(3)

test('records on disk: rows of several groups: each gets its own in order and once, the others stay', (t) => {
  const [one, other] = [1 as GroupId, 0x01000000 as GroupId]
  const others = [stateKey(one), stateKey(other), 'i', 'n', 't'].map((key) => ({ key, value }))
  const records = [recordKey(one, 1), recordKey(one, 300), recordKey(other, 7)]
  const rows = [
    ...others.slice(0, 3),
    ...records.map((key) => ({ key, value })),
    ...others.slice(3),
  ]

  const found = new RecordsOnDisk(rows)

  t.deepEqual(rows, others)
  const keysOf = (group: GroupId): readonly string[] => found.take(group).map(({ key }) => key)
  t.deepEqual(keysOf(one), records.slice(0, 2))
  t.deepEqual(keysOf(one), [])
  t.deepEqual(keysOf(2 as GroupId), [])
  t.deepEqual(keysOf(other), records.slice(2))
})

test('records on disk: a member that starts again: its data is there, and no record is held for good', (t) => {
  const w = new CoreWorld({ keyspaces: [keyspace('default', [])], config: () => ({ shards: 3 }) })
  t.true(w.settled())
  const writer = w.client(1)
  for (let i = 0; i < 30; i++) writer.send(`SET k${i} v${i}`)
  t.true(w.answered())
  for (const id of [1, 2, 3]) w.kill(id)
  for (const id of [1, 2, 3]) w.start(id)
  const { logRows } = w.member(1).boot as { readonly logRows: readonly { readonly key: string }[] }
  t.true(
    logRows.some(({ key }) => isRecordKey(key)),
    'what the process found',
  )

  t.true(w.settled())

  t.false(logRows.some(({ key }) => isRecordKey(key)))
  t.true(logRows.length > 0, 'what else is there')
  const reader = w.client(1)
  for (let i = 0; i < 30; i++) reader.send(`GET k${i}`)
  t.true(w.answered())
  t.deepEqual(
    reader.replies,
    Array.from({ length: 30 }, (_, i) => `$v${i}`),
  )
})

test('records on disk: many groups share the size that a log comes to: what a start reads is as with one', (t) => {
  const logOf = (shards: number): number => {
    const w = new CoreWorld({
      members: 1,
      keyspaces: [keyspace('default', [], { keepBytes: 0 })],
      checkpointLogBytes: 20 * 1024 * 1024,
      config: () => ({ shards }),
    })
    t.true(w.settled())
    const client = w.client(1)
    for (let i = 0; i < 7; i++) {
      client.send(`SET k ${'v'.repeat(1_000_000)}`)
      t.true(w.answered())
    }
    w.until(() => false, 200)
    const records = [...w.member(1).rows.log].filter(([key]) => isRecordKey(key))
    return records.reduce((sum, [, { length }]) => sum + length, 0)
  }

  t.true(logOf(1) > 7_000_000)
  // Four at least, which a checkpoint took.
  t.true(logOf(5) < 4_000_000)
})
