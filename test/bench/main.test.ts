// The benchmarks run without ava, each in a process of its own: every file must load there.

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import test from 'ava'

const scripts = readdirSync(new URL('.', import.meta.url))
  .filter((name) => name.endsWith('.bench.js'))
  .map((name) => new URL(name, import.meta.url).href)

test('bench: every question: loads outside the tests', (t) => {
  t.true(scripts.length > 4)
  const code = scripts.map((url) => `await import('${url}')`).join('\n')

  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    encoding: 'utf8',
  })

  t.is(status, 0, stderr)
})
