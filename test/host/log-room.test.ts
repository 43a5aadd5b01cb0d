// Zeros ahead of LevelDB's log: where they are written, and that LevelDB reads such a log to its end.

import { cpSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openDatabase } from '../../src/host/database.js'
import { LogRoom, roomBytes } from '../../src/host/log-room.js'
import { directory } from './world.js'

test('log room: zeros come behind what is there, more of them before they end, in the newest file', (t) => {
  const place = directory(t)
  writeFileSync(join(place, '000009.log'), 'older')
  writeFileSync(join(place, '000010.log'), 'some')
  const room = new LogRoom(place)
  const sizes = (): number[] =>
    readdirSync(place)
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

test('log room: a directory without a log, or none at all, costs nothing but the room', (t) => {
  t.notThrows(() => new LogRoom(directory(t)).before(10))
  const room = new LogRoom(join(directory(t), 'none'))

  t.notThrows(() => room.before(10))
  t.notThrows(() => room.close())
})

test('log room: what is written over several files of the log is there after each way to end', async (t) => {
  for (const ends of ['closed', 'copied']) {
    const place = join(directory(t), 'log')
    let database = await openDatabase(place, 'log', true)
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
      from = join(directory(t), 'log')
      cpSync(place, from, { recursive: true })
    }
    await database.close()
    database = await openDatabase(from, 'log', true)
    const found = await database.scan({ from: '', to: '\xff' }, Number.POSITIVE_INFINITY)
    await database.close()

    t.is(found.rows.length, rows)
    t.true(found.rows.every((row, n) => row.value.length === (n % 3 === 0 ? n : value.length)))
  }
})

test('log room: the file that is synced does not grow with each write', async (t) => {
  const place = join(directory(t), 'log')
  const database = await openDatabase(place, 'log', true)
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
