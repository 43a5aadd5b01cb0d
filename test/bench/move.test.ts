// The question about slots that move in its tiny form, so that it cannot rot.

import test from 'ava'
import { benchMove, describeMove } from './move.bench.js'

test('move bench: 40 slots of 400 keys under load: no error, nothing lost or doubled', async (t) => {
  const result = await benchMove({ slots: 40, keys: 400, clients: 4, beforeMs: 300 })

  t.log(describeMove(result))
  t.deepEqual(result.errors, [])
  t.deepEqual(result.lost, [])
  t.is(result.total, 400)
})

test('move bench: a leader dies by kill -9 while slots move: nothing is lost or doubled', async (t) => {
  const result = await benchMove({ slots: 40, keys: 4_000, clients: 4, beforeMs: 300, kills: 2 })

  t.log(describeMove(result))
  // A writer of the member that dies does not know what became of its last command.
  t.deepEqual(
    result.errors.filter((each) => each.includes('goes from')),
    [],
  )
  t.is(result.total, 4_000)
})
