// For how long who stops waits for others that stop at the same time.

import test from 'ava'
import { clientsMsMax } from '../../src/core/stopping.js'
import { handOverMsMax, Patience } from '../../src/shard/patience.js'

const at = (mono: number) => ({ wall: mono, mono })

test('patience: a member that stops waits for the clients of others that do, and not for ever', (t) => {
  const patience = new Patience()
  t.false(patience.isOver(at(1_000_000)), 'it does not stop')

  patience.begin(at(1_000))
  // As long as a leader looks for a successor, and then sees its clients off.
  t.false(patience.isOver(at(1_000 + handOverMsMax + clientsMsMax)))
  t.true(patience.isOver(at(1_000 + 4_000)))
})
