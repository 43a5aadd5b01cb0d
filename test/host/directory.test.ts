import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { makeDirectory, takeDirectory } from '../../src/host/directory.js'

test('directory: with those above it: is made, for its owner alone', (t) => {
  const base = mkdtempSync(join(tmpdir(), 'quorate-'))
  t.teardown(() => rmSync(base, { recursive: true }))
  const directory = join(base, 'a', 'b')

  makeDirectory(directory)
  chmodSync(directory, 0o755)
  makeDirectory(directory)
  t.is(statSync(directory).mode & 0o777, 0o755)
  takeDirectory(directory)
  t.is(statSync(directory).mode & 0o777, 0o700)
  t.is(statSync(join(base, 'a')).mode & 0o777, 0o700)

  writeFileSync(join(base, 'file'), '')
  for (const path of ['file', 'file/below'])
    t.throws(() => makeDirectory(join(base, path)), { code: 'STORE_OPEN' }, path)
})

const hasProc = existsSync('/proc/self') ? test : test.skip

// Without /proc there is no file system at hand that takes no directories.
hasProc('directory: in a file system that takes none: is refused, not tried for ever', (t) => {
  t.throws(() => makeDirectory('/proc/nope'), {
    code: 'STORE_OPEN',
    message: /^the directory \/proc\/nope cannot be made: ENOENT/,
  })
})
