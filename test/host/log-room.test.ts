import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type Database, keyBytes, openDatabase } from '../../src/host/database.js'
import { LogRoom } from '../../src/host/log-room.js'

const roomBytes = 256 * 1024
const all = { from: '', to: '\xff' }

function folder(t: ExecutionContext): string {
  const made = mkdtempSync(join(tmpdir(), 'quorate-room-'))
  t.teardown(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function put(database: Database, key: string, bytes: number): Promise<void> {
  const value = new Uint8Array(bytes).fill(key.charCodeAt(0))
  return database.batch([{ type: 'put', key: keyBytes(key), value }], true)
}

/** The log that LevelDB writes, and what is in it. */
function logOf(place: string): { readonly path: string; readonly bytes: Buffer } {
  const logs = readdirSync(place).filter((name) => name.endsWith('.log'))
  const path = join(place, logs.sort().at(-1) ?? '')
  return { path, bytes: readFileSync(path) }
}

function dataEnd(bytes: Buffer): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  return end
}

/** Rows of a copy of a directory that is in use, as after a crash; `damage` the log before. */
async function crashed(
  t: ExecutionContext,
  place: string,
  damage: (bytes: Buffer) => void = () => undefined,
): Promise<readonly string[]> {
  const copy = join(folder(t), 'copy')
  cpSync(place, copy, { recursive: true })
  const { path, bytes } = logOf(copy)
  damage(bytes)
  writeFileSync(path, bytes)
  const database = await openDatabase(copy, 'log')
  const { rows } = await database.scan(all, 1 << 26)
  await database.close()
  return rows.map(({ key, value }) => `${key} ${value.length}`)
}

test('log room: zeros stand behind the records: a sync of a record leaves the size as it was', async (t) => {
  const place = join(folder(t), 'log')
  const database = await openDatabase(place, 'log')
  t.teardown(() => database.close())

  await put(database, 'a', 1_000)
  const { size } = statSync(logOf(place).path)
  for (const key of ['b', 'c', 'd']) await put(database, key, 40_000)

  t.is(size, roomBytes)
  t.is(statSync(logOf(place).path).size, size)
  t.true(dataEnd(logOf(place).bytes) > 120_000)
  t.deepEqual(await crashed(t, place), ['a 1000', 'b 40000', 'c 40000', 'd 40000'])
})

test('log room: a record whose bytes reached the disk in part: it is missing, those before it are there', async (t) => {
  const place = join(folder(t), 'log')
  const database = await openDatabase(place, 'log')
  t.teardown(() => database.close())
  await put(database, 'a', 1_000)
  const before = dataEnd(logOf(place).bytes)
  await put(database, 'b', 100_000)
  const after = dataEnd(logOf(place).bytes)

  for (const [from, to] of [
    [before, before + 4_096],
    [before + 40_000, before + 50_000],
    [after - 10, after],
    [before, after],
  ]) {
    const rows = await crashed(t, place, (bytes) => void bytes.fill(0, from, to))
    t.deepEqual(rows, ['a 1000'], `zeros from ${from} to ${to}`)
  }
})

test('log room: LevelDB begins another log, batches are larger than the room: all is there', async (t) => {
  const place = join(folder(t), 'log')
  const database = await openDatabase(place, 'log')
  t.teardown(() => database.close())
  const first = logOf(place).path
  const expected: string[] = []

  for (let i = 0; i < 30; i++) {
    const bytes = i % 3 === 0 ? 1_500_000 : 200_000
    const key = `k${String(i).padStart(2, '0')}`
    await put(database, key, bytes)
    expected.push(`${key} ${bytes}`)
  }

  t.not(logOf(place).path, first)
  t.deepEqual(await crashed(t, place), expected)
})

test('log room: no file, or none that can be written: nothing is thrown, and it is tried again', (t) => {
  const place = folder(t)
  const room = new LogRoom(place)

  room.take(1)
  room.take(roomBytes)
  writeFileSync(join(place, '000003.log'), 'x')
  appendFileSync(join(place, '000012.log'), 'y')
  room.take(roomBytes)

  t.is(statSync(join(place, '000012.log')).size, roomBytes + 1)
  t.is(statSync(join(place, '000003.log')).size, 1)
  t.notThrows(() => new LogRoom(join(place, 'missing')).take(1))
})
