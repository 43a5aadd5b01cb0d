// A store over real LevelDB directories and over databases that fail: order, merging, ranges, and the
// latch that nothing passes after the first failure.

import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Level } from 'level'
import type { Row, StoreName, StoreWrite } from '../../src/api/store.js'
import { Random } from '../../src/base/random.js'
import { type Database, openDatabase } from '../../src/host/database.js'
import type { BatchOperation } from '../../src/host/raw-level.js'
import { Store } from '../../src/host/store.js'
import { directory } from './world.js'

interface Opened {
  readonly store: Store
  readonly database: Database
  readonly batches: { readonly operations: BatchOperation[]; readonly sync: boolean }[]
  readonly stored: { readonly id: number; readonly error: string | null }[]
  /** Steps of deleting ranges so far when the write of this place in `stored` was answered, and all. */
  readonly clearsAt: number[]
  readonly clears: { count: number }
  readonly poisoned: string[]
  rows(): Promise<string[]>
}

async function open(
  t: ExecutionContext,
  name: StoreName = 'log',
  fail: (batch: number) => Error | null = () => null,
): Promise<Opened> {
  const database = await openDatabase(join(directory(t), name), name)
  t.teardown(() => database.close())
  const batches: Opened['batches'] = []
  const stored: Opened['stored'] = []
  const clearsAt: number[] = []
  const clears = { count: 0 }
  const poisoned: string[] = []
  const store = new Store({
    name,
    database: {
      scan: (range, bytesMax) => database.scan(range, bytesMax),
      clear: (range, countMax) => {
        clears.count++
        return database.clear(range, countMax)
      },
      close: () => database.close(),
      batch: (operations, sync) => {
        const error = fail(batches.length)
        batches.push({ operations, sync })
        return error === null ? database.batch(operations, sync) : Promise.reject(error)
      },
    },
    witness: (_notes, done) => done(null),
    stored: (_store, id, error) => {
      stored.push({ id, error })
      clearsAt.push(clears.count)
    },
    poisoned: (_store, why) => poisoned.push(why),
  })
  const rows = async (): Promise<string[]> => {
    const found = await database.scan({ from: '', to: '\xff' }, Number.POSITIVE_INFINITY)
    return found.rows.map(({ key, value }) => `${key}=${Buffer.from(value).toString('latin1')}`)
  }
  return { store, database, batches, stored, clearsAt, clears, poisoned, rows }
}

test('store: writes of one turn: one batch', async (t) => {
  const { store, batches } = await open(t)

  for (let id = 1; id <= 4; id++) store.write(write(id, { puts: [row(`k${id}`)] }))
  await store.drain()

  t.deepEqual(
    batches.map(({ operations }) => operations.length),
    [4],
  )
})

function write(id: number, changes: Partial<Omit<StoreWrite, 'id'>> = {}): StoreWrite {
  return {
    store: 'log',
    id,
    deletes: [],
    ranges: [],
    puts: [],
    sync: false,
    witness: [],
    ...changes,
  }
}

function row(key: string, value = key): Row {
  return { key, value: Buffer.from(value, 'latin1') }
}

test('store: writes that wait: one batch, in order, synced if any asks', async (t) => {
  const { store, batches, stored, rows } = await open(t)

  store.write(write(1, { puts: [row('a')] }))
  await Promise.resolve()
  store.write(write(2, { puts: [row('b', '1')] }))
  store.write(write(3, { deletes: ['b'], sync: true }))
  store.write(write(4, { puts: [row('b', '2'), row('\xff\x00', '\x80')] }))
  store.write(write(5, { deletes: ['b', 'c'], puts: [row('c')] }))
  await store.drain()

  t.deepEqual(
    stored.map(({ id }) => id),
    [1, 2, 3, 4, 5],
  )
  t.deepEqual(
    batches.map(({ sync }) => sync),
    [false, true],
  )
  t.deepEqual(await rows(), ['a=a', 'c=c'])
})

test('store: a synced write without rows: reaches the database, so that it syncs', async (t) => {
  const { store, batches, stored } = await open(t)

  store.write(write(1, { sync: true }))
  await store.drain()

  t.is(batches.length, 1)
  t.is(batches[0]?.operations.length, 1, 'LevelDB does not sync for an empty batch')
  t.deepEqual(stored, [{ id: 1, error: null }])
})

test('store: random writes with ranges: always the rows of a map', async (t) => {
  for (const name of ['log', 'state'] as const) {
    const { store, stored, rows } = await open(t, name)
    const random = new Random(name.length)
    const twin = new Map<string, string>()
    const key = (): string => String.fromCharCode(random.below(40), random.below(40))
    for (let id = 1; id <= 600; id++) {
      const deletes = [key(), key()]
      const puts = Array.from({ length: random.below(12) }, () => row(key(), `${id}`))
      const from = key()
      const ranges = random.chance(1, 4) ? [{ from, to: from + String.fromCharCode(255) }] : []
      for (const gone of deletes) twin.delete(gone)
      for (const range of ranges) {
        for (const one of [...twin.keys()])
          if (one >= range.from && one < range.to) twin.delete(one)
      }
      for (const put of puts) twin.set(put.key, `${id}`)
      store.write(write(id, { deletes, ranges, puts, store: name }))
      if (random.chance(1, 50)) await store.drain()
    }
    await store.drain()

    const wanted = [...twin].map(([one, value]) => `${one}=${value}`).sort()
    t.deepEqual((await rows()).sort(), wanted, name)
    t.deepEqual(
      stored.map(({ id }) => id),
      Array.from({ length: 600 }, (_, n) => n + 1),
    )
  }
})

test('store: a long range of the log: other writes pass while it goes, then it is gone', async (t) => {
  const { store, stored, clearsAt, clears, rows } = await open(t)
  const puts = Array.from({ length: 5_000 }, (_, n) => row(`k${String(n).padStart(5, '0')}`, ''))
  store.write(write(1, { puts }))
  await store.drain()

  store.write(write(2, { ranges: [{ from: 'k', to: 'l' }], puts: [row('n')] }))
  for (let id = 3; id < 40; id++) store.write(write(id, { puts: [row('m', `${id}`)] }))
  await store.drain()

  t.deepEqual(await rows(), ['m=39', 'n=n'])
  const passed = clearsAt[stored.findIndex(({ id }) => id === 39)] ?? clears.count
  t.true(passed < clears.count, 'the range was not finished when the write was answered')
  t.true(clears.count >= 5)
})

test('store: a put into a range that is still going: the range first, the put stays', async (t) => {
  const { store, rows } = await open(t)
  const puts = Array.from({ length: 4_000 }, (_, n) => row(`k${String(n).padStart(5, '0')}`, ''))
  store.write(write(1, { puts }))
  store.write(write(2, { ranges: [{ from: 'k', to: 'l' }] }))

  store.write(write(3, { puts: [row('k03999', 'new')] }))
  await store.drain()

  t.deepEqual(await rows(), ['k03999=new'])
})

test('store: no space for one batch: poisoned, nothing is ever written again, all is answered', async (t) => {
  const failure = new Error('Corruption', { cause: new Error('IO error: No space left on device') })
  const { store, batches, stored, poisoned, rows } = await open(t, 'log', (n) =>
    n === 1 ? failure : null,
  )
  store.write(write(1, { puts: [row('a')], sync: true }))
  await store.drain()

  store.write(write(2, { puts: [row('b')], sync: true }))
  store.write(write(3, { puts: [row('c')], sync: true }))
  await store.drain()
  store.write(write(4, { puts: [row('d')], sync: true }))
  store.write(write(5, { sync: true }))
  await store.drain()

  t.is(batches.length, 2, 'the handle is not touched after the failure')
  t.deepEqual(
    stored.map(({ id }) => id),
    [1, 2, 3, 4, 5],
  )
  t.is(stored[0]?.error, null)
  for (const { error } of stored.slice(1)) t.regex(error ?? '', /No space left on device/)
  t.is(poisoned.length, 1)
  t.is(store.poison, poisoned[0] as string)
  t.deepEqual(await rows(), ['a=a'])
})

test('store: the witness fails: the write is not answered as durable', async (t) => {
  const { database } = await open(t)
  const stored: (string | null)[] = []
  const store = new Store({
    name: 'log',
    database,
    witness: (_notes, done) => done('the witness file cannot be written: EIO'),
    stored: (_store, _id, error) => stored.push(error),
    poisoned: () => {},
  })
  const note = { group: 1 as never, position: { term: 1, index: 1 }, voteTerm: 1, sync: false }

  store.write(write(1, { puts: [row('a')], witness: [note] }))
  await store.drain()

  t.deepEqual(stored, ['the witness file cannot be written: EIO'])
  t.not(store.poison, null)
})

test('store: scan: about as many bytes as asked, in key order, and says when it is done', async (t) => {
  const { store } = await open(t)
  store.write(
    write(1, { puts: Array.from({ length: 300 }, (_, n) => row(`${1000 + n}`, 'x'.repeat(50))) }),
  )
  await store.drain()

  const keys: string[] = []
  let from = ''
  for (let step = 0, done = false; !done && step < 20; step++) {
    const found = await store.scan({ from, to: '\xff' }, 1_000)
    keys.push(...found.rows.map(({ key }) => key))
    t.true(found.rows.length <= 25)
    from = `${keys[keys.length - 1]}\0`
    done = found.done
  }

  t.deepEqual(
    keys,
    Array.from({ length: 300 }, (_, n) => `${1000 + n}`),
  )
})

test.serial('store: scan of large rows: takes one at a time from the database', async (t) => {
  const { database } = await open(t, 'state')
  const value = Buffer.alloc(10_000)
  const operations = Array.from({ length: 64 }, (_, i): BatchOperation => {
    return { type: 'put', key: Buffer.from(String(i).padStart(4, '0')), value }
  })
  await database.batch(operations, false)
  const { iterator } = Level.prototype
  let most = 0
  t.teardown(() => Object.assign(Level.prototype, { iterator }))
  Level.prototype.iterator = function (this: Level, ...given: readonly unknown[]) {
    const made = iterator.apply(this, given as never)
    const { nextv } = made
    made.nextv = async (...asked: readonly unknown[]) => {
      const found = await nextv.apply(made, asked as never)
      most = Math.max(most, found.length)
      return found
    }
    return made
  } as typeof iterator

  const { rows } = await database.scan({ from: '0', to: '1' }, 10_000_000)

  t.is(rows.length, 64)
  t.is(most, 1)
})

test.serial('store: a long range: is deleted without its keys', async (t) => {
  const { database } = await open(t)
  const operations = Array.from({ length: 300 }, (_, i): BatchOperation => {
    return { type: 'put', key: Buffer.from(String(i).padStart(4, '0')), value: Buffer.alloc(1) }
  })
  await database.batch(operations, false)
  const { keys } = Level.prototype
  const limits: unknown[] = []
  t.teardown(() => Object.assign(Level.prototype, { keys }))
  Level.prototype.keys = function (this: Level, options: { readonly limit?: number }) {
    limits.push(options.limit)
    return keys.call(this, options as never)
  } as typeof keys

  const next = await database.clear({ from: '0', to: '02' }, 150)
  const end = await database.clear({ from: next ?? '', to: '02' }, 150)

  t.is(next, '0150')
  t.is(end, null)
  t.deepEqual(limits, [1, 1])
  t.is((await database.scan({ from: '0', to: '1' }, 1_000_000)).rows[0]?.key, '0200')
})
