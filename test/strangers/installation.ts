// A folder in which Quorate and packages of strangers are installed as npm would install them: the files
// that it would pack, and of all other packages only what Quorate depends on.

import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

export interface Installation {
  readonly folder: string
  /** Where a package is. */
  of(name: string): string
  dispose(): void
}

/** `strangers`: folders in `test/strangers`, by the names of their packages. */
export function install(strangers: Readonly<Record<string, string>>): Installation {
  const folder = mkdtempSync(join(tmpdir(), 'quorate-installed-'))
  const of = (name: string): string => join(folder, 'node_modules', name)
  copyPacked(root, of('quorate'))
  for (const [name, each] of Object.entries(strangers))
    copyPacked(join(root, 'test/strangers', each), of(name))
  for (const [path, name] of dependencies()) {
    mkdirSync(dirname(of(name)), { recursive: true })
    symlinkSync(path, of(name))
  }
  return { folder, of, dispose: () => rmSync(folder, { recursive: true }) }
}

interface Packed {
  readonly files: readonly { readonly path: string }[]
}

/** npm itself says what it would pack. */
export function packedFiles(from: string): readonly string[] {
  const text = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: from,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [made] = JSON.parse(text) as [Packed]
  return made.files.map(({ path }) => path)
}

function copyPacked(from: string, to: string): void {
  for (const path of packedFiles(from)) cpSync(join(from, path), join(to, path))
}

/** The packages that Quorate runs on; what those need is found beside them. */
function dependencies(): (readonly [path: string, name: string])[] {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  return Object.keys(own.dependencies).map((name) => [join(root, 'node_modules', name), name])
}
