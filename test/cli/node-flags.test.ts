// The flags that a member's node process gets.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import test from 'ava'
import { withMemberFlags } from '../../src/cli/node-flags.js'

const steady = [
  '--max-semi-space-size=8',
  '--v8-pool-size=1',
  '--no-concurrent-marking',
  '--no-incremental-marking-task',
  '--no-parallel-scavenge',
  '--no-memory-reducer',
  '--expose-gc',
  '--no-concurrent-array-buffer-sweeping',
  '--heap-growing-percent=50',
]

test('node flags: none given: the young generation and the threads are bounded, node knows the flags', (t) => {
  const flags = withMemberFlags(['--no-warnings'])

  t.deepEqual(flags, ['--no-warnings', ...steady])
  t.is(spawnSync(process.execPath, [...flags, '-e', '0']).status, 0)
})

test('node flags: given by the user, however spelt: stay', (t) => {
  for (const flag of ['--max-semi-space-size=64', '--max_semi_space_size=1']) {
    t.deepEqual(withMemberFlags([flag]), [flag, ...steady.slice(1)])
  }
  for (const flag of ['--concurrent-marking', '--no_concurrent_marking']) {
    t.deepEqual(withMemberFlags([flag]), [flag, ...steady.toSpliced(2, 1)])
  }
  t.deepEqual(withMemberFlags(['--no-expose-gc']), ['--no-expose-gc', ...steady.toSpliced(6, 1)])
})

test('node flags: nothing is kept on disk: a larger young generation', (t) => {
  t.deepEqual(withMemberFlags([], 'none'), [
    '--max-semi-space-size=64',
    '--heap-growing-percent=50',
  ])
  t.deepEqual(withMemberFlags([], 'everysec'), steady)
})

test('node flags: the command started by its own name: the same flags', (t) => {
  const source = readFileSync(new URL('../../src/main.js', import.meta.url), 'latin1')

  t.is(source.slice(0, source.indexOf('\n')), `#!/usr/bin/env -S node ${steady.join(' ')}`)
})
