// The question about slots that move in its tiny form, so that it cannot rot.

import test from 'ava'
import { checkKey } from '../checker/linearizable.js'
import { benchMove, describeMove } from './move.bench.js'
import { type BenchClient, Teller, Told, Writer } from './move-clients.js'

const small = { slots: 40, clients: 2, aware: 1, tellers: 3, shared: 8, beforeMs: 300 }

test('move bench: 40 slots of 400 keys under load: no error, nothing lost or doubled', async (t) => {
  const result = await benchMove({ ...small, keys: 400 })

  t.log(describeMove(result))
  t.deepEqual(result.errors, { plain: [], 'ioredis.Cluster': [], createCluster: [] })
  t.deepEqual(result.wrong, [])
  t.deepEqual(result.history.violations, [])
  t.true(result.history.operations > 0)
  t.is(result.total, 400)
})

test('move bench: a leader dies by kill -9 while slots move: nothing is lost or doubled', async (t) => {
  const result = await benchMove({ ...small, keys: 4_000, kills: 2 })

  t.log(describeMove(result))
  // A writer of the member that dies does not know what became of its last command.
  t.deepEqual(
    result.wrong.filter((each) => each.includes('goes from')),
    [],
  )
  t.is(result.total, 4_000)
})

test('move bench: an increment that counts twice: seen by its writer and in the history', async (t) => {
  let value = 0
  const client: BenchClient = {
    kind: 'plain',
    call: async (name) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (name === 'incr') value += value === 2 ? 2 : 1
      return String(value)
    },
    close: () => undefined,
  }
  const writer = new Writer(client, ['key'], false)
  const writing = writer.run()
  while (writer.calls < 5) await new Promise((resolve) => setImmediate(resolve))
  writer.stop()
  await writing
  value = 0
  const told = new Told()
  const teller = new Teller(client, { told, keys: () => ['key'], seat: 0 })
  for (let n = 0; n < 4; n++) await teller.ask('incr', 'key')

  t.deepEqual(writer.wrong, ['key goes from 2 to 4'])
  t.is(checkKey(told.byKey.get('key') ?? [], { start: '0' }).kind, 'violation')
})
