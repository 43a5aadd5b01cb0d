// What the command line refuses before it asks a member.

import test from 'ava'
import { QuorateError } from '../../src/base/errors.js'
import { move, rebalance } from '../../src/cli/moves.js'
import { join, showPlan } from '../../src/cli/members.js'
import { addShard } from '../../src/cli/shards.js'

/** Nobody listens there: whatever is sent fails with other words. */
const at = { host: '127.0.0.1', port: '1', wait: '600' }

async function said(what: Promise<number>): Promise<string> {
  try {
    return String(await what)
  } catch (error) {
    return error instanceof QuorateError ? error.message : `no sentence: ${error}`
  }
}

test('command line: a port or a time to watch that is none', async (t) => {
  for (const port of ['abc', '0', '99999', '1.5'])
    t.is(await said(showPlan({ ...at, port })), `--port: given ${port}, allowed: 1 to 65535`)
  const wrong = { ...at, wait: 'abc' }
  const refused = '--wait: given abc, allowed: seconds'
  t.is(await said(join({ ...wrong, id: '4', client: '127.0.0.1:2', dryRun: true })), refused)
  t.is(await said(rebalance(wrong)), refused)
  t.is(await said(move({ ...wrong, cancel: true })), refused)
  t.is(await said(addShard(wrong)), refused)
})

test('command line: move takes slots and a shard group, or --cancel alone', async (t) => {
  const refused = 'quorate move: say --slots and --to, or --cancel'
  for (const words of [{}, { slots: '1' }, { to: '1' }, { slots: '1', to: '1', cancel: true }])
    t.is(await said(move({ ...at, ...words })), refused)
  t.regex(await said(move({ ...at, cancel: true })), /nobody listens there/)
})
