// What `npm pack` puts into the package: every file that a packed module imports is packed, too, and every
// package is one that an installation has.

import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { packedFiles } from './strangers/installation.js'
import { onPath } from './tools.js'

const root = new URL('../../', import.meta.url)

// npm packs.
const onNpm = onPath('npm') ? test : test.skip

interface Manifest {
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies: Readonly<Record<string, string>>
}

function importsOf(path: string): readonly string[] {
  const source = readFileSync(new URL(path, root), 'utf8')
  const found = source.matchAll(/(?:\bfrom|\bimport\(?)\s*'([^'\n]+)'/g)
  return [...found].map(([, to]) => to ?? '')
}

/** `level` of `level/x`, `@scope/name` of `@scope/name/x`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

onNpm('package: npm pack: the doors, the command and all that they import are in it', (t) => {
  const packed = new Set(packedFiles(fileURLToPath(root)))
  const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Manifest
  const known = new Set(['quorate', ...Object.keys(manifest.dependencies)])
  const missing: string[] = []
  for (const path of packed) {
    if (!path.endsWith('.js')) continue
    for (const to of importsOf(path)) {
      const isThere = to.startsWith('.')
        ? packed.has(posix.join(posix.dirname(path), to))
        : to.startsWith('node:') || known.has(packageOf(to))
      if (!isThere) missing.push(`${path} imports ${to}`)
    }
  }

  t.deepEqual(missing, [])
  const doors = Object.values(manifest.exports).flatMap((door) =>
    typeof door === 'string' ? [door] : Object.values(door),
  )
  for (const door of [...Object.values(manifest.bin), ...doors]) {
    t.true(packed.has(posix.normalize(door)), door)
  }
  t.true(packed.has('dist/plugins/raft/index.js'))
  t.true(packed.has('dist/test/conformance/conformance.js'))
  t.true(packed.has('conf/dev.yaml'))
})
