import test from 'ava'
import { type EntryHead, entryKinds } from '../../src/api/entry.js'
import { ok } from '../../src/api/reply.js'
import { ByteReader, ByteWriter } from '../../src/base/bytes.js'
import { plantBug } from '../../src/base/seeded-bug.js'
import { Windows } from '../../src/shard/windows.js'

function head(given: Partial<EntryHead>): EntryHead {
  return {
    kind: entryKinds.command,
    version: 1,
    origin: 1,
    incarnation: 7,
    sequence: 1,
    acknowledged: 0,
    stamp: 1,
    seedHigh: 0,
    seedLow: 0,
    trace: '',
    ...given,
  }
}

test('windows: a batch that comes twice: executes once and keeps its answers', (t) => {
  const windows = new Windows()

  t.is(windows.admit(head({})), 'execute')
  windows.record(head({}), [ok, 5])

  t.is(windows.admit(head({})), 'repeat')
  t.deepEqual(windows.find(1, 7, 1), [ok, 5])
})

test('windows: a batch that overtakes another: is refused, not reordered', (t) => {
  const windows = new Windows()
  windows.record(head({ sequence: 1 }), [ok])

  t.is(windows.admit(head({ sequence: 3 })), 'gap')
  t.is(windows.admit(head({ sequence: 2 })), 'execute')
})

test('windows: a batch of an earlier incarnation: is stale', (t) => {
  const windows = new Windows()
  windows.record(head({ incarnation: 8 }), [ok])

  t.is(windows.admit(head({ incarnation: 7, sequence: 2 })), 'stale')
  t.is(windows.admit(head({ incarnation: 9, sequence: 1 })), 'execute')
  t.is(windows.admit(head({ incarnation: 9, sequence: 2 })), 'gap')
})

test('windows: an acknowledgement: drops the answers up to it and no other', (t) => {
  const windows = new Windows()
  windows.record(head({ sequence: 1 }), [1])
  windows.record(head({ sequence: 2 }), [2])
  windows.record(head({ sequence: 3, acknowledged: 2 }), [3])

  t.is(windows.find(1, 7, 2), null)
  t.deepEqual(windows.find(1, 7, 3), [3])
  t.is(windows.applied(1, 7), 3)
})

test('windows: encoded and decoded: hold the same answers', (t) => {
  const windows = new Windows()
  windows.record(head({ sequence: 1 }), [ok, null, 'text', -5, [1, 'two', null]])
  windows.record(head({ origin: 2, incarnation: 3, sequence: 1 }), [2n ** 62n])
  const writer = new ByteWriter()
  windows.encode(writer)

  const copy = new Windows()
  t.true(copy.decode(new ByteReader(writer.finish())))

  t.deepEqual(copy.find(1, 7, 1), [ok, null, 'text', -5, [1, 'two', null]])
  t.deepEqual(copy.find(2, 3, 1), [2n ** 62n])
  t.is(copy.admit(head({ sequence: 2 })), 'execute')
})

test('windows: bytes cut short: change nothing', (t) => {
  const windows = new Windows()
  windows.record(head({ sequence: 1 }), ['answer'])
  const writer = new ByteWriter()
  windows.encode(writer)
  const bytes = writer.finish()

  const other = new Windows()
  other.record(head({ origin: 5 }), [ok])
  for (let end = 0; end < bytes.length; end++) {
    t.false(other.decode(new ByteReader(bytes, 0, end)))
  }

  t.deepEqual(other.find(5, 7, 1), [ok])
})

test.serial('windows: the bug shard-dedup-off: is what the admission guards against', (t) => {
  const windows = new Windows()
  windows.record(head({}), [ok])
  plantBug('shard-dedup-off')
  t.teardown(() => plantBug(''))

  t.is(windows.admit(head({})), 'execute')
})
