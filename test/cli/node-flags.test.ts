// The flags that a member's node process gets.

import { spawnSync } from 'node:child_process'
import test from 'ava'
import { withMemberFlags } from '../../src/cli/node-flags.js'

test('node flags: none given: a bound of the young generation, which node knows', (t) => {
  const flags = withMemberFlags(['--no-warnings'])

  t.deepEqual(flags, ['--no-warnings', '--max-semi-space-size=16'])
  t.is(spawnSync(process.execPath, [...flags, '-e', '0']).status, 0)
})

test('node flags: given by the user, however spelt: stay', (t) => {
  for (const flag of ['--max-semi-space-size=64', '--max_semi_space_size=1']) {
    t.deepEqual(withMemberFlags([flag]), [flag])
  }
})

test('node flags: nothing is kept on disk: a larger young generation', (t) => {
  t.deepEqual(withMemberFlags([], 'none'), ['--max-semi-space-size=64'])
  t.deepEqual(withMemberFlags([], 'everysec'), withMemberFlags([]))
})
