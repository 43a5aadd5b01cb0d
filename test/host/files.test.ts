// The files beside the stores: replaced whole or not at all, and nobody's link is followed.

import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { Files } from '../../src/host/files.js'
import { directory, LogLines } from './world.js'

function make(place: string, rewrite: ((text: string) => string) | null = null): Files {
  return new Files({
    users: join(place, 'users.acl'),
    config: join(place, 'q.yaml'),
    rewrite,
    log: new LogLines(),
  })
}

test('files: users written and read: the same bytes, for our own user alone', async (t) => {
  const place = directory(t)
  const files = make(place)
  const text = 'user \xe4 on\n'

  const written = await files.run(1, { name: 'write-users', text })
  const read = await files.run(2, { name: 'read-users' })

  t.deepEqual(written, { kind: 'filed', id: 1, error: null, text: '' })
  t.deepEqual(read, { kind: 'filed', id: 2, error: null, text })
  t.is(statSync(join(place, 'users.acl')).mode & 0o777, 0o600)
  t.deepEqual(readdirSync(place), ['users.acl'])
})

test('files: a file that is there: keeps its mode', async (t) => {
  const place = directory(t)
  writeFileSync(join(place, 'users.acl'), 'old')
  chmodSync(join(place, 'users.acl'), 0o640)

  await make(place).run(1, { name: 'write-users', text: 'new' })

  t.is(statSync(join(place, 'users.acl')).mode & 0o777, 0o640)
  t.is(readFileSync(join(place, 'users.acl'), 'utf8'), 'new')
})

test('files: what cannot be done: told in words, and the file is as it was', async (t) => {
  const place = directory(t)
  writeFileSync(join(place, 'q.yaml'), 'a: 1')
  const files = make(place, () => {
    throw new Error('not understood')
  })

  const read = await files.run(1, { name: 'read-users' })
  const rewritten = await files.run(2, { name: 'rewrite-config', values: [] })

  t.is(read.error, 'No such file or directory')
  t.is(rewritten.error, 'not understood')
  t.is(readFileSync(join(place, 'q.yaml'), 'utf8'), 'a: 1')
  t.deepEqual(readdirSync(place), ['q.yaml'])
})
