// What `npm pack` puts into the package: every file that a packed module imports is packed, too.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import test from 'ava'
import { onPath } from './tools.js'

const root = new URL('../../', import.meta.url)

// npm itself says what it would pack.
const onNpm = onPath('npm') ? test : test.skip

onNpm('package: npm pack: the doors, the command and all that they import are in it', (t) => {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [made] = JSON.parse(text) as [{ readonly files: readonly { readonly path: string }[] }]
  const packed = new Set(made.files.map((file) => file.path))
  const missing: string[] = []
  for (const path of packed) {
    if (!path.endsWith('.js')) continue
    const source = readFileSync(new URL(path, root), 'utf8')
    for (const [, to] of source.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const wanted = posix.join(posix.dirname(path), to ?? '')
      if (!packed.has(wanted)) missing.push(`${path} imports ${wanted}`)
    }
  }

  t.deepEqual(missing, [])
  const { bin, exports } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  }
  const doors = Object.values(exports).flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door),
  )
  for (const door of [...Object.values(bin), ...doors]) {
    t.true(packed.has(posix.normalize(door)), door)
  }
  t.true(packed.has('dist/plugins/raft/index.js'))
  t.true(packed.has('conf/dev.yaml'))
})
