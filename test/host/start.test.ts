// One member from start to end around a fake core: what it boots from, how it stops, and what it does
// when the core breaks or the disk fails.

import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { GroupId } from '../../src/api/ids.js'
import type { Input, Output } from '../../src/api/io.js'
import type { StoreWrite } from '../../src/api/store.js'
import { AssertionError } from '../../src/base/assert.js'
import { hashZero } from '../../src/base/hash.js'
import type { Database } from '../../src/host/database.js'
import { exitAssertion, exitStore } from '../../src/host/host.js'
import { encodeIdentity, identityKey } from '../../src/log/layout.js'
import { config, directory, startFake, TestClient, until } from './world.js'

const identity = {
  phase: 'born' as const,
  clusterId: 'abc',
  member: 1,
  incarnation: 4,
  keyspaceEpoch: 1,
  keyspaceDigest: hashZero,
  born: [1],
}

/** On the first client: the identity row and one more, synced, with a note. */
function writeOnConnect(input: Input): readonly Output[] {
  if (input.kind === 'stored')
    return [{ kind: 'write', connection: 1 as never, text: input.error ?? 'ok' }]
  if (input.kind !== 'bytes') return []
  const note = { group: 1 as GroupId, position: { term: 1, index: 2 }, voteTerm: 1, sync: true }
  const write: StoreWrite = {
    store: 'log',
    id: 1,
    deletes: [],
    ranges: [],
    puts: [
      { key: identityKey, value: encodeIdentity(identity) },
      { key: 'row\xff', value: Buffer.from('x') },
    ],
    sync: true,
    witness: [note],
  }
  return [{ kind: 'store', write }]
}

test('start: a new directory: private, empty boot, and the real port is told', async (t) => {
  const place = join(directory(t), 'deep', 'data')
  const { reactor, port, member } = await startFake(t, config({ directory: place }))

  t.deepEqual(reactor.init.boot, { logRows: [], witness: null, witnessDamaged: false })
  t.true(port > 0)
  t.is(member.peerPort, 0)
  t.is(statSync(place).mode & 0o777, 0o700)
  t.is(statSync(join(place, 'witness')).mode & 0o777, 0o600)
})

test('start: after a clean stop: rows and witness are there, and the witness says clean', async (t) => {
  const place = directory(t)
  const first = await startFake(t, config({ directory: place }), { act: writeOnConnect })
  const client = new TestClient(first.port)
  client.socket.write('x')
  await until(() => client.text === 'ok', 'the write')

  t.is(await first.member.stop(), 0)
  t.is(await first.member.done, 0)

  const { boot } = (await startFake(t, config({ directory: place }))).reactor.init
  t.deepEqual(
    boot.logRows.map(({ key }) => key),
    [identityKey, 'row\xff'],
  )
  t.false(boot.witnessDamaged)
  t.like(boot.witness, { clusterId: 'abc', member: 1, incarnation: 4, clean: true })
  t.deepEqual(boot.witness?.groups[0]?.position, { term: 1, index: 2 })
})

test('start: a stop that the core calls unclean: exit 0, but the witness does not say clean', async (t) => {
  const place = directory(t)
  const first = await startFake(t, config({ directory: place }), {
    act: (input) =>
      input.kind === 'bytes' ? [{ kind: 'stopped', code: 0, why: 'x', clean: false }] : [],
  })
  const client = new TestClient(first.port)
  client.socket.write('x')

  t.is(await first.member.done, 0)
  const { boot } = (await startFake(t, config({ directory: place }))).reactor.init
  t.is(boot.witness?.clean, false)
})

test('start: rows without a witness file: told as damage', async (t) => {
  const place = directory(t)
  const first = await startFake(t, config({ directory: place }), { act: writeOnConnect })
  const client = new TestClient(first.port)
  client.socket.write('x')
  await until(() => client.text === 'ok', 'the write')
  await first.member.stop()
  rmSync(join(place, 'witness'))

  const { boot } = (await startFake(t, config({ directory: place }))).reactor.init

  t.true(boot.witnessDamaged)
  t.is(boot.witness, null)
})

test('start: the core breaks an assertion: exit code 70, no later write reaches the disk', async (t) => {
  const batches: number[] = []
  const started = await startFake(t, config({ directory: directory(t) }), {
    act: (input) => {
      if (input.kind === 'bytes') throw new AssertionError('it broke')
      return []
    },
    seams: { wrapDatabase: (database) => spied(database, (count) => batches.push(count)) },
  })
  const client = new TestClient(started.port)
  client.socket.write('x')

  t.is(await started.member.done, exitAssertion)
  t.deepEqual(batches, [])
  const line = started.log.lines.find(({ event }) => event === 'host.assertion')
  t.is(line?.fields['why'], 'it broke')
  await until(() => client.isEnded || client.isClosed, 'the client is let go')
})

test('start: the disk is full: the core hears of it, then exit code 74, nothing more is written', async (t) => {
  let batches = 0
  const started = await startFake(t, config({ directory: directory(t) }), {
    act: writeOnConnect,
    seams: {
      wrapDatabase: (database, name) => ({
        ...delegate(database),
        batch: (operations, sync) => {
          if (name === 'state') return database.batch(operations, sync)
          batches++
          return Promise.reject(new Error('ENOSPC: no space left on device'))
        },
      }),
    },
  })
  const client = new TestClient(started.port)
  client.socket.write('x')

  t.is(await started.member.done, exitStore)
  t.is(batches, 1)
  t.true(started.reactor.inputs.some((input) => input.kind === 'stored' && input.error !== null))
  await until(() => client.text.includes('no space left'), 'the core could still answer')
  t.true(started.log.lines.some(({ event }) => event === 'store.poisoned'))
})

test('start: the log can be given no room ahead: a warning, the writes go on', async (t) => {
  const place = directory(t)
  const started = await startFake(t, config({ directory: place }), { act: writeOnConnect })
  mkdirSync(join(place, 'log', '999999.log'))
  const client = new TestClient(started.port)
  client.socket.write('x')

  await until(() => client.text === 'ok', 'the write')

  const line = started.log.lines.find(({ event }) => event === 'store.no-room-ahead')
  t.is(line?.level, 'warn')
  t.regex(String(line?.fields['why']), /EISDIR/)
})

test('start: two members on one directory: the second is refused, the first goes on', async (t) => {
  const place = directory(t)
  const first = await startFake(t, config({ directory: place }))

  const error = await t.throwsAsync(startFake(t, config({ directory: place })))

  t.like(error, { code: 'STORE_OPEN' })
  const client = new TestClient(first.port)
  await until(() => first.reactor.inputs.length > 0, 'the first still serves')
  client.socket.destroy()
})

test('start: turns that are due: taken without input, and never when none is due', async (t) => {
  const { reactor } = await startFake(t, config({ directory: directory(t) }))
  await until(() => reactor.turns.length === 1, 'the first turn')
  reactor.wake = 0
  const before = reactor.turns.length

  await until(() => reactor.turns.length > before + 3, 'due turns')

  t.true(reactor.turns.every((inputs) => inputs.length === 0))
})

test('start: a scan: answered with rows', async (t) => {
  const { reactor, port } = await startFake(t, config({ directory: directory(t) }), {
    act: (input) => {
      if (input.kind === 'stored') {
        return [{ kind: 'scan', id: 9, store: 'log', from: 'r', to: 's', bytesMax: 1000 }]
      }
      return writeOnConnect(input)
    },
  })
  const client = new TestClient(port)
  client.socket.write('x')

  const scanned = (): Input | undefined => reactor.inputs.find(({ kind }) => kind === 'scanned')
  await until(() => scanned() !== undefined, 'the answer')
  const input = scanned()
  t.like(input, { kind: 'scanned', id: 9, done: true })
  t.deepEqual(input?.kind === 'scanned' ? input.rows.map(({ key }) => key) : [], ['row\xff'])
  client.socket.destroy()
})

function delegate(database: Database): Database {
  return {
    batch: (operations, sync) => database.batch(operations, sync),
    scan: (range, bytesMax) => database.scan(range, bytesMax),
    clear: (range, countMax) => database.clear(range, countMax),
    close: () => database.close(),
  }
}

function spied(database: Database, seen: (operations: number) => void): Database {
  return {
    ...delegate(database),
    batch: (operations, sync) => {
      seen(operations.length)
      return database.batch(operations, sync)
    },
  }
}
