// Zeros ahead of LevelDB's log: where they are written, and that LevelDB reads such a log to its end.

import fs, { cpSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openDatabase } from '../../src/host/database.js'
import { LogRoom, roomBytes } from '../../src/host/log-room.js'
import { directory } from './world.js'
import { RawLevel } from '../../src/host/raw-level.js'

function never(t: ExecutionContext): (why: string) => void {
  return (why) => t.fail(why)
}

/** A copy between two of LevelDB's own changes of a directory: it makes tables and deletes logs beside what is asked. */
async function copyOf(place: string, parent: string): Promise<string> {
  const files = (): string =>
    readdirSync(place)
      .map((name) => `${name} ${statSync(join(place, name), { throwIfNoEntry: false })?.size}`)
      .join()
  for (let n = 0; ; n++) {
    const copy = join(parent, `${n}`)
    const before = files()
    try {
      cpSync(place, copy, { recursive: true })
      if (files() === before) return copy
    } catch (error) {
      if (n > 100) throw error
    }
    await new Promise((done) => setTimeout(done, 20))
  }
}

test('log room: zeros come behind what is there, more of them before they end, in the newest file', (t) => {
  const place = directory(t)
  writeFileSync(join(place, '000009.log'), 'older')
  writeFileSync(join(place, '000010.log'), 'some')
  for (const no of ['000099.old.log', 'a99.log', '99.log~']) mkdirSync(join(place, no))
  const room = new LogRoom(place, never(t))
  const sizes = (): number[] =>
    readdirSync(place)
      .filter((name) => name.startsWith('0000') && !name.includes('old'))
      .sort()
      .map((name) => statSync(join(place, name)).size)

  room.before(100)
  t.deepEqual(sizes(), [5, 4 + roomBytes])
  room.before(1_000)
  t.deepEqual(sizes(), [5, 4 + roomBytes])
  room.before(roomBytes)
  t.deepEqual(sizes(), [5, 4 + 2 * roomBytes])
  writeFileSync(join(place, '000011.log'), 'new')
  room.before(2 * roomBytes)
  t.deepEqual(sizes(), [5, 4 + 2 * roomBytes, 3 + roomBytes])
  room.close()
})

test('log room: a directory without a log, or none at all, costs nothing but the room: told once', (t) => {
  t.notThrows(() => new LogRoom(directory(t), never(t)).before(10))
  const told: string[] = []
  const room = new LogRoom(join(directory(t), 'none'), (why) => told.push(why))

  for (let n = 0; n < 3; n++) t.notThrows(() => room.before(10))
  t.is(told.length, 1)
  t.regex(told[0] ?? '', /ENOENT/)
})

test('log room: a file that fails to close: closed once, the zeros are there', (t) => {
  const place = directory(t)
  writeFileSync(join(place, '000001.log'), '')
  const room = new LogRoom(place, never(t))
  const { openSync, closeSync } = fs
  const opened: number[] = []
  const closed: number[] = []
  fs.openSync = (...args: Parameters<typeof openSync>) => {
    const file = openSync(...args)
    opened.push(file)
    return file
  }
  fs.closeSync = (file) => {
    closed.push(file)
    closeSync(file)
    throw new Error('EIO: i/o error, close')
  }
  syncBuiltinESMExports()
  try {
    room.before(10)
    room.before(roomBytes)
    room.close()
  } finally {
    Object.assign(fs, { openSync, closeSync })
    syncBuiltinESMExports()
  }

  t.is(opened.length, 2)
  t.deepEqual(closed, opened)
  t.is(statSync(join(place, '000001.log')).size, 2 * roomBytes)
})

test('log room: nothing is written after the end', (t) => {
  const place = directory(t)
  writeFileSync(join(place, '000001.log'), '')
  const room = new LogRoom(place, never(t))

  room.close()
  room.before(10)

  t.is(statSync(join(place, '000001.log')).size, 0)
})

test.serial(
  'log room: each batch is synced, also one that was not asked to be; without room only that',
  async (t) => {
    const seen: { place: string; sync: unknown }[] = []
    const { write } = RawLevel.prototype
    t.teardown(() => Object.assign(RawLevel.prototype, { write }))
    function spy(this: RawLevel, ...args: Parameters<typeof write>): Promise<void> {
      seen.push({ place: this.location, sync: args[1] })
      return write.apply(this, args)
    }
    Object.assign(RawLevel.prototype, { write: spy })
    const syncsOf = async (lost: ((why: string) => void) | null): Promise<unknown[]> => {
      const place = join(directory(t), 'log')
      const database = await openDatabase(place, 'log', lost)
      const key = Buffer.from('k')
      const puts = { type: 'put', key, value: new Uint8Array(3) } as const
      await database.batch([puts], true)
      await database.batch([puts], false)
      await database.batch([{ type: 'del', key }], false)
      await database.batch([], false)
      await database.close()
      return seen.filter((one) => one.place === place).map(({ sync }) => sync)
    }

    t.deepEqual(await syncsOf(never(t)), [true, true, true, false])
    t.deepEqual(await syncsOf(null), [true, false, false, false])
  },
)

test('log room: when it fails the writes go on, and that is told once', async (t) => {
  const place = join(directory(t), 'log')
  const told: string[] = []
  const database = await openDatabase(place, 'log', (why) => told.push(why))
  // The newest log of all, as far as its name goes.
  mkdirSync(join(place, '999999.log'))
  const put = { type: 'put' as const, key: Buffer.from('k'), value: new Uint8Array(3) }

  for (let n = 0; n < 3; n++) await database.batch([put], true)

  t.is(told.length, 1)
  t.regex(told[0] ?? '', /EISDIR/)
  const { rows } = await database.scan({ from: '', to: '\xff' }, 1_000)
  t.is(rows.length, 1)
  await database.close()
})

test('log room: what is written over several files of the log is there after each way to end', async (t) => {
  for (const ends of ['closed', 'copied']) {
    const place = join(directory(t), 'log')
    let database = await openDatabase(place, 'log', never(t))
    const logs = (): string[] => readdirSync(place).filter((name) => name.endsWith('.log'))
    const value = new Uint8Array(700_001).fill(7)
    const rows = 50
    const files = new Set<string>()
    for (let n = 0; n < rows; n++) {
      const put = { type: 'put' as const, key: Buffer.from(`key-${n + 10}`), value }
      const isSmall = n % 3 === 0
      await database.batch([isSmall ? { ...put, value: value.subarray(0, n) } : put], true)
      for (const name of logs()) files.add(name)
    }

    t.true(files.size > 1)
    let from = place
    if (ends === 'copied') {
      // As a kill leaves it.
      from = await copyOf(place, directory(t))
    }
    await database.close()
    database = await openDatabase(from, 'log', never(t))
    const found = await database.scan({ from: '', to: '\xff' }, Number.POSITIVE_INFINITY)
    await database.close()

    t.is(found.rows.length, rows)
    t.true(found.rows.every((row, n) => row.value.length === (n % 3 === 0 ? n : value.length)))
  }
})

test('log room: the file that is synced does not grow with each write', async (t) => {
  const place = join(directory(t), 'log')
  const database = await openDatabase(place, 'log', never(t))
  t.teardown(() => database.close())
  const sizes = new Set<number>()

  for (let n = 0; n < 200; n++) {
    const put = { type: 'put' as const, key: Buffer.from(`${n}`), value: new Uint8Array(5_000) }
    await database.batch([put], true)
    const [name = ''] = readdirSync(place).filter((each) => each.endsWith('.log'))
    sizes.add(statSync(join(place, name)).size)
  }

  t.true(sizes.size <= 1 + Math.ceil((200 * 5_300) / (roomBytes - 16 * 1024)))
})
