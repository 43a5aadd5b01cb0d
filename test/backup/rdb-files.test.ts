// From a checkpoint's rows to an RDB file and back: values of all types, databases after SWAPDB, libraries, times; what
// is cut off or damaged is told; redis-server reads the file, and we read what it saves.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Redis } from 'ioredis'
import type { Engine } from '../../src/api/engine.js'
import type { Reply } from '../../src/api/reply.js'
import { hidden } from '../../src/api/scripts.js'
import { keySlot } from '../../src/base/keyslot.js'
import { Random } from '../../src/base/random.js'
import { areSame } from '../../src/backup/elements.js'
import { piecesOf } from '../../src/backup/pieces.js'
import { checkFile, readRdb } from '../../src/backup/rdb-file.js'
import { RowsWriter } from '../../src/backup/rows-file.js'
import { rowsToRdb } from '../../src/backup/rows-to-rdb.js'
import { type FileItem, RdbFileReader } from '../../src/engine/rdb/file-reader.js'
import { besideRedis } from '../beside-redis.js'
import { randomLines } from '../engine/dump-values.js'
import { checkpoint, makeEngine, run, Storage } from '../engine/world.js'
import { startRedis } from '../redis-server.js'

type KeyItem = Extract<FileItem, { readonly kind: 'key' }>

const library = '#!lua name=l\nredis.register_function("f", function() return 1 end)'

async function withDirectory(t: ExecutionContext, use: (directory: string) => Promise<void>) {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-rdb-'))
  t.teardown(() => rmSync(directory, { recursive: true }))
  await use(directory)
}

/** Random values of all types under keys of many slots, in databases of which two were exchanged. */
function filled(count: number, seed = 1): Engine {
  const random = new Random(seed)
  const engine = makeEngine()
  for (let i = 0; i < count; i++) {
    const db = i % 5 === 4 ? 3 : 0
    for (const line of randomLines(random)) run(engine, line, 1000, db)
    run(engine, ['rename', 'k', `key:${i}`], 1000, db)
    if (i % 3 === 0) run(engine, ['pexpireat', `key:${i}`, String(2e12 + i)], 1000, db)
  }
  run(engine, ['swapdb', '3', '7'])
  engine.scripting?.execute(engine.scripting.hiddenFrom + hidden.libraries, ['set', 'l', library])
  return engine
}

/** Rows of its checkpoint in a file, and the manifest. */
async function rowsOf(engine: Engine, path: string): Promise<Uint8Array> {
  const storage = new Storage()
  checkpoint(engine, storage, 1)
  const writer = await RowsWriter.create(path)
  for (const { key, value } of storage.sorted()) {
    await writer.add(Buffer.from(key, 'latin1'), Buffer.from(value))
  }
  await writer.close()
  return storage.manifest as Uint8Array
}

async function fileOf(engine: Engine, directory: string): Promise<string> {
  const rows = join(directory, 'rows')
  const rdb = join(directory, 'dump.rdb')
  const manifest = await rowsOf(engine, rows)
  await rowsToRdb({ rows, manifest, rdb, notes: { 'redis-ver': '7.0.0' } })
  return rdb
}

async function itemsOf(path: string): Promise<FileItem[]> {
  const items: FileItem[] = []
  for await (const item of readRdb(path)) items.push(item)
  return items
}

function isKey(item: FileItem): item is KeyItem {
  return item.kind === 'key'
}

test("rdb files: what is left of slots that are another group's: is not in it", (t) =>
  withDirectory(t, async (directory) => {
    const engine = filled(60)
    const [rows, rdb] = [join(directory, 'rows'), join(directory, 'dump.rdb')]
    const manifest = await rowsOf(engine, rows)

    await rowsToRdb({ rows, manifest, hidden: [[0, 8_191]], rdb, notes: {} })

    const found = (await itemsOf(rdb)).filter(isKey).map((item) => keySlot(item.key))
    t.true(found.length > 0)
    t.true(found.every((slot) => slot > 8_191))
  }))

test('rdb files: a checkpoint of random values: each key is there once, as DUMP shows it, in its database and with its time', (t) =>
  withDirectory(t, async (directory) => {
    const engine = filled(200)

    const items = await itemsOf(await fileOf(engine, directory))

    const keys = items.filter(isKey)
    t.is(keys.length, engine.keyCount(0) + engine.keyCount(7))
    t.true(engine.keyCount(7) > 20)
    t.is(new Set(keys.map(({ db, key }) => `${db} ${key}`)).size, keys.length)
    for (const { db, key, payload, expiresAt } of keys) {
      const dump = run(engine, ['dump', key], 1000, db)
      t.is(payload.toString('latin1'), dump as string, key)
      const time = run(engine, ['pexpiretime', key], 1000, db)
      t.is(expiresAt ?? -1, time as number, key)
    }
    t.deepEqual(
      items.filter(({ kind }) => kind === 'library'),
      [{ kind: 'library', code: library }],
    )
  }))

test('rdb files: containers with rows of their own, and fields that end: whole', (t) =>
  withDirectory(t, async (directory) => {
    const engine = makeEngine()
    for (let i = 0; i < 5_000; i++) run(engine, ['rpush', 'list', `e${i}`])
    for (let i = 0; i < 5_000; i++) run(engine, ['hset', 'hash', `f${i}`, `v${i}`])
    run(engine, ['hpexpireat', 'hash', '2000000000000', 'fields', '1', 'f77'])

    const keys = (await itemsOf(await fileOf(engine, directory))).filter(isKey)

    t.deepEqual(keys.map(({ key }) => key).toSorted(), ['hash', 'list'])
    for (const { key, payload } of keys) {
      t.is(payload.toString('latin1'), run(engine, ['dump', key]) as string)
    }
  }))

test('rdb files: rows that are not whole: no file of them counts', (t) =>
  withDirectory(t, async (directory) => {
    const engine = filled(40)
    const storage = new Storage()
    checkpoint(engine, storage, 1)
    const rows = storage.sorted()
    const cases: readonly (readonly [string, typeof rows])[] = [
      ['lacking', rows.filter((_, i) => i !== 5)],
      ['changed', rows.map((row, i) => (i === 5 ? { ...row, value: flipped(row.value) } : row))],
    ]
    for (const [name, given] of cases) {
      const path = join(directory, name)
      const writer = await RowsWriter.create(path)
      for (const { key, value } of given) {
        await writer.add(Buffer.from(key, 'latin1'), Buffer.from(value))
      }
      await writer.close()
      const manifest = storage.manifest as Uint8Array
      const made = rowsToRdb({ rows: path, manifest, rdb: `${path}.rdb`, notes: {} })
      await t.throwsAsync(made, { message: /is not whole/ }, name)
    }
  }))

function flipped(bytes: Uint8Array): Uint8Array {
  const made = Uint8Array.from(bytes)
  made[3] = (made[3] as number) ^ 1
  return made
}

test('rdb files: one that ends anywhere before its end, or of which a bit is another: is not taken', (t) =>
  withDirectory(t, async (directory) => {
    const bytes = readFileSync(await fileOf(filled(25), directory))
    const path = join(directory, 'other.rdb')
    const step = Math.ceil(bytes.length / 150)
    for (let at = 0; at < bytes.length; at += step) {
      writeFileSync(path, bytes.subarray(0, at))
      await t.throwsAsync(
        checkFile({ path, keys: null }),
        { code: 'BACKUP_INVALID' },
        `cut at ${at}`,
      )
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] as number) ^ 4
      writeFileSync(path, damaged)
      await t.throwsAsync(
        checkFile({ path, keys: null }),
        { code: 'BACKUP_INVALID' },
        `bit at ${at}`,
      )
    }
    writeFileSync(path, bytes)
    t.is(await checkFile({ path, keys: null }), 25)
    await t.throwsAsync(checkFile({ path, keys: 26 }), { message: /has 25 keys/ })
  }))

test('rdb files: a length that cannot be: told at once, without waiting for so many bytes', (t) => {
  const key = [0, 1, 0x6b]
  const tooLong = [0x80, 0x40, 0, 0, 0]
  const endless = [0x81, 0, 0, 1, 0, 0, 0, 0, 0]
  const cases: readonly (readonly number[])[] = [
    [...key, ...tooLong],
    [...key, ...endless],
    [...key, 0x82],
    [...key, 0xc3, ...endless, 5],
    [2, 1, 0x6b, ...endless, 1, 0x61, ...tooLong],
    [0, 0xc4],
    [0, 0xc3, 3, ...tooLong],
  ]
  for (const bytes of cases) {
    const reader = new RdbFileReader()
    reader.push(Buffer.concat([Buffer.from('REDIS0010'), Buffer.from(bytes)]))
    t.throws(() => reader.next(), { message: /damaged at byte 9/ }, bytes.join())
  }
})

test('rdb files: something behind the end, as in an append-only file: is not taken', (t) =>
  withDirectory(t, async (directory) => {
    const path = await fileOf(filled(5), directory)
    const whole = readFileSync(path)
    for (const more of ['*1\r\n', ' '.repeat(2 << 20)]) {
      writeFileSync(path, Buffer.concat([whole, Buffer.from(more)]))
      await t.throwsAsync(checkFile({ path, keys: null }), { message: /goes on behind its end/ })
    }
  }))

test('rdb files: a value made anew in pieces: is the same', (t) =>
  withDirectory(t, async (directory) => {
    const engine = filled(120, 7)
    run(engine, ['hset', 'timed', 'a', '1', 'b', '2', 'c', '3'])
    run(engine, ['hpexpireat', 'timed', '2000000000000', 'fields', '1', 'b'])
    const other = makeEngine()
    let made = 0

    for (const { db, key, payload } of (await itemsOf(await fileOf(engine, directory))).filter(
      isKey,
    )) {
      const pieces = piecesOf(Buffer.from(key, 'latin1'), payload)
      if (pieces === null) continue
      made++
      for (const words of pieces)
        run(
          other,
          words.map((word) => word.toString('latin1')),
          1000,
          db,
        )
      const dump = run(other, ['dump', key], 1000, db) as string
      t.true(areSame(Buffer.from(dump, 'latin1'), payload), key)
    }

    t.true(made > 40)
    run(other, ['hset', 'timed', 'a', '2'])
    const changed = Buffer.from(run(other, ['dump', 'timed']) as string, 'latin1')
    t.false(areSame(changed, Buffer.from(run(engine, ['dump', 'timed']) as string, 'latin1')))
  }))

test('areSame: other encodings of the same value, and of another one', (t) => {
  const dumpOf = (...lines: readonly (readonly string[])[]) => {
    const engine = makeEngine()
    for (const line of lines) run(engine, line)
    return bytesOf(run(engine, ['dump', 'k']))
  }
  const payload = (...bytes: readonly (number | string)[]) =>
    Buffer.concat([
      ...bytes.map((each) => (typeof each === 'string' ? Buffer.from(each) : Buffer.of(each))),
      Buffer.alloc(10),
    ])
  const text = 'a'.repeat(40)
  const cases: readonly (readonly [Buffer, Buffer, Buffer])[] = [
    [payload(0, 40, text), dumpOf(['set', 'k', text]), dumpOf(['set', 'k', `${text}a`])],
    [payload(0, 2, '12'), dumpOf(['set', 'k', '12']), dumpOf(['rpush', 'k', '12'])],
    [
      payload(1, 2, 1, 'a', 1, 'b'),
      dumpOf(['rpush', 'k', 'a', 'b']),
      dumpOf(['rpush', 'k', 'b', 'a']),
    ],
    [
      payload(3, 1, 1, 'a', 3, '1.5'),
      dumpOf(['zadd', 'k', '1.5', 'a']),
      dumpOf(['zadd', 'k', '2', 'a']),
    ],
  ]
  for (const [old, same, other] of cases) {
    t.true(areSame(old, same), `${old[0]}`)
    t.false(areSame(old, other), `${old[0]}`)
  }
})

besideRedis('rdb files: redis-server loads ours, and what it saves is read: the same values', (t) =>
  withDirectory(t, async (directory) => {
    const engine = filled(150, 3)
    await fileOf(engine, directory)
    const redis = await startRedis(['--dir', directory, '--dbfilename', 'dump.rdb'])
    const client = new Redis({ port: redis.port })
    try {
      t.is(await client.dbsize(), engine.keyCount(0))
      t.deepEqual(await client.call('FUNCTION', 'LIST', 'LIBRARYNAME', 'l').then(sizeOf), 1)
      await client.save()
    } finally {
      client.disconnect()
      await redis.stop()
    }

    const keys = (await itemsOf(join(directory, 'dump.rdb'))).filter(isKey)

    t.is(keys.length, engine.keyCount(0) + engine.keyCount(7))
    const other = makeEngine()
    for (const { db, key, payload, expiresAt } of keys) {
      const text = payload.toString('latin1')
      run(other, ['restore', key, String(expiresAt ?? 0), text, 'absttl'], 1000, db)
      const [ours, theirs] = [
        run(engine, ['dump', key], 1000, db),
        run(other, ['dump', key], 1000, db),
      ]
      t.true(areSame(bytesOf(ours), bytesOf(theirs)), key)
      t.true(areSame(bytesOf(ours), payload), key)
    }
  }),
)

function bytesOf(dump: Reply): Buffer {
  return Buffer.from(dump as string, 'latin1')
}

function sizeOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}
