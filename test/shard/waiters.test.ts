import test from 'ava'
import { type EntryHead, entryKinds, entryVersion } from '../../src/api/entry.js'
import type { Waiting } from '../../src/api/engine.js'
import { limits } from '../../src/api/limits.js'
import { silent } from '../../src/api/reply.js'
import { ByteReader, ByteWriter } from '../../src/base/bytes.js'
import { hashZero } from '../../src/base/hash.js'
import { createEngine } from '../../src/engine/engine.js'
import { decodeMeta, encodeMeta, type MergeMeta } from '../../src/shard/meta.js'
import { Serving } from '../../src/shard/serving.js'
import { type Waiter, Waiters } from '../../src/shard/waiters.js'
import { Windows } from '../../src/shard/windows.js'

function head(origin: number, sequence: number, incarnation = 1): EntryHead {
  return {
    kind: entryKinds.command,
    version: entryVersion,
    origin,
    incarnation,
    sequence,
    acknowledged: 0,
    stamp: 1,
    seedHigh: 0,
    seedLow: 0,
    trace: '',
  }
}

function popOf(...keys: readonly string[]): Waiting {
  return {
    value: 'list',
    keys,
    attempts: keys.map((key) => ['blpop', key, '0']),
    timeoutMs: 0,
    endsWithKey: false,
  }
}

function world() {
  const engine = createEngine({ databases: 16, bulkBytesMax: 1024, maxMemory: 0 })
  const waiters = new Waiters()
  waiters.attach(engine)
  engine.beginEntry(1, 2, 3)
  const served: string[] = []
  return {
    engine,
    waiters,
    served,
    serve() {
      const serving = new Serving(engine, waiters, ({ origin, sequence }, reply, number) => {
        served.push(`${origin}.${sequence} #${number} ${JSON.stringify(reply)}`)
      })
      while (!serving.step(1));
    },
  }
}

function copyOf(waiters: Waiters): Waiters {
  const writer = new ByteWriter(64)
  waiters.encode(writer)
  const copy = new Waiters()
  if (!copy.decode(new ByteReader(writer.finish()))) throw new Error('not decoded')
  return copy
}

test('waiters: encoded and decoded: the same digest, and they are served alike', (t) => {
  const w = world()
  w.waiters.queue(head(1, 7), { index: 2, db: 3 }, popOf('a', 'b'))
  w.waiters.queue(head(2, 9), { index: 0, db: 3 }, popOf('b'))
  const first = w.waiters.find({ origin: 1, incarnation: 1, sequence: 7, index: 2 }) as Waiter
  w.waiters.serve(first, ['a', 'x'])

  const copy = copyOf(w.waiters)

  t.deepEqual(copy.digest(hashZero), w.waiters.digest(hashZero))
  t.notDeepEqual(copy.digest(hashZero), hashZero)
  t.is(copy.size, 1)
  t.deepEqual(copy.answerOf(first)?.reply, ['a', 'x'])
  copy.attach(w.engine)
  w.engine.execute(3, ['rpush', 'b', 'y'])
  t.true(copy.hasReady)
})

test('waiters: bytes that end early: are refused and change nothing', (t) => {
  const { waiters } = world()
  waiters.queue(head(1, 1), { index: 0, db: 0 }, popOf('a'))
  const writer = new ByteWriter(64)
  waiters.encode(writer)
  const bytes = writer.finish()

  t.false(waiters.decode(new ByteReader(bytes, 0, bytes.length - 2)))

  t.is(waiters.size, 1)
})

test('waiters: a key that several wait for: served in order, as long as there is something', (t) => {
  const w = world()
  for (let i = 1; i <= 3; i++) {
    t.is(w.waiters.queue(head(i, i), { index: 0, db: 0 }, popOf('q')), silent)
  }

  w.engine.execute(0, ['rpush', 'q', 'a', 'b'])
  w.serve()

  t.deepEqual(w.served, ['1.1 #1 ["q","a"]', '2.2 #1 ["q","b"]'])
  t.is(w.waiters.size, 1)
})

test('waiters: late answers: are kept until they were heard, by their numbers', (t) => {
  const w = world()
  const ids = [1, 2, 3].map((sequence) => ({ origin: 1, incarnation: 1, sequence, index: 0 }))
  for (const { sequence } of ids) {
    w.waiters.queue(head(1, sequence), { index: 0, db: 0 }, popOf('q'))
  }
  w.engine.execute(0, ['rpush', 'q', 'a', 'b', 'c'])
  w.serve()

  w.waiters.heard(1, 1, 2)

  t.deepEqual(
    ids.map((id) => w.waiters.answerOf(id)?.reply ?? null),
    [null, null, ['q', 'c']],
  )
})

test('waiters: late answers of too many bytes: the oldest are forgotten', (t) => {
  const w = world()
  const long = 'x'.repeat(limits.answerBytesMax / 2)
  for (let i = 1; i <= 3; i++) {
    w.waiters.queue(head(1, i), { index: 0, db: 0 }, popOf('q'))
    w.waiters.serve(
      w.waiters.find({ origin: 1, incarnation: 1, sequence: i, index: 0 }) as Waiter,
      long,
    )
  }

  const kept = [1, 2, 3].filter(
    (sequence) => w.waiters.answerOf({ origin: 1, incarnation: 1, sequence, index: 0 }) !== null,
  )
  t.deepEqual(kept, [3])
})

test('waiters: an origin lives again: what its earlier life left is gone', (t) => {
  const w = world()
  w.waiters.queue(head(1, 1), { index: 0, db: 0 }, popOf('q'))
  w.waiters.queue(head(2, 1), { index: 0, db: 0 }, popOf('q'))
  t.true(w.waiters.isHaunted(1, 2))

  w.waiters.dropBefore(1, 2)

  t.false(w.waiters.isHaunted(1, 2))
  w.engine.execute(0, ['rpush', 'q', 'a'])
  w.serve()
  t.deepEqual(w.served, ['2.1 #1 ["q","a"]'])
})

test('waiters: an origin is cancelled: its waits end, its late answers and their numbers stay', (t) => {
  const w = world()
  w.waiters.queue(head(1, 1), { index: 0, db: 0 }, popOf('q'))
  w.waiters.queue(head(1, 2), { index: 0, db: 0 }, popOf('r'))
  w.engine.execute(0, ['rpush', 'q', 'a'])
  w.serve()

  t.is(w.waiters.cancel(1, 1).length, 1)

  t.deepEqual(w.waiters.answerOf({ origin: 1, incarnation: 1, sequence: 1, index: 0 })?.reply, [
    'q',
    'a',
  ])
  w.waiters.queue(head(1, 3), { index: 0, db: 0 }, popOf('q'))
  w.engine.execute(0, ['rpush', 'q', 'b'])
  w.serve()
  t.is(w.served.at(-1), '1.3 #2 ["q","b"]')
})

test('waiters: nobody waits: the engine tells nobody of changes', (t) => {
  const w = world()
  w.waiters.queue(head(1, 1), { index: 0, db: 0 }, popOf('q'))
  t.true(w.waiters.remove({ origin: 1, incarnation: 1, sequence: 1, index: 0 }))
  t.false(w.waiters.remove({ origin: 1, incarnation: 1, sequence: 1, index: 0 }))

  w.engine.execute(0, ['rpush', 'q', 'a'])

  t.false(w.waiters.hasReady)
  t.deepEqual(w.waiters.digest(hashZero), hashZero)
})

test('waiters: where members merge: nobody waits behind a checkpoint or a snapshot', (t) => {
  const windows = new Windows()
  windows.waiters.queue(head(2, 3), { index: 0, db: 0 }, popOf('list'))
  const loaded = (merges: MergeMeta | null): number => {
    const into = new Windows()
    t.not(decodeMeta(encodeMeta(windows, merges), into), false)
    return into.waiters.size
  }
  const mark = new Uint8Array([1])

  t.is(loaded(null), 1)
  t.is(loaded({ mark, unstable: mark }), 0)
})
