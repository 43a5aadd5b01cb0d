// Writing LevelDB without the copies of abstract-level: the same rows are there, and the same is refused.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { RawLevel } from '../../src/host/raw-level.js'

test('raw level: writes of one row, of several, of none: are what reads find; a closed one rejects', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'quorate-raw-level-'))
  t.teardown(() => rmSync(directory, { recursive: true, force: true }))
  const level = new RawLevel(directory, { keyEncoding: 'buffer', valueEncoding: 'view' })
  const key = (name: string): Buffer => Buffer.from(name, 'latin1')
  const value = new Uint8Array([0, 255, 10])
  await t.throwsAsync(level.write([{ type: 'put', key: key('early'), value }], false), {
    message: 'Database is not open',
  })
  await level.open()

  await level.write([{ type: 'put', key: key('\xff\x00'), value }], true)
  const two = { type: 'put', key: key('two'), value: new Uint8Array(0) } as const
  await level.write([two, { type: 'del', key: key('\xff\x00') }], false)
  await level.write([{ type: 'put', key: key('one'), value: value.subarray(1) }], false)
  await level.write([], true)

  const rows = (await level.iterator().all()).map(([name, bytes]) => [
    name.toString('latin1'),
    [...bytes],
  ])
  t.deepEqual(rows, [
    ['one', [255, 10]],
    ['two', []],
  ])
  const last = level.write([two], true)
  await level.close()
  await last
  await t.throwsAsync(level.write([two], false), { message: 'Database is not open' })
})
