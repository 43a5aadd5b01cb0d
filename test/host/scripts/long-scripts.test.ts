// Ever new long scripts: what is remembered of them has a bound, and none pays for those before it.

import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import test from 'ava'
import { LuaRunner } from '../../../src/host/scripts/runner.js'

test('digests: ever new texts: right each time, and few of them are kept in memory', (t) => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const runner = new LuaRunner({ wake: () => {} })
  t.teardown(() => runner.close())
  const bytes = 512 * 1024
  const count = 64
  collect()
  const before = process.memoryUsage().heapUsed

  for (let i = 0; i < count; i++) {
    const text = Buffer.alloc(bytes, `${i} `).latin1Slice(0, bytes)
    const expected = createHash('sha1').update(text, 'latin1').digest('hex')
    t.deepEqual([runner.digest(text), runner.digest(text)], [expected, expected])
  }
  collect()

  t.true(process.memoryUsage().heapUsed - before < (count * bytes) / 4)
})

test('compile: ever new long scripts: none is refused for what earlier ones left', (t) => {
  const runner = new LuaRunner({ wake: () => {} })
  t.teardown(() => runner.close())
  const failures: unknown[] = []

  for (let i = 0; i < 500; i++) {
    const code = `--${i} ${'x'.repeat(200_000)}\nreturn 1`
    const failure = runner.compile(runner.digest(code), code)
    if (failure !== null) failures.push(failure)
  }

  t.deepEqual(failures, [])
})
