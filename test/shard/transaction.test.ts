import test from 'ava'
import { type Engine, later, needsLog } from '../../src/api/engine.js'
import { nullArray, ok, type Reply } from '../../src/api/reply.js'
import { encodeTransaction, type TransactionCalls } from '../../src/api/transaction.js'
import { keySlot } from '../../src/base/keyslot.js'
import { createEngine } from '../../src/engine/engine.js'
import { Transaction } from '../../src/shard/transaction.js'
import { laterEngine } from '../core/later-engine.js'

const start = 1_790_000_000_000
const options = { databases: 16, bulkBytesMax: 1024, maxMemory: 0 }

function open(engine: Engine, stamp = start): void {
  engine.beginEntry(stamp, 1, 2)
}

/** To its end in steps of a few elements. */
function finish(transaction: Transaction): Reply | typeof needsLog {
  for (;;) {
    const reply = transaction.step(3)
    if (reply !== later) return reply
  }
}

function exec(engine: Engine, calls: TransactionCalls, wall: number | null = null) {
  const read = wall === null ? null : { wall }
  return finish(new Transaction(engine, { db: 0, args: encodeTransaction(calls), read }))
}

function versions(engine: Engine, ...keys: readonly string[]) {
  return finish(new Transaction(engine, { db: 0, args: ['watch', ...keys], read: null }))
}

const set = { db: 0, args: ['set', 'k', 'v'] }
const get = { db: 0, args: ['get', 'k'] }

for (const [name, make] of [
  ['an engine that answers at once', createEngine],
  ['an engine that answers later', laterEngine(3)],
] as const) {
  test(`transaction: ${name}: one reply for all, errors in their places`, (t) => {
    const engine = make(options)
    open(engine)

    const calls = [set, { db: 0, args: ['incr', 'k'] }, get, { db: 1, args: ['get', 'k'] }]
    const reply = exec(engine, { watched: [], calls }) as readonly Reply[]

    t.deepEqual([reply[0], reply[2], reply[3]], [ok, 'v', null])
    t.like(reply[1], { type: 'error' })
  })

  test(`transaction: ${name}: a watched slot with another version: null, and nothing happens`, (t) => {
    const engine = make(options)
    open(engine)
    const [version] = versions(engine, 'k') as readonly number[]
    const watched = [{ db: 0, key: 'k', version: version as number }]

    t.deepEqual(exec(engine, { watched, calls: [set] }), [ok])
    t.deepEqual(exec(engine, { watched, calls: [{ db: 0, args: ['del', 'k'] }] }), nullArray)
    t.deepEqual(exec(engine, { watched, calls: [] }), nullArray)
    t.deepEqual(exec(engine, { watched: [], calls: [get] }), ['v'])
  })
}

test('transaction: a watched key is past its time at EXEC: it counts as changed', (t) => {
  const engine = createEngine(options)
  open(engine)
  exec(engine, { watched: [], calls: [{ db: 0, args: ['set', 'k', 'v', 'px', '10'] }] })
  const version = engine.slotVersion(keySlot('k'))

  open(engine, start + 11)

  const watched = [{ db: 0, key: 'k', version }]
  t.deepEqual(exec(engine, { watched, calls: [set] }), nullArray)
})

test('transaction: a watched key that was past its time when it was watched: did not change', (t) => {
  const engine = createEngine(options)
  open(engine)
  exec(engine, { watched: [], calls: [{ db: 0, args: ['set', 'k', 'v', 'px', '10'] }] })

  open(engine, start + 11)
  const [version] = versions(engine, 'k') as readonly number[]

  const watched = [{ db: 0, key: 'k', version: version as number }]
  t.deepEqual(exec(engine, { watched, calls: [get] }), [null])
})

test('transaction: reads outside the log: answer, and turn back where the log must decide', (t) => {
  const engine = createEngine(options)
  open(engine)
  exec(engine, { watched: [], calls: [{ db: 0, args: ['set', 'k', 'v', 'px', '10'] }] })

  t.deepEqual(exec(engine, { watched: [], calls: [get] }, start), ['v'])
  t.is(exec(engine, { watched: [], calls: [get] }, start + 11), needsLog)
  const watched = [{ db: 0, key: 'k', version: engine.slotVersion(keySlot('k')) }]
  t.is(exec(engine, { watched, calls: [] }, start + 11), needsLog)
})

test('transaction: arguments that are none, or a write outside the log: answer errors', (t) => {
  const engine = createEngine(options)
  open(engine)

  const transaction = new Transaction(engine, { db: 0, args: ['exec', 'x'], read: null })
  t.like(finish(transaction), { type: 'error' })
  t.like((exec(engine, { watched: [], calls: [set] }, start) as readonly Reply[])[0], {
    type: 'error',
  })
  t.is(engine.keyCount(0), 0)
})
